// Renders what the URL asks for, in every locale that is shown. The last good mail of a locale
// stays until a better one is there.

import { post } from './api.js';
import { emit, on } from './bus.js';
import { editedVars } from './data.js';
import { currentKind, project, shownLocales } from './project.js';
import { state } from './state.js';

/** locale → {kind, mail, faults} */
export const mails = new Map();

/** The last good mail of the kind that is shown; another kind's would look like a right one. */
export function mailOf(locale) {
  const found = mails.get(locale);
  return found?.kind === state.kind ? found.mail : undefined;
}

export const currentMail = () => mailOf(state.locale);

/** What is wrong with the data at hand, over all locales shown; each fault once. */
export function dataFaults() {
  const all = shownLocales().flatMap((locale) => mails.get(locale)?.faults ?? []);
  return all.filter((fault, at) => all.findIndex((other) => identity(other) === identity(fault)) === at);
}

const identity = ({ code, title, file, line, pointer }) => JSON.stringify([code, title, file, line, pointer]);

/** How mails are looked at, as their route takes it. */
export const shownLook = () => ({ dark: state.dark, images: state.images, css: state.css });

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
  try {
    const look = shownLook();
    const mail = await post('/api/render', { kind, locale, sample, vars: await editedVars(locale), look }, { signal });
    if (signal.aborted) return;
    mail.look = look;
    mails.set(locale, { kind, mail, faults: [] });
  } catch (error) {
    if (signal.aborted || error.name === 'AbortError') return;
    if (!error.faults) throw error;
    mails.set(locale, { kind, mail: mailOf(locale), faults: error.faults });
  }
  emit('mails', locale);
}

on('state', (keys) => {
  if (['kind', 'sample', 'vars', 'view', 'page'].some((key) => keys.has(key))) renderAll();
  else if (keys.has('locale') && !mailIsCurrent(state.locale)) renderAll();
});

on('build', ({ ok, version }) => {
  if (ok && version !== project.version) renderAll();
});

const mailIsCurrent = (locale) => state.view === 'split' && Boolean(mailOf(locale));
