// Goes through the studio as a designer does, in a browser. Whatever is to happen does so in 2 s.

import fs from 'node:fs';
import { inaccessible, launch, mails, project, settled, sink, studio, tab } from './lib.mjs';

const [binary, option, folder] = process.argv.slice(2);
const PATIENCE = 2000;
const KIND = 'verification_code';
const BODY = `templates/${KIND}/body.html.j2`;
const failures = [];

const site = project(binary);
const server = await sink();
site.write('hongyan.yaml', `${site.read('hongyan.yaml')}
preview: { send_to: ["@example.com"] }
transports:
  sink: { provider: smtp, host: 127.0.0.1, port: ${server.port}, tls: none, from: post@example.com }
  caught: { provider: inbox, from: post@example.com }
routes: [{ via: [caught] }]
`);
const preview = await studio(binary, site.folder);
const browser = await launch();
const { base } = preview;

/** Whether `look` comes true in time. */
async function check(name, look) {
  const started = Date.now();
  let seen;
  do {
    seen = await look().catch((error) => void (seen = error));
    if (seen === true) return console.log(`ok    ${name} (${Date.now() - started} ms)`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (Date.now() - started < PATIENCE);
  failures.push(name);
  console.log(`FAIL  ${name}`, seen ?? '');
}

const every = async (page, words) => {
  const found = await mails(page);
  return found.length > 0 && found.every((text) => text.includes(words));
};
const choose = (page, group, value) => page.click(`.segmented.${group} label:has(input[value="${value}"])`);
const shown = (page, selector) => page.locator(selector).first().isVisible();

async function designer() {
  const { page, complaints } = await tab(browser, base);
  await page.goto(`${base}/`);
  await check('opens at the first kind', async () => new URL(page.url()).pathname.startsWith('/t/'));
  await page.click(`a.kind:has-text("${KIND}")`);
  await check('both languages stand beside each other', async () => {
    const [zh, en] = await mails(page);
    return zh.includes('验证码') && en.includes('code') && await every(page, '483920');
  });
  await choose(page, 'locale', 'en');
  await check('one language', async () => (await mails(page)).length === 1 && every(page, 'Ada'));
  await choose(page, 'width', '600');
  await check('a width', () => page.evaluate(() => document.querySelector('.canvas iframe').clientWidth === 600));
  await page.keyboard.press('d');
  await check('dark', async () => page.url().includes('dark=author') && page.evaluate(() =>
    getComputedStyle(document.querySelector('.canvas iframe:not(.waiting)').contentDocument.body).backgroundColor !== 'rgb(255, 255, 255)'));
  await choose(page, 'dark', 'off');
  await choose(page, 'locale', 'split');
  await settled(page);

  await page.fill('.data-form .field:nth-child(1) input', 'AB12CD');
  await check('edited data is in the mail', () => every(page, 'AB12CD'));
  await page.fill('.data-form .field:nth-child(1) input', 'no code!');
  await check('wrong data is told at its field', () => shown(page, '.data-form .field:nth-child(1) .server-fault'));
  const edited = page.url();
  await page.fill('.data-form .field:nth-child(1) input', 'AB12CD');
  await check('and is no more when right', async () => !(await shown(page, '.server-fault')) && edited !== page.url());
  await page.reload();
  await check('the URL keeps what was edited', () => every(page, 'AB12CD'));
  await page.click('.panel-bar .button');
  await check('and gives the sample back', () => every(page, '483920'));

  const body = site.read(BODY);
  site.write(BODY, body.replace("{{ heading(t('heading')) }}", "{{ heading(t('heading')) }}{{ paragraph('SAVED') }}"));
  await check('a save is seen', () => every(page, 'SAVED'));
  site.write(BODY, body.replace('code_box(code)', 'code_box(cod)'));
  await check('a broken template is told with file and line', async () =>
    await shown(page, '.overlay') && (await page.textContent('.overlay .fault-place')).includes(`${BODY}:8`));
  await check('over the last good mail', () => every(page, 'SAVED'));
  site.write(BODY, body);
  await check('a mended one takes the fault away', async () => !(await shown(page, '.overlay')));
  await check('and is seen', async () => !(await mails(page)).join('').includes('SAVED'));

  await page.click('#tab-snapshot');
  await check('a mail without snapshot', () => shown(page, '.verdict.missing'));
  await page.click('.verdict .button');
  await check('an accepted snapshot', async () =>
    await shown(page, '.verdict.same') && fs.readdirSync(`${site.folder}/snapshots`, { recursive: true }).some((name) => name.includes(KIND)));
  site.write(BODY, body.replace("{{ heading(t('heading')) }}", "{{ heading(t('heading')) }}{{ paragraph('CHANGED') }}"));
  await check('differs once the template does', async () => await shown(page, '.verdict.changed') && await shown(page, '.pile iframe'));
  site.write(BODY, body);
  await check('and is the same again', () => shown(page, '.verdict.same'));
  for (const name of ['text', 'html', 'source', 'headers', 'mime', 'raw', 'sizes', 'findings', 'data']) {
    await page.click(`#tab-${name}`);
    await check(`panel ${name}`, () => page.evaluate(() => document.querySelector('.panel [role=tabpanel]:not([hidden])').textContent.trim().length > 20));
  }
  await check('no fault of accessibility in the main view', async () => same(await inaccessible(page)));

  await send(page, 'sink', 'qa@example.com');
  await check('a test reaches the mail server', async () => server.taken.length === 1 && /^To: .*qa@example\.com/m.test(server.taken[0]));
  await check('whose answer is shown', async () => (await page.textContent('.receipt')).includes('STUDIO-1'));
  await page.keyboard.press('Escape');
  await send(page, 'caught', 'tester@example.com');
  await check('a test is caught', () => shown(page, '.receipt.caught'));
  await page.keyboard.press('Escape');
  await page.click('a[data-page=inbox]');
  await page.click('.caught-row');
  await check('a caught mail is read', () => page.evaluate(() => document.querySelector('.caught-frame iframe:not(.waiting)')?.contentDocument.body.textContent.includes('483920')));
  await check('with its code', async () => (await page.textContent('.pick.code')).includes('483920'));
  await check('no fault of accessibility in the inbox', async () => same(await inaccessible(page)));
  const waited = await fetch(`${base}/v1/inbox/wait?to=tester@example.com&kind=${KIND}&timeout=2`).then((answer) => answer.json());
  await check('tests wait for a code', async () => waited.codes[0].value === '483920');
  await check('and are told when there is none', async () => (await fetch(`${base}/v1/inbox/wait?to=nobody@example.com&timeout=0`)).status === 404);

  await page.click('a[data-page=sheet]');
  await check('the contact sheet', () => page.evaluate(() => document.querySelectorAll('.tile iframe:not(.waiting)').length >= 4));
  await check('no fault of accessibility in the contact sheet', async () => same(await inaccessible(page)));
  await check('the console is silent, and nothing leads elsewhere', async () => same(complaints));
  await page.context().close();
}

async function send(page, via, to) {
  await page.click('.button.send');
  await page.fill('dialog input[type=email]', to);
  await page.waitForSelector(`dialog option[value=${via}]`, { state: 'attached' });
  await page.selectOption('dialog select', via);
  await page.click('dialog button[type=submit]');
}

/** What strangers write is shown as words, wherever it may stand. */
async function strangers() {
  const { page, complaints } = await tab(browser, base);
  const all = JSON.parse(fs.readFileSync('tests/data/bad-inputs.json', 'utf8')).var;
  const payloads = all.filter(({ sub, input }) => typeof input === 'string' && ['html-text', 'html-attr', 'url'].includes(sub)).slice(0, 20)
    .map(({ input }) => input.replaceAll('alert(1)', 'top.canary=1').replaceAll('>x<', '>top.canary=1<'));
  const canary = () => page.evaluate(() => [window, ...Array.from(window.frames)].some((frame) => frame.canary !== undefined));
  let set = false;
  for (const input of payloads) {
    const vars = { code: '0042', user_name: input, location: input, device: input, account: input };
    const link = { link: input, verify_url: input, reset_url: input };
    for (const [kind, given] of [[KIND, vars], ['reset_password', link]]) {
      const packed = Buffer.from(JSON.stringify(given)).toString('base64url');
      const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/render'));
      await page.goto(`${base}/t/${kind}?vars=${packed}&panel=${['text', 'html', 'raw', 'data', 'headers', 'source'][payloads.indexOf(input) % 6]}`);
      await answered;
      await page.waitForFunction(() => document.querySelector('.canvas iframe:not(.waiting), .server-fault, .overlay, .notices'), null, { timeout: PATIENCE }).catch(() => {});
      set ||= await canary();
    }
  }
  await check(`${payloads.length} payloads stay words`, async () => payloads.length === 20 && !set);
  await page.goto(`${base}/t/%3Cimg%20src=x%20onerror=window.canary=1%3E?sample=%3Cscript%3E&locale=%22%3E&vars=AAAA&w=%3C&dark=%3Cx&panel=constructor&zoom=abc&view=__proto__`);
  await check('so does the address', async () => await mails(page).then((found) => found.length > 0) && !(await canary()));
  await check('nothing complains of them', async () => same(complaints));
  await page.context().close();
}

const same = (list) => list.length === 0 || Promise.reject(new Error(`\n      ${list.join('\n      ')}`));

/** The main view, and the overlay of a fault. */
async function pictures(to) {
  const { page } = await tab(browser, base);
  await page.goto(`${base}/t/${KIND}`);
  await settled(page);
  await page.waitForTimeout(800);
  await page.screenshot({ path: `${to}/studio.png` });
  const body = site.read(BODY);
  site.write(BODY, body.replace('code_box(code)', 'code_box(cod)'));
  await page.waitForSelector('.overlay', { state: 'visible' });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${to}/studio.overlay.png` });
  site.write(BODY, body);
}

try {
  if (option === '--pictures') await pictures(folder);
  else {
    await designer();
    await strangers();
  }
} catch (error) {
  failures.push(error);
  console.log(error);
} finally {
  await browser.close();
  preview.end();
  server.end();
}
console.log(failures.length ? `${failures.length} failed` : 'all right');
process.exitCode = failures.length ? 1 : 0;
