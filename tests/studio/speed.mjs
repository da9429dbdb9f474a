// Save → new pixels, edit → new pixels, process start → first page: p50 and p95 as a Markdown table.

import { freePort, launch, project, settled, studio, tab } from './lib.mjs';

const [binary, rounds] = process.argv.slice(2);
const KIND = 'verification_code';
const BODY = `templates/${KIND}/body.html.j2`;
const STARTS = 20;

const browser = await launch();
const site = project(binary);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => performance.timeOrigin + performance.now();

/** The moment at which all mails on the stage hold `words` and were painted. */
const painted = (page, words) => page.evaluate((words) => new Promise((resolve) => {
  const look = () => {
    const frames = [...document.querySelectorAll('.canvas iframe:not(.waiting)')];
    const all = frames.length > 0 && frames.every((frame) => frame.contentDocument?.body?.textContent.includes(words));
    if (!all) return requestAnimationFrame(look);
    // What is in the document now is on the screen when the next frame begins.
    requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
  };
  look();
}), words);

async function saves() {
  const preview = await studio(binary, site.folder);
  const { page } = await tab(browser, preview.base);
  await page.goto(`${preview.base}/t/${KIND}`);
  await settled(page);
  const body = site.read(BODY);
  const took = [];
  for (let round = 0; round < rounds; round += 1) {
    const words = `SAVE-${round}-`;
    const seen = painted(page, words);
    await pause(300);
    const started = now();
    site.write(BODY, body.replace("{{ heading(t('heading')) }}", `{{ heading(t('heading')) }}{{ paragraph('${words}') }}`));
    took.push(await seen - started);
  }
  site.write(BODY, body);
  preview.end();
  return took;
}

async function edits() {
  const preview = await studio(binary, site.folder);
  const { page } = await tab(browser, preview.base);
  await page.goto(`${preview.base}/t/${KIND}`);
  await settled(page);
  const took = [];
  for (let round = 0; round < rounds; round += 1) {
    const code = `E${1000 + round}Z`;
    const seen = painted(page, code);
    await pause(150);
    const started = await page.evaluate((code) => {
      const field = document.querySelector('.data-form .field:nth-child(1) input');
      field.focus();
      field.value = code;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      return performance.timeOrigin + performance.now();
    }, code);
    took.push(await seen - started);
  }
  preview.end();
  return took;
}

/** Until the page and what it is made of can be had, and until a browser that is open shows a mail. */
async function starts() {
  const [served, shown] = [[], []];
  for (let round = 0; round < STARTS; round += 1) {
    const port = await freePort();
    const { page } = await tab(browser, `http://127.0.0.1:${port}`);
    const started = now();
    const preview = await studio(binary, site.folder, `127.0.0.1:${port}`);
    await (await fetch(`${preview.base}/`)).text();
    served.push(now() - started);
    await page.goto(`${preview.base}/t/${KIND}`, { waitUntil: 'commit' });
    shown.push(await painted(page, '483920') - started);
    await page.context().close();
    preview.end();
  }
  return [served, shown];
}

const rank = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.ceil(list.length * share) - 1)];
const row = (name, list, goal) => console.log(`| ${name} | ${list.length} | ${Math.round(rank(list, 0.5))} ms | ${Math.round(rank(list, 0.95))} ms | ${goal} |`);

console.log('| | times | p50 | p95 | goal |\n|:---|---:|---:|---:|---:|');
row('save → new pixels, two languages', await saves(), '200 ms');
row('edit → new pixels, two languages', await edits(), '100 ms');
const [served, shown] = await starts();
row('process start → first page', served, '300 ms');
row('process start → first mail in a browser', shown, '');
await browser.close();
