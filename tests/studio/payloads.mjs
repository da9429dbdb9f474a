// What strangers write, and what a careless designer pastes. Whatever runs sets `canary` on the
// page; whatever loads reaches the trap.

import fs from 'node:fs';
import net from 'node:net';

/** Twenty words of strangers, out of the file of bad inputs. */
export function words() {
  const all = JSON.parse(fs.readFileSync('tests/data/bad-inputs.json', 'utf8')).var;
  return all.filter(({ sub, input }) => typeof input === 'string' && ['html-text', 'html-attr', 'url'].includes(sub)).slice(0, 20)
    .map(({ input }) => input.replaceAll('alert(1)', 'top.canary=1').replaceAll('>x<', '>top.canary=1<'));
}

/** HTML that would run, load, send, lead away or take names, if it could. `to` is the trap. */
export const markup = (to) => [
  '<script>top.canary=1</script>',
  `<script src="${to}/s.js"></script>`,
  '<script type="module">top.canary=1</script>',
  '<img src="x" onerror="top.canary=1"><img src="data:," onerror="top.canary=1">',
  `<img src="${to}/i.png" srcset="${to}/i2.png 2x"><picture><source srcset="${to}/p.webp"><img src="${to}/p.png"></picture>`,
  '<svg onload="top.canary=1"><script>top.canary=1</script><animate onbegin="top.canary=1" attributeName="x" dur="1s"></animate></svg>',
  `<svg><a href="${to}/svg"><text y="20">drawn</text></a><a xlink:href="javascript:top.canary=1"><text y="40">drawn</text></a><use href="${to}/u.svg#a"></use><image href="${to}/i.svg"></image></svg>`,
  '<math><mtext><table><mglyph><style><img src=x onerror="top.canary=1"></style></mglyph></table></mtext></math>',
  '<iframe srcdoc="<script>top.canary=1</script>"></iframe><iframe src="javascript:top.canary=1"></iframe>',
  `<iframe src="/"></iframe><iframe src="${to}/f"></iframe><frameset><frame src="${to}/f2"></frameset>`,
  `<object data="${to}/o"></object><object data="data:text/html,<script>top.canary=1</script>"></object><embed src="${to}/e">`,
  `<link rel="stylesheet" href="${to}/l.css"><link rel="preload" as="script" href="${to}/l.js"><link rel="prefetch" href="${to}/l">`,
  `<link rel="preconnect" href="${to}"><link rel="dns-prefetch" href="${to}"><LINK/REL=preconnect href="${to}">`,
  `<link rel="icon" href="${to}/l.ico"><link rel="manifest" href="${to}/l.json"><link rel="modulepreload" href="${to}/m.js">`,
  `<meta http-equiv="refresh" content="0;url=${to}/r"><meta http-equiv="refresh" content="0;url=javascript:top.canary=1">`,
  `<meta http-equiv="x-dns-prefetch-control" content="on"><meta http-equiv="set-cookie" content="taken=1"><meta name="referrer" content="unsafe-url">`,
  `<base href="${to}/"><a href="based">based</a><img src="based.png">`,
  '<base target="_top"><a href="/inbox">over the page</a><a href="/inbox" target="_blank">beside it</a>',
  '<a href="javascript:top.canary=1">run</a><a href="data:text/html,<script>top.canary=1</script>">data</a><a href="//127.0.0.1:9/x" ping="/x">ping</a>',
  `<img src="x" usemap="#m" width="50" height="50" alt="map"><map name="m"><area shape="default" href="${to}/area"></map>`,
  `<form action="${to}/form" method="post" id="f"><input name="a" autofocus onfocus="top.canary=1"><button>send</button><button formaction="javascript:top.canary=1">run</button><input type="image" src="${to}/submit.png" alt="image"></form>`,
  '<form action="/api/send" method="post" target="_top"><button>send</button></form>',
  `<style>@import url("${to}/c.css"); @font-face { font-family: x; src: url("${to}/c.woff") } p { background: url("${to}/c.png"); font-family: x } p::after { content: url("${to}/c2.png") }</style><p>styled</p>`,
  `<p style="background-image: url('${to}/b.png'); list-style: url('${to}/b2.png'); cursor: url('${to}/b.cur'), auto">styled</p>`,
  `<video src="${to}/v.mp4" poster="${to}/v.png" autoplay onerror="top.canary=1"></video><audio src="${to}/a.mp3" onerror="top.canary=1"></audio><video><track src="${to}/t.vtt"></video>`,
  '<details open ontoggle="top.canary=1"><summary>more</summary></details><marquee onstart="top.canary=1">x</marquee>',
  '<template shadowrootmode="open"><script>top.canary=1</script></template><noscript><img src=x onerror="top.canary=1"></noscript>',
  '<noscript><p title="</noscript><img src=x onerror=top.canary=1>"></noscript><textarea></textarea><xmp></xmp>',
  ['body', 'documentElement', 'adoptNode', 'replaceChild', 'images', 'styleSheets', 'defaultView', 'compatMode', 'contentType', 'addEventListener', 'querySelectorAll', 'getSelection']
    .map((name) => `<img name="${name}" alt="">`).join(''),
  '<form tabindex="0" id="g"><input name="matches"><input name="closest"><input name="style"><input name="textContent"><input name="click"></form>',
  '<meta http-equiv="Content-Security-Policy" content="default-src * \'unsafe-inline\' \'unsafe-eval\'; script-src * \'unsafe-inline\'"><p>policy</p>',
  '<plaintext>',
];

/** A door that nothing may knock at: counts connections, whatever comes through them. */
export async function trap() {
  let knocks = 0;
  const server = net.createServer((socket) => {
    knocks += 1;
    socket.on('error', () => {});
    socket.end('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, knocks: () => knocks, end: () => server.close() };
}
