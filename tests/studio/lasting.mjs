// A page that stays open for a day of work: what it held is let go of.

import { BODY, check, every, KIND, none } from './checks.mjs';
import { settled, tab } from './lib.mjs';

const SAVES = 100;
/** What the heap may be more by, in bytes: rounding, caches of the browser's own. */
const MORE = 1_000_000;

export async function lasting({ browser, base, site }) {
  const { page, complaints } = await tab(browser, base);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await devtools.send('HeapProfiler.enable');
  const held = async () => {
    // What is only weakly held goes in the second round.
    for (let round = 0; round < 2; round += 1) await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const body = site.read(BODY);
  const save = async (number) => {
    site.write(BODY, body.replace("{{ heading(t('heading')) }}", `{{ heading(t('heading')) }}{{ paragraph('SAVED-${number}.') }}`));
    for (let tries = 0; !(await every(page, `SAVED-${number}.`)) && tries < 500; tries += 1) await page.waitForTimeout(5);
  };
  await page.goto(`${base}/t/${KIND}?panel=snapshot&view=single`);
  await settled(page);
  for (let number = 0; number < 15; number += 1) await save(number);
  const before = await held();
  for (let number = 100; number < 100 + SAVES; number += 1) await save(number);
  const after = await held();
  const grown = Object.fromEntries(['JSHeapUsedSize', 'Nodes', 'JSEventListeners', 'Documents', 'Frames'].map((name) => [name, after[name] - before[name]]));
  console.log(`      over ${SAVES} saves: ${JSON.stringify(grown)}, of ${before.JSHeapUsedSize} bytes and ${before.Nodes} nodes`);
  await check(`${SAVES} saves leave nothing behind in the page`, () => none([
    grown.JSHeapUsedSize > MORE && 'the heap grows', grown.Nodes > 200 && 'nodes stay', grown.JSEventListeners > 20 && 'listeners stay',
    grown.Documents > 2 && 'documents stay', grown.Frames > 0 && 'frames stay'].filter(Boolean)));
  site.write(BODY, body);
  await check('and it complains of nothing', () => none(complaints));
  await page.context().close();
}
