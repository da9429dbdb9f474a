// On the right (below on narrow windows): what the mail is made of, one tab for each view of it.

import { on } from './bus.js';
import { segmented } from './controls.js';
import { h } from './dom.js';
import { currentMail, mails } from './mails.js';
import { dataPanel } from './panel-data.js';
import { findingsPanel } from './panel-findings.js';
import { headersPanel } from './panel-headers.js';
import { htmlPanel } from './panel-html.js';
import { mimePanel } from './panel-mime.js';
import { rawPanel } from './panel-raw.js';
import { sizesPanel } from './panel-sizes.js';
import { snapshotPanel } from './panel-snapshot.js';
import { sourcePanel } from './panel-source.js';
import { textPanel } from './panel-text.js';
import { currentKind, localeName, project, shownLocales } from './project.js';
import { set, state } from './state.js';
import { t } from './words.js';

const PANELS = {
  data: dataPanel, text: textPanel, html: htmlPanel, source: sourcePanel, headers: headersPanel,
  mime: mimePanel, raw: rawPanel, sizes: sizesPanel, snapshot: snapshotPanel, findings: findingsPanel,
};
const NAMES = Object.keys(PANELS);

export function panel() {
  const made = {};
  let shown = '';
  const tabs = NAMES.map((name) => h('button', {
    type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': 'panel-body', class: 'tab', onclick: () => set({ panel: name }),
  }, h('span', {}, t(`panel_${name}`)), h('i', { class: 'tab-mark', hidden: true })));
  const body = h('div', { class: 'panel-body', role: 'tabpanel', id: 'panel-body' });
  const locale = h('div', { class: 'panel-locale' });
  const row = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('panel'), onkeydown: (event) => walk(event, tabs) }, tabs);
  const element = h('aside', { class: 'panel', 'aria-label': t('panel') }, h('h2', { class: 'unseen' }, t('panel')), row, locale, body);

  const active = () => (NAMES.includes(state.panel) ? state.panel : 'data');
  const show = () => {
    const name = active();
    tabs.forEach((tab, at) => {
      tab.setAttribute('aria-selected', String(NAMES[at] === name));
      tab.tabIndex = NAMES[at] === name ? 0 : -1;
    });
    body.setAttribute('aria-labelledby', `tab-${name}`);
    if (!made[name]) {
      made[name] = PANELS[name]();
      body.append(made[name].element);
    }
    // Hidden rather than taken out: the frames in them would load anew.
    if (name !== shown) body.scrollTop = 0;
    for (const [other, { element: page }] of Object.entries(made)) page.hidden = other !== name;
    shown = name;
    if (state.page === 'mail' && currentKind()) made[name].update();
    mark(tabs);
  };
  const showLocales = () => locale.replaceChildren(...localeTabs());
  on('project', () => { showLocales(); show(); });
  on('mails', (changed) => changed === state.locale && show());
  on('state', (keys) => {
    if (['kind', 'view', 'locale'].some((key) => keys.has(key))) showLocales();
    if (['panel', 'kind', 'locale', 'sample', 'vars', 'page'].some((key) => keys.has(key))) show();
  });
  return element;
}

// With several mails on the stage, the panel says of which it speaks.
function localeTabs() {
  const locales = shownLocales();
  if (locales.length < 2) return [];
  const choice = segmented({
    name: 'details-of', label: t('panel_of'), pick: (locale) => set({ locale }),
    options: locales.map((tag) => ({ value: tag, label: localeName(tag), title: tag })),
  });
  choice.show(state.locale);
  return [choice];
}

// A dot where there is something to see without opening the tab.
function mark(tabs) {
  const mail = currentMail();
  const warned = (mail?.warnings.length ?? 0) + project.warnings.filter(({ kind }) => kind === state.kind).length;
  const marks = {
    data: mails.get(state.locale)?.faults.length > 0 ? 'bad' : state.vars ? 'info' : '',
    snapshot: ['changed', 'missing'].includes(mail?.snapshot) ? 'warn' : '',
    findings: warned > 0 ? 'warn' : '',
  };
  tabs.forEach((tab, at) => {
    const dot = tab.querySelector('.tab-mark');
    dot.hidden = !marks[NAMES[at]];
    dot.className = `tab-mark ${marks[NAMES[at]] ?? ''}`;
  });
}

function walk(event, tabs) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = tabs.at((tabs.indexOf(document.activeElement) + step) % tabs.length);
  next.click();
  next.focus();
}
