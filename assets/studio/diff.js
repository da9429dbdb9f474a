// A unified diff, a line a row, coloured and marked for those who see no colours.

import { h } from './dom.js';

const KINDS = { '+': 'added', '-': 'removed', '@': 'hunk' };

export function diffView(text) {
  const rows = text.replace(/\n$/, '').split('\n').filter((line) => !/^(---|\+\+\+) /.test(line));
  return h('pre', { class: 'diff', tabindex: '0' }, rows.map((line) => h('span', { class: `diff-line ${KINDS[line[0]] ?? ''}` }, line, '\n')));
}
