// Source texts with line numbers, coloured lightly; nothing here interprets what it shows.

import { h } from './dom.js';

const HTML = /(?<comment><!--[\s\S]*?-->|\{#[\s\S]*?#\})|(?<jinja>\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|(?<tag><\/?[a-zA-Z][\w:-]*|\/?>)|(?<name>[\w:-]+(?==["']))|(?<string>(?<==)(?:"[^"]*"|'[^']*'))/g;
const YAML = /(?<comment>(?<=^|\s)#.*$)|(?<name>^[\s-]*[\w.-]+(?=:))|(?<string>"[^"\n]*"|'[^'\n]*')/gm;
const MAIL = /(?<name>^[A-Za-z-]+(?=: ))|(?<comment>^--=?[\w=_-]+$)/gm;
const CSS = /(?<comment>\/\*[\s\S]*?\*\/|\{#[\s\S]*?#\})|(?<jinja>\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|(?<name>[\w-]+(?=\s*:\s))/g;

const GRAMMARS = { html: HTML, yaml: YAML, mail: MAIL, css: CSS, plain: null };

export function grammarOf(file) {
  if (/\.html(\.j2)?$/.test(file)) return 'html';
  return /\.ya?ml$/.test(file) ? 'yaml' : /\.css$/.test(file) ? 'css' : 'plain';
}

/** `numbered(n)` gives what stands before line n; a bare number unless it is given. */
export function codeView({ text, grammar = 'plain', label, numbered = (n) => h('span', { class: 'line-number', 'data-n': n }) }) {
  const rows = lines(tokens(text, GRAMMARS[grammar])).map((parts, at) =>
    h('span', { class: 'line', id: undefined }, numbered(at + 1), h('span', { class: 'line-text' }, parts, '\n')));
  return h('pre', { class: 'code', tabindex: '0', 'aria-label': label }, rows);
}

function tokens(text, grammar) {
  if (!grammar) return [['', text]];
  const found = [];
  let at = 0;
  for (const match of text.matchAll(grammar)) {
    if (match.index > at) found.push(['', text.slice(at, match.index)]);
    const [kind] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    found.push([kind, match[0]]);
    at = match.index + match[0].length;
  }
  found.push(['', text.slice(at)]);
  return found;
}

function lines(found) {
  const rows = [[]];
  for (const [kind, text] of found) {
    text.split('\n').forEach((part, at) => {
      if (at > 0) rows.push([]);
      if (part) rows.at(-1).push(kind ? h('span', { class: `t-${kind}` }, part) : part);
    });
  }
  if (rows.length > 1 && rows.at(-1).length === 0) rows.pop();
  return rows;
}
