// The variables of the mail that is shown: a sample, and over it what was edited here.
// Only the difference is kept (in the URL), so each locale keeps its own names and places.

import { get } from './api.js';
import { on } from './bus.js';
import { set, state } from './state.js';

const samples = new Map();

on('build', () => samples.clear());

/** The sample as written for the locale. */
export async function sampleOf(locale) {
  const { kind, sample } = state;
  const path = ['sample', kind, locale, sample].map(encodeURIComponent).join('/');
  if (!samples.has(path)) {
    const asked = get(`/api/${path}`).then(({ vars }) => vars);
    asked.catch(() => samples.delete(path));
    samples.set(path, asked);
  }
  return samples.get(path);
}

/** Sample and edits together; `undefined` where nothing was edited. */
export async function editedVars(locale) {
  return state.vars ? overlay(await sampleOf(locale), state.vars) : undefined;
}

export function overlay(sample, edits) {
  const vars = { ...sample, ...edits };
  for (const name of Object.keys(vars)) if (vars[name] === null) delete vars[name];
  return vars;
}

export function edit(sample, name, value) {
  const edits = { ...state.vars, [name]: value === undefined ? null : value };
  keep(sample, edits);
}

/** Takes a whole object, as typed into the JSON field. */
export function replace(sample, vars) {
  const gone = Object.keys(sample).filter((name) => !(name in vars)).map((name) => [name, null]);
  keep(sample, { ...vars, ...Object.fromEntries(gone) });
}

export const reset = () => set({ vars: null });

function keep(sample, edits) {
  const real = Object.entries(edits).filter(([name, value]) =>
    value === null ? name in sample : JSON.stringify(value) !== JSON.stringify(sample[name]));
  set({ vars: real.length ? Object.fromEntries(real) : null });
}
