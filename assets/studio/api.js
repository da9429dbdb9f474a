// Speaks to the server. Whatever goes wrong comes back as faults with words and a remedy.

import { boot } from './boot.js';
import { language, t } from './words.js';

class Refused extends Error {
  constructor(faults, body = {}) {
    super(faults.map((fault) => fault.title).join('; '));
    this.faults = faults;
    this.body = body;
  }
}

export const get = (path, options) => call('GET', path, undefined, options);
export const post = (path, body, options) => call('POST', path, body, options);
export const remove = (path) => call('DELETE', path);

async function call(method, path, body, { signal } = {}) {
  const headers = { 'X-Studio-Lang': language };
  if (method !== 'GET') Object.assign(headers, { 'X-Studio-Token': boot.csrf, 'Content-Type': 'application/json' });
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refused([words('unreachable')]);
  }
  const answer = await response.json().catch(() => null);
  // Data that cannot be rendered is answered with its faults, which is no failed request.
  if (response.ok && !isRefused(path, answer)) return answer ?? {};
  throw new Refused(faultsOf(answer, response.status), answer ?? {});
}

export async function getText(path, { signal } = {}) {
  const response = await fetch(path, { headers: { 'X-Studio-Lang': language }, signal }).catch((error) => {
    if (error.name === 'AbortError') throw error;
    throw new Refused([words('unreachable')]);
  });
  if (!response.ok) throw new Refused(faultsOf(await response.json().catch(() => null), response.status));
  return response.text();
}

/** A server that was started anew has a new token; the page takes it over without a reload. */
export async function renew() {
  const page = new DOMParser().parseFromString(await getText('/'), 'text/html');
  const found = page.getElementById('studio');
  if (found) Object.assign(boot, JSON.parse(found.textContent));
}

const isRefused = (path, answer) => path === '/api/render' && Array.isArray(answer?.faults);

function faultsOf(answer, status) {
  if (Array.isArray(answer?.faults)) return answer.faults;
  if (answer?.title) return [{ code: answer.code ?? String(status), severity: 'error', title: answer.title, hint: answer.detail ?? '' }];
  return [{ ...words('odd_answer'), title: t('odd_answer', { status }) }];
}

function words(code) {
  return { code, severity: 'error', title: t(code), hint: t(`${code}_hint`) };
}
