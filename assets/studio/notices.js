// A strip above the mail for data that cannot be rendered: less than a fault screen, for whoever
// is typing is half way through a word.

import { on } from './bus.js';
import { fill, h } from './dom.js';
import { coded } from './fault.js';
import { dataFaults } from './mails.js';
import { project } from './project.js';
import { set, state } from './state.js';
import { t } from './words.js';

export function notices() {
  const element = h('div', { class: 'notices', hidden: true });
  const show = () => {
    const faults = project.ok ? dataFaults().filter((fault) => !fault.file) : [];
    element.hidden = faults.length === 0;
    fill(element, faults.map(({ title, hint }) => h('p', {}, h('strong', {}, coded(title)), hint && h('span', {}, coded(hint)))),
      faults.length > 0 && state.panel !== 'data' && h('button', { type: 'button', class: 'link', onclick: () => set({ panel: 'data' }) }, t('edit_data')));
  };
  for (const name of ['mails', 'build', 'project', 'state']) on(name, show);
  return element;
}
