// One caught mail: what it carries for the test at hand (codes, links), then the mail.

import { h } from './dom.js';
import { MailFrame } from './frame.js';
import { moment } from './format.js';
import { icon } from './icons.js';
import { pressed } from './keys.js';
import { copy, toast } from './toast.js';
import { t } from './words.js';

export function caughtMail({ id, subject, to, kind, locale, received_at: received, message_id: messageId, codes = [], links = [] }) {
  const path = `/inbox/${encodeURIComponent(id)}`;
  const frame = new MailFrame({ title: subject, onlink: (url) => toast(t('link_held', { url }), { action: copyButton(url, t('link')) }), onkey: pressed });
  frame.show(`${path}/mail`);
  return h('article', { class: 'caught-mail' },
    h('header', {}, h('h1', { lang: locale }, subject),
      h('p', { class: 'caught-facts' }, h('span', {}, to), h('span', {}, [kind, locale].filter(Boolean).join(' · ')), h('time', { datetime: received }, moment(received)),
        h('a', { href: `${path}/eml`, download: '' }, icon('download'), '.eml')),
      h('p', { class: 'caught-id' }, h('code', {}, messageId))),
    (codes.length > 0 || links.length > 0) && h('div', { class: 'picked' },
      codes.map(({ variable, value }) => picked(variable, value, 'code')), links.map(({ variable, url }) => picked(variable, url, 'url'))),
    h('div', { class: 'caught-frame' }, frame.element));
}

function picked(variable, value, kind) {
  return h('button', { type: 'button', class: `pick ${kind}`, title: t('copy'), onclick: () => copy(value, variable) },
    h('small', {}, variable), h('span', {}, value), icon('copy'));
}

const copyButton = (text, what) => h('button', { type: 'button', class: 'link', onclick: () => copy(text, what) }, t('copy'));
