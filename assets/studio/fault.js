// One fault as a card: code, place, excerpt, remedy, suggestion.

import { h } from './dom.js';
import { icon } from './icons.js';
import { editorLink } from './project.js';
import { copy } from './toast.js';
import { t } from './words.js';

export function faultCard(fault) {
  const { code, severity, title, hint, suggestion, kind, locale } = fault;
  const excerpt = sourceLines(fault.excerpt);
  return h('article', { class: `fault ${severity ?? 'error'}` },
    h('h3', {}, coded(title)),
    h('p', { class: 'fault-place' }, place(fault), h('code', { class: 'fault-code' }, code),
      kind && h('span', {}, [kind, locale].filter(Boolean).join(' · '))),
    excerpt.length > 0 && h('pre', { class: 'excerpt', tabindex: '0' }, excerpt.map(excerptLine)),
    hint && h('p', { class: 'fault-hint' }, h('strong', {}, t('remedy')), ' ', coded(hint)),
    suggestion && h('p', { class: 'fault-hint' }, h('strong', {}, t('suggestion')), ' ',
      h('code', {}, suggestion), ' ', h('button', { type: 'button', class: 'link', onclick: () => copy(suggestion, t('suggestion')) }, t('copy'))));
}

/** `file:line:column`, as a link into the editor where there is one. */
export function place({ file, line, column, pointer }) {
  if (!file) return pointer ? h('code', {}, pointer) : null;
  const words = [file, line, column].filter((part) => part !== null && part !== undefined).join(':');
  const link = editorLink(file, line ?? 1, column ?? 1);
  if (link) return h('a', { href: link, class: 'place', title: t('open_in_editor') }, words, icon('external'));
  return h('button', { type: 'button', class: 'link place', title: t('copy'), onclick: () => copy(words, t('place')) }, words);
}

// Names in faults stand in backticks, as in the terminal.
export function coded(text) {
  return (text ?? '').split('`').map((part, at) => (at % 2 ? h('code', {}, part) : part));
}

// Of the terminal's excerpt the lines of the file: title, place and remedy stand in the card already.
function sourceLines(excerpt) {
  const lines = (excerpt ?? '').split('\n').filter((line) => /^\s*(\d+\s*)?\|/.test(line));
  const blank = (line) => line?.trim() === '|';
  while (blank(lines[0])) lines.shift();
  while (blank(lines.at(-1))) lines.pop();
  return lines;
}

function excerptLine(line) {
  const marked = /^\s*\|[\s|]*\^/.test(line);
  return h('span', { class: marked ? 'marked' : '' }, line, '\n');
}
