// How large the mail is, and how far it is to the size at which Gmail cuts it off.

import { h } from './dom.js';
import { bytes, cutAt } from './format.js';
import { currentMail } from './mails.js';
import { mailPanel } from './panel-parts.js';
import { t } from './words.js';

// Gmail shows no more HTML than this and puts "[Message clipped]" below.
const CLIP = 102 * 1024;

export const sizesPanel = () => mailPanel(currentMail, (mail) => [
  clipBar(mail.sizes.html),
  table(['eml', 'html', 'text', 'images', 'attachments'].map((name) => [t(`size_${name}`), bytes(mail.sizes[name])])),
  h('h3', {}, t('lengths')),
  table([
    [t('subject'), t('columns', { count: columns(mail.subject) })],
    [t('preheader'), t('columns', { count: columns(mail.preheader) })],
  ]),
  mail.images.length > 0 && h('h3', {}, t('images')),
  mail.images.length > 0 && table(mail.images.map(({ name, bytes: size }) => [name, bytes(size)])),
].filter(Boolean));

function clipBar(size) {
  const share = size / CLIP;
  const level = share > 1 ? 'bad' : share > 0.8 ? 'warn' : 'good';
  const bar = h('div', { class: 'bar-fill' });
  bar.style.width = `${Math.min(100, share * 100)}%`;
  return h('section', { class: `clip ${level}` },
    h('div', { class: 'clip-words' }, h('strong', {}, `${Math.round(share * 100)}%`), h('span', {}, t('clip', { size: bytes(size), limit: bytes(CLIP) }))),
    h('div', { class: 'bar', role: 'meter', 'aria-label': t('clip_label'), 'aria-valuemin': 0, 'aria-valuemax': CLIP, 'aria-valuenow': Math.min(size, CLIP), 'aria-valuetext': bytes(size) }, bar),
    share > 1 && h('p', {}, t('clipped')));
}

function table(rows) {
  return h('table', { class: 'facts numbers' }, h('tbody', {}, rows.map(([name, value]) =>
    h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value)))));
}

function columns(text) {
  let count = text.length;
  while (cutAt(text, count)[1]) count += 1;
  return count;
}
