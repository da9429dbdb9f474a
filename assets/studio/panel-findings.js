// What is amiss though the mail can be sent. For now what the build warns of; the checker's
// findings come here too.

import { fill, h } from './dom.js';
import { faultCard } from './fault.js';
import { currentMail } from './mails.js';
import { nothing } from './panel-parts.js';
import { project } from './project.js';
import { set, state } from './state.js';
import { t } from './words.js';

/** Shows the next finding, or the one before, and moves the focus there. */
export function stepFinding(by) {
  set({ panel: 'findings', page: 'mail' });
  const cards = [...document.querySelectorAll('.findings .fault')];
  const at = cards.indexOf(document.activeElement);
  const card = cards.at(at < 0 && by < 0 ? -1 : (at + by) % cards.length);
  card?.scrollIntoView({ block: 'nearest' });
  card?.focus();
}

export function findingsPanel() {
  const element = h('div', { class: 'panel-page findings' });
  const update = () => {
    const ofProject = project.warnings.filter(({ kind, locale }) => (!kind || kind === state.kind) && (!locale || locale === state.locale));
    const found = [...(currentMail()?.warnings ?? []), ...ofProject];
    const once = found.filter((one, at) => found.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at);
    const cards = once.map(faultCard);
    for (const card of cards) card.tabIndex = -1;
    fill(element, cards.length ? cards : nothing(t('no_findings')), h('p', { class: 'panel-note' }, t('findings_note')));
  };
  return { element, update };
}
