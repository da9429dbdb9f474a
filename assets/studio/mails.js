// Renders what the URL asks for, in every locale that is shown. The last good mail of a locale
// stays until a better one is there.

import { post } from './api.js';
import { emit, on } from './bus.js';
import { editedVars } from './data.js';
import { debounce } from './dom.js';
import { currentKind, project, shownLocales } from './project.js';
import { state } from './state.js';

/** locale → {key, mail, faults} */
export const mails = new Map();

export const currentMail = () => mails.get(state.locale)?.mail;

export function mailOf(locale) {
  return mails.get(locale)?.mail;
}

/** What is wrong with the data at hand, over all locales shown; each fault once. */
export function dataFaults() {
  const all = shownLocales().flatMap((locale) => mails.get(locale)?.faults ?? []);
  return all.filter((fault, at) => all.findIndex((other) => identity(other) === identity(fault)) === at);
}

const identity = ({ code, title, file, line, pointer }) => JSON.stringify([code, title, file, line, pointer]);

let running = new AbortController();

export async function renderAll() {
  running.abort();
  if (state.page !== 'mail' || !currentKind()) return;
  running = new AbortController();
  const { signal } = running;
  const started = performance.now();
  await Promise.all(shownLocales().map((locale) => renderOne(locale, signal)));
  if (!signal.aborted) emit('rendered', { ms: performance.now() - started });
}

async function renderOne(locale, signal) {
  const { kind, sample } = state;
  const subject = `${kind}/${locale}`;
  const before = mails.get(locale);
  try {
    const mail = await post('/api/render', { kind, locale, sample, vars: await editedVars(locale) }, { signal });
    if (signal.aborted) return;
    mails.set(locale, { subject, mail, faults: [] });
  } catch (error) {
    if (signal.aborted || error.name === 'AbortError') return;
    if (!error.faults) throw error;
    // Of another kind nothing is shown: a wrong mail would look like a right one.
    mails.set(locale, { subject, mail: before?.subject === subject ? before.mail : undefined, faults: error.faults });
  }
  emit('mails', locale);
}

const soon = debounce(renderAll, 30);

on('state', (keys) => {
  if (['kind', 'sample', 'view', 'page'].some((key) => keys.has(key))) renderAll();
  else if (keys.has('locale') && !mailIsCurrent(state.locale)) renderAll();
  else if (keys.has('vars')) soon();
});

on('build', ({ ok, version }) => {
  if (ok && version !== project.version) renderAll();
});

const mailIsCurrent = (locale) => state.view === 'split' && mails.get(locale)?.subject === `${state.kind}/${locale}`;
