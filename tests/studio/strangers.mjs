// What strangers write is shown as words, and what stands in a template or in a caught mail does
// nothing: by the route that opens a frame, and by the way in which later mails take its place.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { check, every, KIND, none, PATIENCE, send } from './checks.mjs';
import { mails, settled, tab } from './lib.mjs';
import { markup, trap, words } from './payloads.mjs';

const PANELS = ['text', 'html', 'raw', 'data', 'headers', 'source'];
const HOSTILE = 'hostile';

export async function strangers(world) {
  const door = await trap();
  await throughAddress(world);
  await throughFields(world);
  await throughAnswers(world, door);
  await throughTemplates(world, door);
  await throughInbox(world, door);
  await check('the trap was never reached', async () => door.knocks() === 0);
  door.end();
}

/** Variables, and everything else that stands in the address. */
async function throughAddress({ browser, base }) {
  const { page, complaints } = await tab(browser, base);
  const payloads = words();
  let ran = false;
  for (const input of payloads) {
    const vars = { code: '0042', user_name: input, location: input, device: input, account: input };
    const link = { link: input, verify_url: input, reset_url: input };
    const [kind, given] = payloads.indexOf(input) < 12 ? [KIND, vars] : ['reset_password', link];
    const packed = Buffer.from(JSON.stringify(given)).toString('base64url');
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/render'));
    await page.goto(`${base}/t/${kind}?vars=${packed}&panel=${PANELS[payloads.indexOf(input) % PANELS.length]}`);
    await answered;
    await page.waitForFunction(() => document.querySelector('.canvas iframe:not(.waiting), .server-fault, .overlay, .notices'), null, { timeout: PATIENCE }).catch(() => {});
    ran ||= await canary(page);
  }
  await check(`${payloads.length} payloads in the address stay words`, async () => payloads.length === 20 && !ran);
  await page.goto(`${base}/t/%3Cimg%20src=x%20onerror=window.canary=1%3E?sample=%3Cscript%3E&locale=%22%3E&vars=AAAA&w=%3C&dark=%3Cx&panel=constructor&zoom=abc&view=__proto__`);
  await check('so does the rest of it', async () => await mails(page).then((found) => found.length > 0) && !(await canary(page)));
  await check('nothing complains of them', () => none(complaints));
  await page.context().close();
}

/** Typed while the page is open, so that the mail is changed in its frame. */
async function throughFields({ browser, base }) {
  const { page, complaints } = await tab(browser, base);
  await page.goto(`${base}/t/${KIND}`);
  const field = page.locator('.data-form [data-pointer$="/user_name"] :is(input, textarea)');
  let wrong = 0;
  for (const [at, input] of words().entries()) {
    await page.click(`#tab-${PANELS[at % PANELS.length]}`);
    await page.click('#tab-data');
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/render'));
    await field.fill(`${at}#${input}`);
    await answered;
    await page.waitForFunction((mark) => {
      const told = document.querySelector('.server-fault')?.checkVisibility();
      return told || [...document.querySelectorAll('.canvas iframe:not(.waiting)')].every((frame) => frame.contentDocument.body.textContent.includes(mark));
    }, `${at}#`, { timeout: PATIENCE });
    await poke(page, '.canvas iframe');
    wrong += Number(await canary(page)) + Number(page.context().pages().length > 1);
  }
  await check('nor does anything run that is typed', async () => wrong === 0);
  await check('or complain', () => none(complaints));
  await page.context().close();
}

/** Whatever a page may hold, as if no check of templates had kept it out: put in place, and loaded. */
async function throughAnswers({ browser, base }, door) {
  const { page, complaints } = await tab(browser, base, { refusals: true });
  let content = '';
  await page.route('**/api/render', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    await route.fulfill({ response, json: content ? { ...json, page: content } : json });
  });
  await page.route('**/mail/**', async (route) => {
    const response = await route.fetch();
    await route.fulfill(content ? { response, body: content } : { response });
  });
  await page.goto(`${base}/t/${KIND}?dark=full&view=single`);
  await settled(page);
  const wrong = [];
  const url = page.url();
  // No policy keeps a browser from connecting for these; the server takes their meaning from them,
  // which is seen in the inbox.
  const inputs = markup(door.url).filter((input) => !/preconnect|<iframe src|<object/.test(input));
  let doctype = '<!DOCTYPE html>';
  for (const [at, input] of inputs.entries()) {
    // A document that a browser is less strict with is loaded, one that is like the last is put in place.
    for (const way of ['in place', 'loaded']) {
      if (way === 'loaded') doctype = doctype ? '' : '<!DOCTYPE html>';
      const mark = `${way}-${at}.`;
      content = `${doctype}<html><head><meta charset="utf-8"><title>${mark}</title></head><body><p>${mark}${input}`;
      await page.evaluate(() => document.querySelectorAll('.canvas iframe').forEach((frame) => { frame.dataset.before = '1'; }));
      await page.keyboard.press('.');
      await holds(page, mark).catch(() => wrong.push(`never shown ${way}: ${input}`));
      const kept = await page.locator('.canvas iframe[data-before]').count();
      if (way === 'loaded' && kept > 0) wrong.push(`not loaded: ${input}`);
      await poke(page, '.canvas iframe');
      if (await canary(page)) wrong.push(`it runs ${way}: ${input}`);
      if (await strayed(page) || page.url() !== url || page.context().pages().length > 1) wrong.push(`it leads away ${way}: ${input}`);
    }
  }
  content = '';
  await page.keyboard.press('.');
  await check(`${inputs.length} hostile pages do nothing, put in place or loaded`, () => none(wrong));
  await check('and the next mail is whole', () => every(page, '483920'));
  await check('only the policy of their frames is complained of', () => none(complaints));
  await page.context().close();
}

