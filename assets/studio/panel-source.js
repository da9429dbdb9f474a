// The template files the mail came from; a line number opens the line in the editor.

import { codeView, grammarOf } from './code.js';
import { select } from './controls.js';
import { h } from './dom.js';
import { currentMail } from './mails.js';
import { mailPanel } from './panel-parts.js';
import { place } from './fault.js';
import { editorLink } from './project.js';
import { t } from './words.js';

let chosen;

export const sourcePanel = () => mailPanel(currentMail, ({ source }) => {
  const files = source.template;
  const shown = h('div');
  const pick = select({ label: t('file'), pick: (file) => show(file) });
  const show = (file) => {
    const found = files.find((one) => one.file === file) ?? files[0];
    chosen = found.file;
    pick.show(files.map((one) => ({ value: one.file, label: one.file })), found.file);
    shown.replaceChildren(
      h('p', { class: 'source-place' }, place({ file: found.file, line: 1 })),
      codeView({ text: found.text, grammar: grammarOf(found.file), label: found.file, numbered: (n) => lineLink(found.file, n) }));
  };
  if (files.length > 0) show(chosen);
  return [h('div', { class: 'panel-bar' }, pick), shown];
});

function lineLink(file, line) {
  const href = editorLink(file, line);
  // One stop of the Tab key for each line would bury the rest of the page: the file's link above has it.
  if (href) return h('a', { class: 'line-number', href, 'data-n': line, tabindex: '-1', 'aria-label': t('line_in_editor', { line }) });
  return h('span', { class: 'line-number', 'data-n': line });
}
