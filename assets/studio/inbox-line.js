// The mail as a phone lists it: sender, subject cut where a phone cuts it, preheader.

import { h } from './dom.js';
import { cutAt } from './format.js';
import { t } from './words.js';

const COLUMNS = 40;

export function inboxLine({ from, subject, preheader }) {
  const name = senderName(from);
  const [seen, cut] = cutAt(subject, COLUMNS);
  return h('div', { class: 'inbox-line' },
    h('span', { class: 'avatar', 'aria-hidden': 'true' }, [...name][0]?.toUpperCase() ?? '·'),
    h('div', { class: 'inbox-words' },
      h('div', { class: 'inbox-from' }, h('strong', { title: from }, name), h('time', {}, '09:30')),
      h('div', { class: 'inbox-subject', title: cut ? t('cut_at', { columns: COLUMNS, subject }) : subject },
        seen, cut && h('span', { class: 'cut' }, '…')),
      h('div', { class: 'inbox-preheader', title: preheader }, preheader || h('i', {}, t('no_preheader')))));
}

// `鸿雁 <no-reply@example.com>`, or the address alone where no name was given.
function senderName(from) {
  const [, name, address] = /^\s*"?(.*?)"?\s*<([^>]*)>\s*$/.exec(from ?? '') ?? [];
  return name || address || from || '';
}