/** Written by a designer: most of it is refused, and told as words; what is taken does nothing. */
async function throughTemplates({ browser, base, site }, door) {
  const { page, complaints } = await tab(browser, base, { refusals: true });
  const template = (content) => site.write(`templates/${HOSTILE}/body.html.j2`,
    `{% extends "_layout/base.html.j2" %}\n{% block content %}<p>${content}</p>{% endblock %}\n`);
  const raw = (text) => `{% raw %}${text}{% endraw %}`;
  fs.mkdirSync(path.join(site.folder, 'templates', HOSTILE));
  template('fine');
  site.write(`templates/${HOSTILE}/message.yaml`, 'category: transactional\nsubject: "<img src=x onerror=top.canary=1>"\nsamples:\n  typical: {}\n');
  for (const locale of ['zh-CN', 'en']) {
    site.write(`locales/${locale}.yaml`, `${site.read(`locales/${locale}.yaml`)}\n${HOSTILE}:\n  preheader: "<script>top.canary=1</script>"\n  html: "<img src=x onerror=top.canary=1><b>bold</b>"\n`);
  }
  await page.goto(`${base}/t/${KIND}?view=single`);
  await page.click(`a.kind:has-text("${HOSTILE}")`);
  await check('a hostile kind is shown', () => every(page, 'fine'));
  const all = [...words().map(raw), ...markup(door.url).filter((_, at) => at % 3 === 0).map(raw), "{{ t('html') }}", "{{ t('html') | safe }}", "{{ '<img src=x onerror=top.canary=1>' | safe }}"];
  const taken = [];
  const wrong = [];
  for (const [at, input] of all.entries()) {
    const mark = `mark-${at}.`;
    const told = await page.evaluate(() => document.querySelector('.overlay')?.textContent);
    template(`${mark}${input}`);
    const seen = await Promise.any([
      page.waitForFunction((before) => {
        const overlay = document.querySelector('.overlay');
        return overlay?.checkVisibility() && overlay.textContent !== before && 'refused';
      }, told, { timeout: 5 * PATIENCE }),
      holds(page, mark),
    ]).then((handle) => handle.jsonValue()).catch(() => wrong.push(`never seen: ${input}`));
    await poke(page, '.canvas iframe');
    if (await canary(page)) wrong.push(`it runs: ${input}`);
    if (await strayed(page) || page.context().pages().length > 1) wrong.push(`it leads away: ${input}`);
    if (seen === 'shown') taken.push(input);
  }
  await check(`of ${all.length} hostile templates ${taken.length} are taken, and do nothing`, () => none(taken.length < 10 ? ['too few are taken', ...wrong] : wrong));
  await throughSheetAndSnapshot({ page, base, template }, taken.join(''));
  template('fine');
  await check('and only the policy of their frames is complained of', () => none(complaints));
  await page.context().close();
}

async function throughSheetAndSnapshot({ page, base, template }, everything) {
  template(`old-one.${everything}`);
  await page.goto(`${base}/t/${HOSTILE}?panel=snapshot`);
  await check('a hostile mail is accepted', async () => {
    if (await page.locator('.verdict.missing .button').count()) await page.click('.verdict.missing .button', { timeout: 500 });
    return page.locator('.verdict.same').isVisible();
  });
  template(`new-one.${everything}`);
  await check('old and new are laid over each other, and do nothing', async () => {
    // Whoever pokes at a frame that is still loading holds it up.
    if (await page.locator('.pile iframe:not(.waiting)').count() !== 2) return false;
    await poke(page, '.pile iframe');
    return !(await canary(page));
  }, 3 * PATIENCE);
  await page.click('a[data-page=sheet]');
  const tiles = page.locator('.sheet-kind', { hasText: HOSTILE }).locator('.tile');
  await tiles.last().scrollIntoViewIfNeeded();
  await check('nor does anything in the contact sheet', async () => {
    if (await tiles.locator('iframe:not(.waiting)').count() !== 8) return false;
    await poke(page, '.tile iframe');
    return !(await canary(page)) && new URL(page.url()).pathname === '/sheet';
  }, 3 * PATIENCE);
}

