// The page's state is its URL: what is seen can be copied, reloaded and photographed.

import { emit } from './bus.js';

// Two phones beside each other are the first thing to see; a narrow window has room for one.
const DEFAULTS = {
  locale: '', sample: 'typical', view: matchMedia('(min-width: 800px)').matches ? 'split' : 'single', w: '375',
  dark: 'off', images: 'on', css: 'on', text: '0', zoom: 'fit', panel: 'data', to: '',
};

export const state = read(location);

function read({ pathname, search }) {
  const [page, id] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const query = new URLSearchParams(search);
  const found = { page: 'mail', kind: '', mail: '', vars: unpack(query.get('vars')) };
  for (const [name, value] of Object.entries(DEFAULTS)) found[name] = query.get(name) ?? value;
  if (page === 'sheet' || page === 'outbox') found.page = page;
  else if (page === 'inbox') Object.assign(found, { page: 'inbox', mail: id ?? '' });
  else if (page === 't') found.kind = id ?? '';
  return found;
}

export function address(changed = {}) {
  const wanted = { ...state, ...changed };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (String(wanted[name]) !== value) query.set(name, wanted[name]);
  }
  if (wanted.vars) query.set('vars', pack(wanted.vars));
  const path = { mail: `/t/${encodeURIComponent(wanted.kind)}`, sheet: '/sheet', outbox: '/outbox', inbox: `/inbox/${wanted.mail}`.replace(/\/$/, '') }[wanted.page];
  const rest = query.toString();
  return rest ? `${path}?${rest}` : path;
}

/** A step one may go back over (another kind, another page) is pushed; the rest replaces. */
export function set(changed, { push = false } = {}) {
  const keys = Object.keys(changed).filter((key) => state[key] !== changed[key]);
  if (keys.length === 0) return;
  Object.assign(state, changed);
  history[push ? 'pushState' : 'replaceState'](null, '', address());
  emit('state', new Set(keys));
}

window.addEventListener('popstate', () => {
  const before = { ...state };
  Object.assign(state, read(location));
  emit('state', new Set(Object.keys(state).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(state[key]))));
});

// base64url of UTF-8 JSON: what was edited, laid over the sample; `null` takes a variable away.
function pack(vars) {
  const bytes = new TextEncoder().encode(JSON.stringify(vars));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function unpack(packed) {
  if (!packed) return null;
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const vars = JSON.parse(new TextDecoder().decode(bytes));
    return vars && typeof vars === 'object' && !Array.isArray(vars) ? vars : null;
  } catch {
    return null; // a link cut off by a chat program: the sample is shown
  }
}
