// What several panels share: the bar above, and words for when there is nothing to show.

import { button } from './controls.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { copy } from './toast.js';
import { t } from './words.js';

/** Facts on the left, copying and saving on the right. */
export function panelBar({ facts = [], text, what, save }) {
  return h('div', { class: 'panel-bar' },
    h('div', { class: 'panel-facts' }, facts.map((fact) => h('span', {}, fact))),
    text !== undefined && button({ label: t('copy'), image: 'copy', kind: 'quiet', press: () => copy(text, what) }),
    save && h('a', { class: 'button quiet', href: `${save}&download=1`, download: '' }, icon('download'), h('span', {}, t('save'))));
}

export function nothing(words) {
  return h('p', { class: 'nothing' }, words);
}

/** A panel that shows one thing of the mail and is drawn anew only when the mail is another. */
export function mailPanel(currentMail, draw) {
  const element = h('div', { class: 'panel-page' });
  let drawn;
  return {
    element,
    update() {
      const mail = currentMail();
      if (mail === drawn && mail) return;
      drawn = mail;
      element.replaceChildren(...(mail ? draw(mail) : [nothing(t('no_mail'))]));
    },
  };
}
