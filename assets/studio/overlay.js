// The fault screen: over the dimmed last good mail stands what is wrong, where, and the remedy.
// It goes away by itself when the fault is mended.

import { on } from './bus.js';
import { button } from './controls.js';
import { fill, h } from './dom.js';
import { faultCard } from './fault.js';
import { dataFaults } from './mails.js';
import { project } from './project.js';
import { t } from './words.js';

export function overlay() {
  const list = h('div', { class: 'fault-list' });
  const count = h('h2', {});
  const folded = h('button', { type: 'button', class: 'overlay-folded', hidden: true, onclick: () => fold(false) });
  const card = h('div', { class: 'overlay', role: 'alertdialog', 'aria-label': t('build_failed'), tabindex: '-1' },
    h('header', { class: 'overlay-head' }, count,
      button({ label: t('last_good'), press: () => fold(true) })),
    h('p', { class: 'overlay-note' }, t('build_failed_note')), list);
  const element = h('div', { class: 'overlay-place', hidden: true }, card, folded);
  let shown = '';

  const fold = (away) => {
    card.hidden = away;
    folded.hidden = !away;
    element.parentElement?.classList.toggle('faulty', !away && !element.hidden);
  };
  const show = () => {
    const faults = project.ok ? dataFaults().filter((fault) => fault.file) : project.faults;
    element.hidden = faults.length === 0;
    const now = JSON.stringify(faults);
    if (now === shown) return;
    shown = now;
    count.textContent = t('faults_found', { count: faults.length });
    folded.textContent = t('faults_folded', { count: faults.length });
    fill(list, faults.map(faultCard));
    fold(false);
  };
  card.addEventListener('keydown', (event) => event.key === 'Escape' && fold(true));
  for (const name of ['build', 'project', 'mails']) on(name, show);
  return element;
}
