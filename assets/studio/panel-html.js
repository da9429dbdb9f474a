// The HTML part as it is sent: styles inlined, images still `cid:`.

import { codeView } from './code.js';
import { bytes } from './format.js';
import { currentMail } from './mails.js';
import { mailPanel, panelBar } from './panel-parts.js';
import { mailPath } from './links.js';
import { t } from './words.js';

export const htmlPanel = () => mailPanel(currentMail, ({ source, html_bytes: size, draft }) => [
  panelBar({ facts: [bytes(size)], text: source.html, what: 'HTML', save: mailPath('html', { draft }) }),
  codeView({ text: source.html, grammar: 'html', label: t('panel_html') }),
]);
