// Pages of others in the same browser: on another port, under another name, under a name that was
// made to lead here. They can neither read what the studio shows nor have it do anything.

import http from 'node:http';
import { check, KIND, none } from './checks.mjs';
import { launch, tab } from './lib.mjs';

const PATHS = ['/', '/api/project', `/mail/${KIND}/en`, `/eml/${KIND}/en`, '/api/inbox', '/v1/inbox/wait?timeout=0', '/studio/main.js', '/source?file=hongyan.yaml'];

export async function foreign({ browser, base, site, server }) {
  const other = http.createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!DOCTYPE html><title>other</title>'));
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address();
  const before = await seen(base, server, site);
  // The other page stands in the same browser, so that the studio's cookie is at hand.
  const { page } = await tab(browser, base, { refusals: true });
  for (const host of ['127.0.0.1', 'localhost']) {
    await page.goto(`${base}/`);
    await page.goto(`http://${host}:${port}/`);
    const read = await page.evaluate(reads, { base, paths: PATHS });
    await check(`a page on ${host}:other reads nothing`, () => none(read));
    const changed = await page.evaluate(changes, { base, kind: KIND });
    await check('and is told nothing by what it posts', () => none(changed));
    for (const [path, type] of [['/api/render', 'text/plain'], ['/api/send', 'application/x-www-form-urlencoded'], ['/api/snapshot/accept', 'text/plain'], ['/login', 'text/plain']]) {
      const answered = page.waitForResponse((response) => response.url() === `${base}${path}`);
      await page.evaluate(submit, { url: base + path, type, kind: KIND });
      const status = (await answered).status();
      await page.waitForURL(base + path);
      await check(`its form to ${path} is refused`, async () => [403, 415].includes(status));
      await page.goto(`http://${host}:${port}/`);
    }
    await check('nothing has changed', async () => await seen(base, server, site) === before);
  }
  await page.context().close();
  other.close();
  await rebound(base);
}

/** What could have changed. */
async function seen(base, server, site) {
  const inbox = await fetch(`${base}/api/inbox?limit=500`).then((answer) => answer.json());
  return JSON.stringify([inbox.items.map(({ id }) => id), server.taken.length, site.exists(`snapshots/notification`)]);
}

/** Runs in the other page: what it could read. */
async function reads({ base, paths }) {
  const found = [];
  for (const path of paths) {
    for (const mode of ['cors', 'no-cors']) {
      for (const credentials of ['include', 'omit']) {
        const answer = await fetch(base + path, { mode, credentials }).catch(() => null);
        if (answer && (answer.type !== 'opaque' || await answer.text())) found.push(`${mode} ${path}`);
      }
    }
  }
  const told = (element, names) => new Promise((resolve) => {
    for (const name of names) element.addEventListener(name, () => resolve(name));
    setTimeout(() => resolve('nothing'), 1000);
  });
  const source = new EventSource(`${base}/api/events`, { withCredentials: true });
  if (await told(source, ['open', 'message', 'build', 'error']) !== 'error') found.push('EventSource');
  source.close();
  for (const [tag, path] of [['script', '/studio/main.js'], ['script', '/api/project'], ['img', '/studio/mark.svg'], ['img', '/api/project']]) {
    const element = document.createElement(tag);
    const heard = told(element, ['load', 'error']);
    element.src = base + path;
    document.body.append(element);
    if (await heard !== 'error') found.push(`<${tag}> ${path}`);
  }
  for (const path of paths) {
    const frame = document.createElement('iframe');
    const heard = told(frame, ['load']);
    frame.src = base + path;
    document.body.append(frame);
    await heard;
    // A page that was refused is the browser's own; whichever it is, it must not be readable, nor have frames of its own.
    let inside = 0;
    try { inside = frame.contentDocument?.body?.textContent.length ?? 0; } catch { /* another origin */ }
    if (inside || frame.contentWindow.length) found.push(`<iframe> ${path}`);
    frame.remove();
  }
  const opened = window.open(`${base}/inbox`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  try { if (opened && !opened.closed && opened.document.body.textContent) found.push('window.open'); } catch { /* another origin */ }
  opened?.close();
  return found;
}

/** Runs in the other page: which of its requests were let in. */
async function changes({ base, kind }) {
  const found = [];
  const body = JSON.stringify({ kind, locale: 'en', sample: 'typical', to: 'qa@example.com', via: 'sink' });
  const tries = ['/api/render', '/api/send', '/api/snapshot/accept', '/api/samples'].flatMap((path) => [
    [path, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-Studio-Token': 'x' } }],
    [path, { method: 'POST', body, mode: 'no-cors', headers: { 'Content-Type': 'text/plain' } }],
    [path, { method: 'POST', body: new URLSearchParams({ kind }), mode: 'no-cors' }],
  ]);
  tries.push(['/api/inbox', { method: 'DELETE' }], ['/v1/inbox', { method: 'DELETE' }]);
  for (const [path, options] of tries) {
    const answer = await fetch(base + path, { credentials: 'include', ...options }).catch(() => null);
    if (answer && answer.type !== 'opaque') found.push(`${options.method} ${path}`);
  }
  navigator.sendBeacon(`${base}/api/send`, body);
  return found;
}

/** Runs in the other page: a form needs no script's leave. */
function submit({ url, type, kind }) {
  const form = document.createElement('form');
  Object.assign(form, { action: url, method: 'post', enctype: type });
  const field = document.createElement('input');
  Object.assign(field, { name: `{"kind":"${kind}","locale":"en","sample":"typical","to":"qa@example.com","x":"`, value: '"}' });
  form.append(field);
  document.body.append(form);
  form.submit();
}

/** A name of another, which leads to this machine. */
async function rebound(base) {
  const { port } = new URL(base);
  const browser = await launch(['--host-resolver-rules=MAP evil.example 127.0.0.1']);
  const page = await browser.newPage();
  const answers = [];
  for (const path of PATHS) answers.push([path, await page.goto(`http://evil.example:${port}${path}`)]);
  await check('a name that was made to lead here is refused', () => none(answers.filter(([, answer]) => ![403, 421].includes(answer?.status())).map(([path]) => path)));
  await page.goto(`http://evil.example:${port}/`);
  const read = await page.evaluate(async (paths) => (await Promise.all(paths.map((path) => fetch(path).then((answer) => answer.ok && path, () => null)))).filter(Boolean), PATHS);
  await check('and its page has nothing', async () => none([...read, ...(await page.textContent('body')).match(/verification|csrf/g) ?? []]));
  await browser.close();
}
