// The template files the mail came from. A line number opens the line in the editor, and a click on
// words in the mail finds their line.

import { get } from './api.js';
import { on } from './bus.js';
import { codeView, grammarOf } from './code.js';
import { select } from './controls.js';
import { editedVars, sampleOf } from './data.js';
import { fill, h } from './dom.js';
import { place } from './fault.js';
import { currentMail } from './mails.js';
import { mailPanel } from './panel-parts.js';
import { editorLink } from './project.js';
import { state } from './state.js';
import { announce } from './toast.js';
import { trace } from './trace.js';
import { t } from './words.js';

let chosen;

export function sourcePanel() {
  const found = h('div', { class: 'traced' });
  const shown = h('div');
  let files = [];
  const pick = select({ label: t('file'), pick: (file) => show(file) });
  const show = (file, line) => {
    const one = files.find((candidate) => candidate.file === file) ?? files[0];
    if (!one) return;
    chosen = one.file;
    pick.show(files.map((candidate) => ({ value: candidate.file, label: candidate.file })), one.file);
    const code = codeView({ text: one.text, grammar: grammarOf(one.file), label: one.file, numbered: (n) => lineLink(one.file, n) });
    fill(shown, !line && h('p', { class: 'source-place' }, place({ file: one.file })), code);
    const row = line && code.children[line - 1];
    row?.classList.add('here');
    row?.scrollIntoView({ block: 'center' });
  };
  const page = mailPanel(currentMail, ({ source }) => {
    files = source.template;
    fill(found, h('p', { class: 'panel-note' }, t('trace_hint')));
    show(chosen);
    return [h('div', { class: 'panel-bar' }, pick), found, shown];
  });

  on('trace', async ({ words, locale }) => {
    files = await withStrings(currentMail()?.source.template ?? [], locale);
    const vars = (await editedVars(locale)) ?? (await sampleOf(locale));
    const places = trace(words, { kind: state.kind, files, vars });
    fill(found, h('p', { class: 'panel-note' }, places.length ? t('traced') : t('not_traced')),
      places.map((one) => h('p', {}, place(one))));
    announce(places.length ? t('traced') : t('not_traced'));
    if (places.length) show(places[0].file, places[0].line);
  });
  return page;
}

// The strings belong to the mail as much as its templates, whether or not the server sent them along.
async function withStrings(templates, locale) {
  const file = `locales/${locale}.yaml`;
  if (templates.some((one) => one.file.startsWith('locales/'))) return templates;
  const strings = await get(`/source?${new URLSearchParams({ file })}`).catch(() => null);
  return strings ? [...templates, strings] : templates;
}

function lineLink(file, line) {
  const href = editorLink(file, line);
  // One stop of the Tab key for each line would bury the rest of the page: the file's link above has it.
  if (href) return h('a', { class: 'line-number', href, 'data-n': line, tabindex: '-1', 'aria-label': t('line_in_editor', { line }) });
  return h('span', { class: 'line-number', 'data-n': line });
}
