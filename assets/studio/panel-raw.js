// The message as its bytes go over the wire.

import { getText } from './api.js';
import { codeView } from './code.js';
import { h } from './dom.js';
import { bytes } from './format.js';
import { currentMail } from './mails.js';
import { mailPanel, nothing, panelBar } from './panel-parts.js';
import { mailPath } from './links.js';
import { t } from './words.js';

export const rawPanel = () => mailPanel(currentMail, (mail) => {
  const path = mailPath('eml', { draft: mail.draft });
  const place = h('div', { 'aria-busy': 'true' });
  getText(path).then(
    (text) => place.replaceChildren(
      panelBar({ facts: [bytes(mail.sizes.eml)], text, what: t('panel_raw'), save: path }),
      codeView({ text: text.replaceAll('\r\n', '\n'), grammar: 'mail', label: t('panel_raw') })),
    (error) => place.replaceChildren(nothing(error.message)),
  ).finally(() => place.removeAttribute('aria-busy'));
  return [place];
});
