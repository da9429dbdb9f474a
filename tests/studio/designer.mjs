// Goes through the studio as a designer does: looks, edits, breaks, mends, accepts, sends, reads.

import fs from 'node:fs';
import { BODY, check, choose, every, KIND, none, send, shown } from './checks.mjs';
import { inaccessible, mails, settled, tab } from './lib.mjs';

export async function designer({ browser, base, site, server }) {
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
  await check('no fault of accessibility in the main view', async () => none(await inaccessible(page)));

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
  await check('no fault of accessibility in the inbox', async () => none(await inaccessible(page)));
  const waited = await fetch(`${base}/v1/inbox/wait?to=tester@example.com&kind=${KIND}&timeout=2`).then((answer) => answer.json());
  await check('tests wait for a code', async () => waited.codes[0].value === '483920');
  await check('and are told when there is none', async () => (await fetch(`${base}/v1/inbox/wait?to=nobody@example.com&timeout=0`)).status === 404);

  await page.click('a[data-page=sheet]');
  await check('the contact sheet', () => page.evaluate(() => document.querySelectorAll('.tile iframe:not(.waiting)').length >= 4));
  await check('no fault of accessibility in the contact sheet', async () => none(await inaccessible(page)));
  await check('the console is silent, and nothing leads elsewhere', async () => none(complaints));
  await page.context().close();
}
