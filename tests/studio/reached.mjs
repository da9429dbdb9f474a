// Whoever does not see or point: axe-core over every page in both languages and themes, and the
// keyboard on its own.

import { spawn } from 'node:child_process';
import { BODY, check, KIND, none, PATIENCE, send, shown } from './checks.mjs';
import { inaccessible, settled, tab } from './lib.mjs';

const PANELS = ['data', 'text', 'html', 'source', 'headers', 'mime', 'raw', 'sizes', 'snapshot', 'findings'];

export async function reached(world) {
  await delivered(world);
  for (const [lang, theme] of [['zh', 'light'], ['en', 'dark']]) await looks(world, { lang, theme });
  await login(world);
  await keyboard(world);
}

async function looks({ browser, base, site }, how) {
  const { page, complaints } = await tab(browser, base, how);
  const faults = [];
  const look = async (name, part) => faults.push(...(await inaccessible(page, part)).map((fault) => `${name}: ${fault}`));
  await page.goto(`${base}/t/${KIND}`);
  await settled(page);
  for (const name of PANELS) {
    await page.click(`#tab-${name}`);
    await page.waitForFunction(() => !document.querySelector('.panel [aria-busy]'));
    await look(`panel ${name}`, name === 'data' ? 'html' : '.panel');
  }
  await page.click('#tab-snapshot');
  if (await shown(page, '.verdict.missing')) await page.click('.verdict .button');
  await page.waitForSelector('.verdict.same');
  const body = site.read(BODY);
  site.write(BODY, body.replace("{{ heading(t('heading')) }}", "{{ heading(t('heading')) }}{{ paragraph('CHANGED') }}"));
  await page.waitForSelector('.verdict.changed');
  await look('snapshot that differs', '.panel');
  site.write(BODY, body.replace('code_box(code)', 'code_box(cod)'));
  await page.waitForSelector('.overlay', { state: 'visible' });
  await look('overlay of a fault', '.stage');
  site.write(BODY, body);
  await page.waitForSelector('.overlay', { state: 'hidden' });
  await send(page, 'caught', 'qa@example.com');
  await page.waitForSelector('.receipt');
  await look('send', 'dialog');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open]');
  await look('help', 'dialog');
  await page.keyboard.press('Escape');
  await page.goto(`${base}/inbox`);
  await page.waitForSelector('.caught-row');
  await look('inbox');
  await page.click('.caught-row');
  await page.waitForSelector('.caught-frame iframe:not(.waiting)');
  await look('caught mail', '.inbox');
  await page.goto(`${base}/sheet`);
  await page.waitForSelector('.tile iframe:not(.waiting)');
  await look('contact sheet', '.sheet');
  await page.click('a[data-page=outbox]');
  await page.click('.delivery summary');
  await page.waitForSelector('.delivery-life code');
  await look('deliveries', '.outbox');
  await page.setViewportSize({ width: 375, height: 780 });
  await page.goto(`${base}/t/${KIND}`);
  await settled(page);
  await look('narrow');
  site.write(BODY, body.replace('code_box(code)', 'code_box(cod)'));
  await page.waitForSelector('.overlay', { state: 'visible' });
  await check('the overlay is no wider than a phone', () => page.evaluate(() => document.querySelector('.overlay').getBoundingClientRect().right <= innerWidth));
  site.write(BODY, body);
  await page.waitForSelector('.overlay', { state: 'hidden' });
  for (const name of ['kinds', 'panel']) {
    await page.click(`#narrow-${name}`);
    await look(`narrow ${name}`);
  }
  await check(`axe finds nothing serious, ${how.lang}, ${how.theme}`, () => none(faults));
  await check('nor does the console', () => none(complaints));
  await page.context().close();
}

/** A mail through a service beside the studio: its outbox is the project's. */
async function delivered({ binary, site }) {
  const child = spawn(binary, ['serve', '--json', '--listen', '127.0.0.1:0'], { cwd: site.folder, env: { PATH: process.env.PATH, HOME: site.folder } });
  let said = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (words) => { said += words; const found = /http:\/\/[\d.]+:\d+/.exec(said); if (found) resolve(found[0]); });
    child.on('exit', (code) => reject(new Error(`hongyan serve ended with ${code}: ${said}`)));
  });
  const body = JSON.stringify({ kind: KIND, locale: 'zh-CN', to: 'ada@example.com', vars: { code: '483920' } });
  const answer = await fetch(`${url}/v1/messages?wait=5s`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  await check('a service takes a mail', async () => answer.status === 200);
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}

/** The page that asks for the token, where the studio is open to other machines. */
async function login({ browser, binary, site }) {
  const token = 'a-token-that-is-long-enough-for-it';
  const child = spawn(binary, ['preview', '--listen', '0.0.0.0:0'], { cwd: site.folder, env: { PATH: process.env.PATH, HOME: site.folder, HONGYAN_PREVIEW_TOKEN: token } });
  const port = await new Promise((resolve) => child.stdout.on('data', (said) => { const found = /:(\d{4,5})\b/.exec(said); if (found) resolve(found[1]); }));
  const base = `http://127.0.0.1:${port}`;
  for (const [lang, theme] of [['zh', 'light'], ['en', 'dark']]) {
    const { page } = await tab(browser, base, { lang, theme });
    await page.goto(`${base}/`);
    await check(`the login page can be used, ${lang}, ${theme}`, async () => none(await inaccessible(page)));
    await check('its field has the focus', () => page.evaluate(() => document.activeElement.id === 'token'));
    await page.keyboard.type(token);
    await page.keyboard.press('Enter');
    await check('and lets in', () => page.waitForSelector('.stage', { timeout: PATIENCE }).then(() => true));
    await page.context().close();
  }
  child.kill();
}

/** Nothing but keys. */
async function keyboard({ browser, base }) {
  const { page } = await tab(browser, base);
  await page.goto(`${base}/t/${KIND}`);
  await settled(page);
  const visited = new Set();
  const unseen = [];
  for (let step = 0; step < 90; step += 1) {
    await page.keyboard.press('Tab');
    const [inside, hidden] = await page.evaluate(() => {
      const one = document.activeElement;
      const box = (one.closest('label') ?? one).getBoundingClientRect();
      const places = ['.top', '.list', '.toolbar', '.canvas', '.panel', '.column'].filter((place) => one.closest(place));
      return [places, one !== document.body && !one.matches('.drag') && (box.width < 2 || box.height < 2) ? one.outerHTML.slice(0, 80) : ''];
    });
    inside.forEach((place) => visited.add(place));
    if (hidden) unseen.push(hidden);
  }
  await check('Tab reaches every part', () => none(['.list', '.toolbar', '.canvas', '.panel', '.column'].filter((place) => !visited.has(place))));
  // A bar to drag is a line beside its box.
  await check('and what it reaches is seen', () => none(unseen));
  const opener = () => page.evaluate(() => document.activeElement.className);
  await page.focus('.button.send');
  await page.keyboard.press('Enter');
  await check('a dialog takes the focus', () => page.evaluate(() => Boolean(document.activeElement.closest('dialog'))));
  await page.keyboard.press('Escape');
  await check('and gives it back to its opener', async () => !(await shown(page, 'dialog')) && (await opener()).includes('send'));
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.press('Escape');
  await check('so does the help', async () => (await page.locator('dialog').count()) === 0 && (await opener()).includes('send'));
  await page.focus('#tab-data');
  await page.keyboard.press('ArrowRight');
  await check('arrows walk the tabs', () => page.evaluate(() => document.activeElement.id === 'tab-text' && document.activeElement.getAttribute('aria-selected') === 'true'));
  await page.context().close();
}
