// Hears from the server when a save was built and when a mail was caught.

import { renew } from './api.js';
import { emit } from './bus.js';

let source;
let lost = false;

export function listen() {
  open();
  // Browsers allow few open connections to one server: a tab that nobody sees gives its own back,
  // and hears the present state first thing when it returns.
  document.addEventListener('visibilitychange', () => (document.hidden ? source?.close() : open()));
}

function open() {
  source?.close();
  source = new EventSource('/api/events');
  source.addEventListener('open', async () => {
    // After a break it may be another server process, with another token.
    const again = lost;
    lost = false;
    if (again) await renew().catch(() => {});
    emit('link', true);
    if (again) emit('again');
  });
  source.addEventListener('error', () => {
    lost = true;
    emit('link', false);
    // A refused connection is final for the browser; the server may only be starting anew.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => document.hidden || open(), 1000);
  });
  for (const name of ['build', 'checked', 'inbox']) source.addEventListener(name, ({ data }) => emit(name, JSON.parse(data)));
}
