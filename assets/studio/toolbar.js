// Above the stage: which mail, and how it is looked at.

import { on } from './bus.js';
import { button, menu, segmented, select, toggle } from './controls.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { copyLink, mailPath } from './links.js';
import { currentMail } from './mails.js';
import { currentKind, localeName, sampleLabel } from './project.js';
import { openSend } from './send.js';
import { set, state } from './state.js';
import { t } from './words.js';

export const WIDTHS = ['320', '375', '414', '600', '768', 'full'];
export const DARKS = ['off', 'author', 'partial', 'full'];
const ZOOMS = ['fit', '100', '200'];
const SPLIT = 'split';

export function toolbar() {
  const locales = h('div', { class: 'slot' });
  const samples = select({ label: t('sample'), pick: (sample) => set({ sample, vars: null }) });
  const widths = segmented({
    name: 'width', label: t('width'), pick: (w) => set({ w }),
    options: WIDTHS.map((value) => ({ value, label: value === 'full' ? t('full') : value, title: `${t('width')} ${value === 'full' ? t('full') : `${value} px`}` })),
  });
  const darks = segmented({
    name: 'dark', label: t('dark'), pick: (dark) => set({ dark }),
    options: DARKS.map((value) => ({ value, label: t(`dark_${value}`), title: t(`dark_${value}_title`) })),
  });
  const zooms = segmented({
    name: 'zoom', label: t('zoom'), pick: (zoom) => set({ zoom }),
    options: ZOOMS.map((value) => ({ value, label: value === 'fit' ? t('fit') : `${value / 100}×`, title: value === 'fit' ? t('fit_title') : `${value}%` })),
  });
  const switches = [
    switchOf('images', 'image', 'off'), switchOf('css', 'braces', 'off'), switchOf('text', 'text', '1'),
  ];
  const downloads = h('div', { class: 'slot' });
  const element = h('div', { class: 'toolbar' },
    h('div', { class: 'tools' }, locales, h('label', { class: 'sample' }, samples), h('span', { class: 'grow' }),
      zooms, downloads,
      button({ label: t('copy_link'), image: 'link', bare: true, kind: 'plain copy-link', press: copyLink }),
      button({ label: t('send_test'), image: 'send', kind: 'primary send', press: openSend })),
    h('div', { class: 'tools second' },
      widths, h('div', { class: 'with-label' }, h('span', { class: 'tool-label', 'aria-hidden': 'true' }, t('dark')), darks),
      h('div', { class: 'switches' }, switches)));

  const show = () => {
    const kind = currentKind();
    if (!kind) return;
    locales.replaceChildren(localeChoice(kind));
    samples.show(kind.samples.map((sample) => ({ value: sample.name, label: sampleLabel(sample) })), state.sample);
    widths.show(state.w);
    darks.show(state.dark);
    zooms.show(state.zoom);
    for (const one of switches) one.show(state[one.key] === one.on);
  };
  const showDownloads = () => downloads.replaceChildren(downloadMenu());
  on('state', show);
  on('project', show);
  on('mails', showDownloads);
  on('state', (keys) => keys.has('locale') && showDownloads());
  show();
  return element;
}

// The control is rebuilt with each kind's locales; focus would be lost with it, so it is put back.
let built = { key: '', element: null };

function localeChoice(kind) {
  const key = kind.locales.join();
  if (built.key !== key) {
    const options = kind.locales.map((tag) => ({ value: tag, label: localeName(tag), title: tag }));
    if (options.length > 1) options.push({ value: SPLIT, label: h('span', { class: 'split-label' }, icon('split'), t('side_by_side')), title: `${t('side_by_side')} (s)` });
    const pick = (value) => set(value === SPLIT ? { view: SPLIT } : { view: 'single', locale: value });
    built = { key, element: segmented({ name: 'locale', label: t('locale'), options, pick }) };
  }
  built.element.show(state.view === SPLIT && kind.locales.length > 1 ? SPLIT : state.locale);
  return built.element;
}

function switchOf(key, image, on) {
  const off = { images: 'on', css: 'on', text: '0' }[key];
  const element = toggle({ label: t(`only_${key}`), title: t(`only_${key}_title`), image, flip: () => set({ [key]: state[key] === on ? off : on }) });
  return Object.assign(element, { key, on });
}

function downloadMenu() {
  const draft = currentMail()?.draft;
  const link = (form, label) => h('a', { href: `${mailPath(form, { draft })}&download=1`, download: '' }, label, h('small', {}, state.locale));
  return menu({
    label: t('download'), image: 'download',
    items: [link('eml', t('download_eml')), link('html', t('download_html')), link('text', t('download_text'))],
  });
}
