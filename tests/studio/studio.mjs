// The studio in a browser, subject by subject: `studio.mjs BINARY [SUBJECT…]`.

import { check, failures } from './checks.mjs';
import { designer } from './designer.mjs';
import { foreign } from './foreign.mjs';
import { lasting } from './lasting.mjs';
import { launch, project, sink, studio } from './lib.mjs';
import { pictures } from './pictures.mjs';
import { reached } from './reached.mjs';
import { strangers } from './strangers.mjs';

const SUBJECTS = { designer, strangers, foreign, lasting, reached };
const [binary, ...rest] = process.argv.slice(2);

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
const world = { binary, site, server, preview, browser, base: preview.base };

try {
  if (rest[0] === '--pictures') await pictures(world, rest[1]);
  else for (const name of rest.length ? rest : Object.keys(SUBJECTS)) await SUBJECTS[name](world);
} catch (error) {
  failures.push(error);
  console.log(error);
} finally {
  await browser.close();
  preview.end();
  server.end();
}
console.log(failures.length ? `${failures.length} failed` : 'all right');
// A step that broke off may have left a server open.
process.exit(failures.length ? 1 : 0);
