// The mail against its accepted snapshot: state, differences of the texts, old laid over new.

import { get, post } from './api.js';
import { button } from './controls.js';
import { diffView } from './diff.js';
import { fill, h } from './dom.js';
import { emit } from './bus.js';
import { MailFrame } from './frame.js';
import { currentMail } from './mails.js';
import { nothing } from './panel-parts.js';
import { state } from './state.js';
import { complain, toast } from './toast.js';
import { mailPath } from './links.js';
import { t } from './words.js';

const WIDTH = 600;

export function snapshotPanel() {
  const element = h('div', { class: 'panel-page' });
  let shown = '';
  const update = async ({ force = false } = {}) => {
    const { kind, locale, sample } = state;
    const now = [kind, locale, sample, currentMail()?.version, Boolean(state.vars)].join('/');
    if (now === shown && !force) return;
    shown = now;
    if (state.vars) return void fill(element, nothing(t('snapshot_edited')));
    const path = [kind, locale, sample].map(encodeURIComponent).join('/');
    try {
      const compared = await get(`/api/snapshot/${path}`);
      if (shown === now) fill(element, ...page(compared, path, () => accept({ kind, locale, sample })));
    } catch (error) {
      if (shown === now) fill(element, nothing(error.message));
    }
  };
  const accept = async (which) => {
    try {
      const { written } = await post('/api/snapshot/accept', which);
      toast(t('accepted', { count: written.length }));
      const mail = currentMail();
      if (mail) mail.snapshot = 'same';
      emit('mails', state.locale);
      await update({ force: true });
    } catch (error) {
      complain(error);
    }
  };
  return { element, update: () => update() };
}

function page({ state: found, files, old_html: hasOld }, path, accept) {
  const differs = files.filter((file) => file.state !== 'same');
  return [
    h('div', { class: `verdict ${found}` },
      h('div', {}, h('strong', {}, t(`snapshot_${found}`)), h('p', {}, t(`snapshot_${found}_note`))),
      found !== 'same' && button({ label: t('accept'), image: 'check', kind: 'primary', press: accept })),
    found === 'changed' && hasOld && visual(path),
    differs.map((file) => h('details', { class: 'diff-file', open: file.file !== 'eml' && file.file !== 'html' },
      h('summary', {}, h('code', {}, file.file), h('span', { class: 'chip' }, t(`snapshot_${file.state}`))),
      file.diff && diffView(file.diff))),
  ];
}

/** Old and new at the same place; the slider fades from one to the other. */
function visual(path) {
  const frames = { now: new MailFrame({ title: t('new_mail') }), old: new MailFrame({ title: t('old_mail') }) };
  const pile = h('div', { class: 'pile' }, h('div', { class: 'layer' }, frames.now.element), h('div', { class: 'layer' }, frames.old.element));
  const over = pile.lastChild;
  const slider = h('input', { type: 'range', min: '0', max: '100', value: '50', 'aria-label': t('fade'), oninput: () => { over.style.opacity = slider.value / 100; } });
  over.style.opacity = 0.5;
  const box = h('div', { class: 'visual' }, pile);
  const fit = () => {
    const scale = Math.min(1, box.clientWidth / WIDTH);
    pile.style.width = `${WIDTH}px`;
    pile.style.transform = `scale(${scale})`;
    box.style.height = `${Math.max(...[...pile.children].map((layer) => layer.offsetHeight)) * scale}px`;
  };
  frames.now.hear.onmeasure = frames.old.hear.onmeasure = fit;
  new ResizeObserver(fit).observe(box);
  frames.now.show(mailPath('mail'));
  frames.old.show(`/snapshot/${path}`);
  return h('section', {}, h('label', { class: 'fader' }, h('span', {}, t('new_mail')), slider, h('span', {}, t('old_mail'))), box);
}
