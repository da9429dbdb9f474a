// What the steps have in common: checks that are given a while to come true, and what is asked of
// the page again and again.

import { mails } from './lib.mjs';

/** Whatever is to happen does so in this time. */
export const PATIENCE = 2000;
export const KIND = 'verification_code';
export const BODY = `templates/${KIND}/body.html.j2`;
export const failures = [];

/** Whether `look` comes true in time. */
export async function check(name, look, patience = PATIENCE) {
  const started = Date.now();
  let seen;
  do {
    seen = await look().catch((error) => error);
    if (seen === true) return console.log(`ok    ${name} (${Date.now() - started} ms)`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (Date.now() - started < patience);
  failures.push(name);
  console.log(`FAIL  ${name}`, seen?.message ?? seen);
}

/** True of an empty list; otherwise what it holds is told. */
export const none = async (list) => list.length === 0 || Promise.reject(new Error(`\n      ${list.join('\n      ')}`));

/** Whether every mail on the stage has these words. */
export const every = async (page, words) => {
  const found = await mails(page);
  return found.length > 0 && found.every((text) => text.includes(words));
};

export const choose = (page, group, value) => page.click(`.segmented.${group} label:has(input[value="${value}"])`);
export const shown = (page, selector) => page.locator(selector).first().isVisible();

export async function send(page, via, to) {
  await page.click('.button.send');
  await page.fill('dialog input[type=email]', to);
  await page.waitForSelector(`dialog option[value=${via}]`, { state: 'attached' });
  await page.selectOption('dialog select', via);
  await page.click('dialog button[type=submit]');
}
