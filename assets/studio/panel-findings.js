// What is amiss though the mail can be sent. For now what the build warns of; the checker's
// findings come here too.

import { fill, h } from './dom.js';
import { faultCard } from './fault.js';
import { currentMail } from './mails.js';
import { nothing } from './panel-parts.js';
import { project } from './project.js';
import { state } from './state.js';
import { t } from './words.js';

export function findingsPanel() {
  const element = h('div', { class: 'panel-page' });
  const update = () => {
    const ofProject = project.warnings.filter(({ kind, locale }) => (!kind || kind === state.kind) && (!locale || locale === state.locale));
    const found = [...(currentMail()?.warnings ?? []), ...ofProject];
    const once = found.filter((one, at) => found.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === at);
    fill(element, once.length ? once.map(faultCard) : nothing(t('no_findings')), h('p', { class: 'panel-note' }, t('findings_note')));
  };
  return { element, update };
}
