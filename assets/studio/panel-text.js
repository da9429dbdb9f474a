// The text part, as a reader without HTML gets it.

import { h } from './dom.js';
import { bytes } from './format.js';
import { currentMail } from './mails.js';
import { mailPanel, panelBar } from './panel-parts.js';
import { mailPath } from './links.js';
import { state } from './state.js';
import { t } from './words.js';

export const textPanel = () => mailPanel(currentMail, ({ text, draft }) => [
  panelBar({
    facts: [bytes(new TextEncoder().encode(text).length), t('lines', { count: text.trimEnd().split('\n').length })],
    text, what: t('panel_text'), save: mailPath('text', { draft }),
  }),
  h('pre', { class: 'prose', tabindex: '0', lang: state.locale, 'aria-label': t('panel_text') }, text),
]);