/** Caught mails may be anybody's: a file in the folder is enough. */
async function throughInbox({ browser, base, site }, door) {
  const { page, complaints } = await tab(browser, base, { refusals: true });
  await page.goto(`${base}/t/${KIND}?locale=en&view=single`);
  await page.fill('.data-form [data-pointer$="/user_name"] :is(input, textarea)', '<img src=x onerror=top.canary=1>');
  await page.waitForTimeout(100);
  await send(page, 'caught', 'hostile@example.com');
  await check('a hostile test is caught', () => page.locator('.receipt.caught').isVisible());
  const inputs = [...words(), ...markup(door.url)];
  const ids = inputs.map((input) => put(site, input));
  const { id: own } = await fetch(`${base}/v1/inbox/wait?to=hostile@example.com`).then((answer) => answer.json());
  const wrong = [];
  await page.goto(`${base}/inbox`);
  await page.click('.caught-list > .button');
  await check('all are listed', async () => await page.locator('.caught-row').count() > ids.length && !(await canary(page)));
  for (const [at, id] of [...ids, own].entries()) {
    await page.locator(`.caught-row[href^="/inbox/${id}"]`).click();
    const shown = await page.waitForFunction((id) => document.querySelector(`.caught-frame iframe[src^="/inbox/${id}/"]:not(.waiting)`), id, { timeout: PATIENCE }).catch(() => null);
    if (!shown) wrong.push(`not shown: ${inputs[at]}`);
    await poke(page, '.caught-frame iframe');
    if (await canary(page)) wrong.push(`it runs: ${inputs[at]}`);
    if (await strayed(page) || new URL(page.url()).pathname !== `/inbox/${id}` || page.context().pages().length > 1) wrong.push(`it leads away: ${inputs[at]}`);
  }
  await check(`${ids.length} hostile mails in the inbox do nothing`, () => none(wrong));
  await check('and only the policy of their frames is complained of', () => none(complaints));
  await page.context().close();
}

/** A mail of nobody we know, in the form in which the inbox transport leaves them. */
function put(site, input) {
  const id = crypto.randomUUID();
  const folder = path.join(site.folder, '.hongyan/inbox');
  const word = `=?utf-8?B?${Buffer.from(input).toString('base64')}?=`;
  const html = `<!DOCTYPE html><title>${input}</title><p>${input}</p>`;
  const parts = [
    `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(html).toString('base64')}`,
    `Content-Type: image/svg+xml; name="${word}"\r\nContent-ID: <x"onerror="top.canary=1>\r\nContent-Disposition: attachment; filename="${input.replace(/["\r\n]/g, "'")}"\r\n\r\n<svg onload="top.canary=1"/>`,
  ];
  const eml = `From: ${word} <a@b.test>\r\nTo: <c@d.test>\r\nSubject: ${word}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
  const link = { variable: input, url: 'javascript:top.canary=1' };
  const about = { id, message_id: input, received_at: input, to: input, kind: input, locale: 'en', subject: input, vars: { code: input }, links: [link, { ...link, url: input }], codes: [{ variable: input, value: input }], eml: input };
  fs.writeFileSync(path.join(folder, `${id}.json`), JSON.stringify(about));
  fs.writeFileSync(path.join(folder, `${id}.eml`), eml);
  return id;
}

/** Waits until all mails on the stage hold a mark; elements in them may be called `body`. */
const holds = (page, mark) => page.waitForFunction((mark) => {
  const frames = [...document.querySelectorAll('.canvas iframe:not(.waiting)')];
  const { get } = Object.getOwnPropertyDescriptor(Document.prototype, 'documentElement');
  return frames.length > 0 && frames.every((frame) => frame.contentDocument && get.call(frame.contentDocument).textContent.includes(mark)) && 'shown';
}, mark, { timeout: 5 * PATIENCE });

/** Whether anything set the canary, in the page or in any frame of it. */
const canary = (page) => page.evaluate(() => {
  const every = (frame) => [frame, ...Array.from(frame.frames).flatMap((inner) => { try { return every(inner); } catch { return []; } })];
  return every(window).some((frame) => { try { return frame.canary !== undefined; } catch { return false; } });
});

/** Whether a frame holds something else than a mail of ours. */
const strayed = (page) => page.evaluate(() => [...document.querySelectorAll('iframe')].some((frame) => {
  try { return !/^\/(mail|snapshot|inbox)\//.test(frame.contentWindow.location.pathname) && frame.contentWindow.location.href !== 'about:blank'; } catch { return true; }
}));

/** Whatever can be clicked, hovered or focused in the mails is. */
const poke = (page, frames) => page.evaluate((frames) => {
  for (const frame of document.querySelectorAll(frames)) {
    for (const element of Document.prototype.querySelectorAll.call(frame.contentDocument, '*')) {
      for (const name of ['mouseover', 'auxclick']) EventTarget.prototype.dispatchEvent.call(element, new MouseEvent(name, { bubbles: true, cancelable: true, button: 1 }));
      EventTarget.prototype.dispatchEvent.call(element, new MouseEvent('click', { bubbles: true, cancelable: true }));
      if (element.localName === 'input') element.focus();
    }
  }
  document.activeElement?.blur?.();
}, frames);
