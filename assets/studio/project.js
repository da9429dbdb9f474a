// The catalog: kinds, locales, samples and variables as the last good build has them.

import { get } from './api.js';
import { boot } from './boot.js';
import { emit, on } from './bus.js';
import { set, state } from './state.js';
import { t } from './words.js';

export const project = { version: 0, ok: true, faults: [], warnings: [], locales: [], kinds: [] };

export async function load() {
  Object.assign(project, await get('/api/project'));
  settle();
  emit('project');
}

// A kind may be gone after a save, or a link may name one that never was: the nearest that exists is shown.
function settle() {
  const kind = kindOf(state.kind) ?? project.kinds[0];
  if (!kind) return;
  const changed = {};
  if (state.kind !== kind.name) changed.kind = kind.name;
  if (!kind.locales.includes(state.locale)) changed.locale = defaultLocale(kind);
  if (!kind.samples.some((sample) => sample.name === state.sample)) changed.sample = kind.samples[0]?.name ?? 'typical';
  if (state.page === 'mail' || changed.locale) set(changed);
}

function defaultLocale(kind) {
  return kind.locales.includes(project.default_locale) ? project.default_locale : kind.locales[0];
}

export function kindOf(name) {
  return project.kinds.find((kind) => kind.name === name);
}

export const currentKind = () => kindOf(state.kind);

/** The locales that stand on the stage: the chosen one, or all of the kind beside each other. */
export function shownLocales() {
  const locales = currentKind()?.locales ?? [];
  return state.view === 'split' && locales.length > 1 ? locales : locales.filter((tag) => tag === state.locale);
}

export function choose(kind, sample) {
  const found = kindOf(kind);
  if (!found) return;
  const name = found.samples.some(({ name }) => name === (sample ?? state.sample)) ? sample ?? state.sample : found.samples[0]?.name;
  const locale = found.locales.includes(state.locale) ? state.locale : defaultLocale(found);
  set({ page: 'mail', kind, sample: name, locale, vars: null }, { push: true });
}

// A language is named in itself, so that whoever reads it finds it.
const OWN_NAMES = { 'zh-CN': '简体中文', zh: '中文', 'zh-TW': '繁體中文', 'zh-HK': '繁體中文（香港）', en: 'English' };

export function localeName(tag) {
  if (OWN_NAMES[tag]) return OWN_NAMES[tag];
  try {
    return new Intl.DisplayNames(tag, { type: 'language' }).of(tag);
  } catch {
    return tag;
  }
}

export function sampleLabel({ name, derived }) {
  return derived ? `${name} · ${t('derived')}` : name;
}

/** Opens the line in the editor, where the server knows how the editor is called. */
export function editorLink(file, line = 1, column = 1) {
  if (!boot.editor || !file) return null;
  return boot.editor.replace('{path}', encodeURI(file)).replace('{line}', line ?? 1).replace('{column}', column ?? 1);
}

on('build', ({ ok, faults }) => Object.assign(project, { ok, faults }));
