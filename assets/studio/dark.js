// What mail clients do that darken mails by themselves, near enough to see where a mail breaks:
// the lightness of colours is turned over in OKLab, the hue stays, images are left alone.
// `full` turns every colour (Gmail on iOS, Outlook on Windows), `partial` only light grounds and
// dark text (Gmail on Android, Outlook on the web). No client publishes its rules: approximate.
//
// No client paints white as pure black, so the scale that is turned over ends at a dark grey: what
// is a little darker than white stays a little lighter than the ground.

import { all, bodyOf, rootOf, sheetsOf, viewOf } from './inside.js';

const GROUNDS = ['background-color', 'border-top-color', 'border-right-color', 'border-bottom-color', 'border-left-color'];
const DARKEST = 0.2;
const LEFT_ALONE = 'img, picture, video, svg, svg *, head, head *';

/** Lets the mail's own dark rules hold or not, whatever the reader's system prefers. */
export function chooseScheme(document, dark) {
  const wanted = dark === 'author' ? 'dark' : 'light';
  // Rules of sheets that are files cannot be read: none is loaded.
  const own = Array.from(sheetsOf(document)).filter(({ href }) => href === null);
  for (const { cssRules } of own) {
    for (const { media } of cssRules) {
      if (!media?.mediaText.includes('prefers-color-scheme')) continue;
      media.mediaText = media.mediaText.replace(/\(prefers-color-scheme:\s*(\w+)\)/g, (_, scheme) => (scheme === wanted ? '(min-width: 0px)' : '(max-width: 0px)'));
    }
  }
}

/** Darkens the document as clients do that ask nobody. */
export function darken(document, mode) {
  if (mode !== 'partial' && mode !== 'full') return;
  const view = viewOf(document);
  const root = rootOf(document);
  const turn = memo((text) => turned(text, mode === 'full' ? () => true : (l) => l < 0.5));
  const turnGround = memo((text) => turned(text, mode === 'full' ? () => true : (l) => l > 0.5));
  // All colours are read before the first is written, or children would inherit what was turned.
  const changes = [];
  for (const element of all(document, 'html, body, body :not(form)')) {
    if (element.matches(LEFT_ALONE)) continue;
    const style = view.getComputedStyle(element);
    changes.push([element, 'color', turn(style.color)]);
    for (const name of GROUNDS) changes.push([element, name, turnGround(style.getPropertyValue(name))]);
  }
  if (isClear(view.getComputedStyle(root).backgroundColor)) {
    const ground = view.getComputedStyle(bodyOf(document) ?? root).backgroundColor;
    changes.push([root, 'background-color', turnGround(isClear(ground) ? 'rgb(255, 255, 255)' : ground)]);
  }
  for (const [element, name, value] of changes) if (value) element.style?.setProperty(name, value, 'important');
}

function memo(work) {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, work(key));
    return known.get(key);
  };
}

const isClear = (text) => parse(text)?.alpha === 0;

function turned(text, applies) {
  const colour = parse(text);
  if (!colour || colour.alpha === 0) return null;
  const [l, a, b] = toLab(colour.rgb);
  if (!applies(l)) return null;
  const rgb = intoGamut(DARKEST + (1 - l) * (1 - DARKEST), a, b).map((value) => Math.round(value * 255));
  return `rgb(${rgb.join(' ')} / ${colour.alpha})`;
}

// Computed colours are `rgb()` unless the mail uses newer notations, which mail clients do not know.
function parse(text) {
  const numbers = /^rgba?\(/.test(text) ? text.match(/[\d.]+/g)?.map(Number) : null;
  return numbers && { rgb: numbers.slice(0, 3).map((value) => value / 255), alpha: numbers[3] ?? 1 };
}

const toLinear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const toGamma = (value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

// Björn Ottosson's OKLab, with his constants.
function toLab(rgb) {
  const [r, g, b] = rgb.map(toLinear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab(lightness, a, b) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

// At its new lightness a colour may be one no screen has: it pales until there is one, its hue kept.
function intoGamut(l, a, b) {
  for (let chroma = 1; chroma > 0; chroma -= 0.05) {
    const linear = fromLab(l, a * chroma, b * chroma);
    if (linear.every((value) => value >= -0.001 && value <= 1.001)) return linear.map((value) => toGamma(Math.min(1, Math.max(0, value))));
  }
  return Array(3).fill(toGamma(Math.min(1, Math.max(0, l ** 3))));
}
