// The header fields, decoded, in the order they are sent.

import { h } from './dom.js';
import { currentMail } from './mails.js';
import { mailPanel, panelBar } from './panel-parts.js';
import { t } from './words.js';

export const headersPanel = () => mailPanel(currentMail, ({ headers, adapted }) => [
  panelBar({ facts: [t('fields', { count: headers.length })], text: headers.map((pair) => pair.join(': ')).join('\n'), what: t('panel_headers') }),
  h('table', { class: 'facts' }, h('tbody', {}, headers.map(([name, value]) =>
    h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value))))),
  adapted.length > 0 && h('p', { class: 'nothing' }, t('adapted', { what: adapted.map(({ what, how }) => `${what} (${how})`).join(', ') })),
].filter(Boolean));
