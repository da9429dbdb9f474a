// The pictures of the README: the main view, and the overlay of a fault.

import { BODY, KIND } from './checks.mjs';
import { settled, tab } from './lib.mjs';

export async function pictures({ browser, base, site }, to) {
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
