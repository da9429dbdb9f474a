// The middle of the page: one column for each locale shown, inbox line above, mail below.

import { on } from './bus.js';
import { Column } from './column.js';
import { h } from './dom.js';
import { dataFaults, mails } from './mails.js';
import { notices } from './notices.js';
import { overlay } from './overlay.js';
import { project, shownLocales } from './project.js';
import { state } from './state.js';
import { announce } from './toast.js';
import { toolbar } from './toolbar.js';
import { t } from './words.js';

const GAP = 16;
const NARROW = 560;
const PEEK = 20;
const SMALLEST = 0.4;

export function stage() {
  const canvas = h('div', { class: 'canvas', tabindex: '0', role: 'region', 'aria-label': t('mail') });
  const heading = h('h1', { class: 'unseen' });
  const element = h('section', { class: 'stage', 'aria-label': t('stage') }, heading, toolbar(), notices(), h('div', { class: 'stage-body' }, canvas, overlay()));
  const columns = new Map();

  const arrange = () => {
    heading.textContent = state.kind;
    const locales = shownLocales();
    for (const [locale, column] of columns) {
      if (locales.includes(locale)) continue;
      column.remove();
      columns.delete(locale);
    }
    locales.forEach((locale, at) => {
      if (!columns.has(locale)) columns.set(locale, new Column(locale));
      const column = columns.get(locale);
      // A frame that is moved loads anew: columns that stand right are left where they are.
      if (canvas.children[at] !== column.element) canvas.insertBefore(column.element, canvas.children[at] ?? null);
      column.update();
    });
    layout();
  };

  const layout = () => {
    const count = columns.size;
    if (count === 0) return;
    const room = canvas.clientWidth - 2 * GAP;
    // On a phone the columns stand behind each other, to be swiped.
    const each = canvas.clientWidth < NARROW ? room - (count > 1 ? PEEK : 0) : (room - GAP * (count - 1)) / count;
    const width = state.w === 'full' ? Math.floor(each) : Number(state.w) || 375;
    const scale = state.zoom === 'fit' ? Math.max(SMALLEST, Math.min(1, each / width)) : Number(state.zoom) / 100 || 1;
    for (const column of columns.values()) column.layout({ width, scale, count });
  };

  new ResizeObserver(layout).observe(canvas);
  on('project', arrange);
  on('mails', (locale) => columns.get(locale)?.update());
  on('rendered', () => announce(spoken()));
  on('state', (keys) => {
    if (state.page !== 'mail') return;
    if (['kind', 'view', 'locale', 'page'].some((key) => keys.has(key))) arrange();
    if (keys.has('kind') || keys.has('sample')) canvas.scrollTop = 0;
    if (['dark', 'images', 'css', 'text', 'locale'].some((key) => keys.has(key))) for (const column of columns.values()) column.update();
    if (keys.has('w') || keys.has('zoom')) layout();
  });
  return element;
}

function spoken() {
  const warnings = shownLocales().reduce((sum, locale) => sum + (mails.get(locale)?.mail?.warnings.length ?? 0), 0);
  const faults = project.faults.length + dataFaults().length;
  return faults ? t('spoken_faults', { faults }) : t('spoken', { warnings });
}
