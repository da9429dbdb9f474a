// The keyboard: one table, read by the listener and by the help screen.

import { h } from './dom.js';
import { dialog } from './controls.js';
import { copyLink } from './links.js';
import { matches } from './inside.js';
import { step, stepSample } from './list.js';
import { renderAll } from './mails.js';
import { currentKind } from './project.js';
import { stepFinding } from './panel-findings.js';
import { set, state } from './state.js';
import { DARKS, WIDTHS } from './toolbar.js';
import { t } from './words.js';

const cycle = (values, value) => values[(values.indexOf(value) + 1) % values.length];
const panel = (name) => () => set({ panel: name, page: 'mail' });

const KEYS = [
  { keys: ['j'], does: 'key_next_kind', run: () => step(1) },
  { keys: ['k'], does: 'key_last_kind', run: () => step(-1) },
  { keys: [']'], does: 'key_next_sample', run: () => stepSample(1) },
  { keys: ['['], does: 'key_last_sample', run: () => stepSample(-1) },
  { keys: ['l'], does: 'key_locale', run: () => set({ locale: cycle(currentKind()?.locales ?? [state.locale], state.locale) }) },
  { keys: ['s'], does: 'key_split', run: () => set({ view: state.view === 'split' ? 'single' : 'split' }) },
  { keys: ['d'], does: 'key_dark', run: () => set({ dark: cycle(DARKS, state.dark) }) },
  { keys: ['w'], does: 'key_width', run: () => set({ w: cycle(WIDTHS, state.w) }) },
  { keys: ['1', '2', '3', '4', '5'], does: 'key_widths', run: (key) => set({ w: WIDTHS[Number(key) - 1] }) },
  { keys: ['i'], does: 'key_images', run: () => set({ images: state.images === 'on' ? 'off' : 'on' }) },
  { keys: ['t'], does: 'key_text', run: () => set({ text: state.text === '1' ? '0' : '1' }) },
  { keys: ['h'], does: 'key_html', run: panel('html') },
  { keys: ['r'], does: 'key_raw', run: panel('raw') },
  { keys: ['f'], does: 'key_findings', run: panel('findings') },
  { keys: ['n'], does: 'key_next_finding', run: () => stepFinding(1) },
  { keys: ['p'], does: 'key_last_finding', run: () => stepFinding(-1) },
  { keys: ['e'], does: 'key_data', run: () => { set({ panel: 'data', page: 'mail' }); document.querySelector('.data-form :is(input, textarea, select)')?.focus(); } },
  { keys: ['/'], does: 'key_filter', run: () => document.getElementById('filter')?.focus() },
  { keys: ['c'], does: 'key_copy', run: copyLink },
  { keys: ['g'], does: 'key_sheet', run: () => set({ page: state.page === 'sheet' ? 'mail' : 'sheet' }, { push: true }) },
  { keys: ['.'], does: 'key_render', run: renderAll },
  { keys: ['?'], does: 'key_help', run: () => help() },
];

/** Also called with keys pressed inside a mail's frame. */
export function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
  const found = KEYS.find(({ keys }) => keys.includes(event.key));
  if (!found) return;
  event.preventDefault();
  found.run(event.key);
}

export function help() {
  dialog({
    title: t('keys'), closeLabel: t('close'), kind: 'keys',
    body: h('dl', {}, KEYS.map(({ keys, does }) => h('div', {},
      h('dt', {}, keys.length > 2 ? [h('kbd', {}, keys[0]), '–', h('kbd', {}, keys.at(-1))] : keys.map((key) => h('kbd', {}, key))),
      h('dd', {}, t(does))))),
  });
}

// A radio button or a checkbox takes focus but no letters.
function isTyping(target) {
  if (!target?.nodeType || target.nodeType === Node.DOCUMENT_NODE) return false;
  return target.isContentEditable === true || matches(target, 'textarea, select, input:not([type=radio], [type=checkbox], [type=range])');
}

document.addEventListener('keydown', pressed);
