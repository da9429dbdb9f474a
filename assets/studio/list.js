// On the left: the kinds, with what the build says of each, and the samples of the one shown.

import { on } from './bus.js';
import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { choose, currentKind, project } from './project.js';
import { address, set, state } from './state.js';
import { t } from './words.js';

export function list() {
  const filter = h('input', { type: 'search', class: 'filter', placeholder: t('filter'), 'aria-label': t('filter'), id: 'filter', oninput: () => show() });
  const kinds = h('ul', { class: 'kinds' });
  const none = h('p', { class: 'none', hidden: true }, t('no_kind'));
  const element = h('nav', { class: 'list', 'aria-label': t('kinds') }, h('div', { class: 'filter-box' }, icon('search'), filter), kinds, none,
    h('footer', { class: 'list-foot' }, projectName()));

  filter.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') filter.value = '';
    if (event.key === 'Enter') kinds.querySelector('a')?.click();
    if (event.key === 'Escape' || event.key === 'Enter') show();
  });

  const show = () => {
    const found = matching(filter.value);
    none.hidden = found.length > 0;
    fill(kinds, found.map(item));
    fill(element.lastChild, projectName());
  };
  on('project', show);
  on('state', (keys) => ['kind', 'sample', 'page', 'vars'].some((key) => keys.has(key)) && show());
  return element;
}

function matching(text) {
  const words = text.trim().toLowerCase().split(/\s+/);
  return project.kinds.filter((kind) => words.every((word) => `${kind.name} ${kind.description} ${kind.category}`.toLowerCase().includes(word)));
}

/** The neighbour of the kind shown, `step` places down the list. */
export function step(by) {
  const at = project.kinds.findIndex((kind) => kind.name === state.kind);
  const next = project.kinds[at + by];
  if (next) choose(next.name);
}

export function stepSample(by) {
  const samples = currentKind()?.samples ?? [];
  const next = samples[samples.findIndex(({ name }) => name === state.sample) + by];
  if (next) set({ sample: next.name, vars: null });
}

function item(kind) {
  const current = state.page === 'mail' && kind.name === state.kind;
  return h('li', { class: current ? 'current' : '' },
    anchor({ kind: kind.name }, { class: 'kind', 'aria-current': current ? 'page' : undefined, title: kind.description },
      h('span', { class: 'kind-name' }, kind.name, badges(kind)),
      h('span', { class: 'kind-about' }, kind.description)),
    current && h('ul', { class: 'samples', 'aria-label': t('samples') }, kind.samples.map((sample) => h('li', {},
      anchor({ kind: kind.name, sample: sample.name }, { class: 'sample-link', 'aria-current': sample.name === state.sample ? 'true' : undefined },
        h('span', {}, sample.name),
        sample.name === state.sample && state.vars && h('small', { class: 'edited' }, t('edited')),
        sample.derived && h('small', {}, t('derived')))))));
}

// A real link, so that it opens in a tab of its own too; a plain click stays in the page.
function anchor({ kind, sample }, props, ...children) {
  const href = address({ page: 'mail', kind, vars: null, ...(sample && { sample }) });
  return h('a', {
    ...props, href,
    onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      choose(kind, sample);
    },
  }, children);
}

function badges(kind) {
  return Object.entries(kind.badges ?? {}).flatMap(([locale, { errors, warnings }]) => [
    errors > 0 && badge('bad', errors, t('errors_in', { count: errors, locale })),
    warnings > 0 && badge('warn', warnings, t('warnings_in', { count: warnings, locale })),
  ]);
}

function badge(kind, count, title) {
  return h('span', { class: `badge ${kind}`, title }, h('span', { 'aria-hidden': 'true' }, count), h('span', { class: 'unseen' }, title));
}

function projectName() {
  const path = project.project ?? '';
  return h('span', { title: path }, path.startsWith('/') ? path.split('/').filter(Boolean).at(-1) : t('embedded'));
}
