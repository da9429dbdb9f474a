// A fresh project, a studio that shows it, a browser that looks at it.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';

const scratch = process.env.STUDIO_SCRATCH;
const require = createRequire(path.join(scratch, 'package.json'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Only what a designer's terminal has: no transports, no tokens of whoever runs the tests. */
const environment = { PATH: process.env.PATH, HOME: scratch, HONGYAN_LANG: 'zh' };

export function project(binary, name = 'project') {
  const folder = path.join(scratch, name);
  execFileSync(binary, ['init', folder], { cwd: scratch, env: environment, stdio: 'ignore' });
  const file = (name) => path.join(folder, name);
  return {
    folder,
    exists: (name) => fs.existsSync(file(name)),
    read: (name) => fs.readFileSync(file(name), 'utf8'),
    write: (name, text) => fs.writeFileSync(file(name), text),
  };
}

/** `hongyan preview`; resolves once it has said where it is to be looked at. */
export async function studio(binary, folder, listen = '127.0.0.1:0') {
  const child = spawn(binary, ['preview', '--listen', listen], { cwd: folder, env: environment });
  let said = '';
  const base = await new Promise((resolve, reject) => {
    const heard = (words) => {
      said += words;
      const found = /http:\/\/[\d.]+:\d+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.on('exit', (code) => reject(new Error(`hongyan preview ended with ${code}: ${said}`)));
  });
  return { base, child, end: () => child.kill() };
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const launch = (more = []) => chromium.launch({ executablePath: process.env.STUDIO_CHROMIUM, args: ['--no-sandbox', ...more] });

// What Chromium writes into the console where a policy or a sandbox kept a mail from something.
const REFUSAL = /Content Security Policy|sandbox|Refused to refresh|Unsafe attempt to load|Blocked setting the .* cookie|Not allowed to load local resource|ERR_BLOCKED_BY/;

/** A tab; `complaints` collects whatever the console says and every request that leads elsewhere; with `refusals` not what the browser itself kept from happening. */
export async function tab(browser, base, { width = 1440, height = 900, lang = 'zh', theme = 'light', refusals = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: theme, permissions: ['clipboard-read', 'clipboard-write'] });
  await context.addCookies([{ name: 'lang', value: lang, url: base }]);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || (refusals && REFUSAL.test(message.text()))) return;
    complaints.push(`console: ${message.text()} ${message.location()?.url ?? ''}`);
  });
  page.on('pageerror', (error) => complaints.push(`page: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const leadsElsewhere = (request) => ![`${base}/`, 'data:', 'about:'].some((own) => request.url().startsWith(own));
  context.on('request', (request) => {
    if (!refusals && leadsElsewhere(request)) complaints.push(`leads elsewhere: ${request.url()}`);
  });
  // What is refused is told as a request that failed; one that was answered did leave.
  context.on('response', (response) => {
    if (refusals && leadsElsewhere(response.request())) complaints.push(`was answered: ${response.url()}`);
  });
  return { page, complaints };
}

/** All frames of the stage show their mail. */
export const settled = (page) => page.waitForFunction(() => {
  const frames = [...document.querySelectorAll('.canvas iframe')];
  return frames.length > 0 && frames.every((frame) => !frame.classList.contains('waiting') && frame.contentDocument?.body);
}, null, { timeout: 8000 });

/** The texts of the mails on the stage. */
export const mails = (page) => page.evaluate(() =>
  [...document.querySelectorAll('.canvas iframe:not(.waiting)')].map((frame) => frame.contentDocument.body.textContent));

/** Serious and critical faults that axe-core finds, in a part of the page or all of it; mails are not the page's own. */
export async function inaccessible(page, part = 'html') {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((part) => globalThis.axe.run({ include: [[part]], exclude: [['iframe']] }, { resultTypes: ['violations'], iframes: false }), part);
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')}`);
}

/** A mail server that takes everything. */
export async function sink() {
  const taken = [];
  const server = net.createServer((socket) => {
    let data = null;
    let rest = '';
    const say = (line) => socket.write(`${line}\r\n`);
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data !== null && line !== '.') { data.push(line); continue; }
        if (data !== null) { taken.push(data.join('\n')); data = null; say('250 2.0.0 queued as STUDIO-1'); continue; }
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'DATA') { data = []; say('354 go on'); }
        else if (verb === 'QUIT') { say('221 bye'); socket.end(); }
        else if (verb === 'EHLO') { socket.write('250-sink\r\n250 8BITMIME\r\n'); }
        else say('250 ok');
      }
    });
    say('220 sink');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { taken, port: server.address().port, end: () => server.close() };
}
