// The tree of MIME parts.

import { h } from './dom.js';
import { bytes } from './format.js';
import { currentMail } from './mails.js';
import { mailPanel } from './panel-parts.js';

export const mimePanel = () => mailPanel(currentMail, ({ mime }) => [h('ul', { class: 'tree' }, branch(mime))]);

function branch(part) {
  const about = [part.charset, part.encoding, part.disposition, part.filename].filter(Boolean).join(' · ');
  return h('li', {},
    h('div', { class: 'part' }, h('strong', {}, part.type), h('span', { class: 'part-size' }, bytes(part.bytes)),
      about && h('span', { class: 'part-about' }, about),
      part.cid && h('code', { class: 'part-about' }, `cid:${part.cid}`)),
    part.children?.length > 0 && h('ul', {}, part.children.map(branch)));
}
