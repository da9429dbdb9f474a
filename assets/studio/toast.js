// Short words at the edge of the window, and words for those who listen instead of look.

import { h } from './dom.js';
import { t } from './words.js';

const place = document.getElementById('toasts');
const live = document.getElementById('live');

export function toast(text, { kind = 'plain', action } = {}) {
  for (const old of place.children) if (old.firstChild.textContent === text) old.remove();
  const note = h('div', { class: `toast ${kind}`, role: kind === 'bad' ? 'alert' : 'status' }, h('span', {}, text), action);
  place.append(note);
  setTimeout(() => note.remove(), kind === 'bad' ? 9000 : 3500);
}

export function announce(text) {
  live.textContent = text;
}

/** A fault of the server as words: what is wrong, and what to do. */
export function complain(error) {
  if (error.name === 'AbortError') return;
  if (!error.faults) throw error;
  for (const { title, hint } of error.faults) toast((hint ? `${title} — ${hint}` : title).replaceAll('`', ''), { kind: 'bad' });
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('copied', { what }));
  } catch {
    toast(t('copy_refused'), { kind: 'bad' });
  }
}
