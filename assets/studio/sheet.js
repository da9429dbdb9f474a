// The contact sheet: every kind in every locale, light and dark, narrow and wide, on one page.

import { on } from './bus.js';
import { button, segmented } from './controls.js';
import { fill, h } from './dom.js';
import { MailFrame } from './frame.js';
import { kindOf, localeName, project } from './project.js';
import { pressed } from './keys.js';
import { address, set, state } from './state.js';
import { t } from './words.js';

const WIDTHS = [375, 600];
const GAP = 20;
const SMALLEST = 0.42;
const NARROW = 880;
const SIMULATIONS = ['author', 'partial', 'full'];

export function sheet() {
  let dark = 'author';
  let tiles = [];
  let drawn = '';
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) tiles.find(({ element }) => element === target)?.load();
  }, { rootMargin: '600px' });
  const choice = segmented({
    name: 'sheet-dark', label: t('dark'), pick: (value) => { dark = value; draw(); },
    options: SIMULATIONS.map((value) => ({ value, label: t(`dark_${value}`), title: t(`dark_${value}_title`) })),
  });
  const rows = h('div', { class: 'sheet-rows' });
  const element = h('section', { class: 'sheet', 'aria-label': t('page_sheet') },
    h('header', { class: 'sheet-head' }, h('h1', {}, t('page_sheet')), h('p', {}, t('sheet_note')), h('span', { class: 'grow' }),
      h('div', { class: 'with-label' }, h('span', { class: 'tool-label', 'aria-hidden': 'true' }, t('dark')), choice),
      button({ label: t('print'), image: 'print', press: async () => { await Promise.all(tiles.map((tile) => tile.load())); print(); } })),
    rows);

  const draw = () => {
    if (state.page !== 'sheet') return;
    const key = JSON.stringify([dark, project.kinds.map(({ name, locales }) => [name, locales])]);
    choice.show(dark);
    if (key === drawn) return void tiles.forEach((tile) => tile.again());
    drawn = key;
    for (const tile of tiles) tile.frame.remove();
    tiles = [];
    fill(rows, project.kinds.map((kind) => section(kind, dark, tiles)));
    layout();
    for (const { element: place } of tiles) seen.observe(place);
  };
  const layout = () => {
    const room = rows.clientWidth;
    if (!room) return;
    // On a narrow window light and dark stand beside each other, each width in a row of its own.
    const all = Math.max(SMALLEST, Math.min(1, (room - 3 * GAP) / (2 * (WIDTHS[0] + WIDTHS[1]))));
    for (const tile of tiles) tile.layout(room < NARROW ? (room - GAP) / (2 * tile.width) : all);
  };
  new ResizeObserver(layout).observe(rows);
  on('project', draw);
  on('state', (keys) => keys.has('page') && draw());
  return element;
}

function section(kind, dark, tiles) {
  return h('section', { class: 'sheet-kind' }, h('h2', {}, kind.name, h('small', {}, kind.description)),
    kind.locales.map((locale) => h('div', { class: 'sheet-row' },
      WIDTHS.flatMap((width) => ['off', dark].map((mode) => {
        const tile = new Tile({ kind: kind.name, locale, width, mode });
        tiles.push(tile);
        return tile.element;
      })))));
}

class Tile {
  constructor(wanted) {
    Object.assign(this, wanted);
    const { kind, locale, width, mode } = wanted;
    const words = `${localeName(locale)} · ${width} · ${mode === 'off' ? t('light') : t(`dark_${mode}_short`)}`;
    const open = { page: 'mail', kind, locale, view: 'single', w: String(width), dark: mode, sample: this.sample(), vars: null };
    this.frame = new MailFrame({ title: `${kind} · ${words}`, onmeasure: () => this.layout(this.scale), onkey: pressed });
    this.box = h('div', { class: 'tile-box' }, this.frame.element);
    this.element = h('figure', { class: `tile ${mode === 'off' ? '' : 'dark-mail'}` },
      h('figcaption', {}, h('a', { href: address(open), onclick: (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        set(open, { push: true });
      } }, words)), this.box);
    this.frame.element.style.width = `${width}px`;
    this.scale = 0.5;
  }

  sample() {
    return kindOf(this.kind)?.samples[0]?.name ?? 'typical';
  }

  load() {
    this.loading ??= this.show();
    return this.loading;
  }

  // Only what was looked at is drawn anew; the rest loads when it comes into view.
  again() {
    if (this.loading && this.version !== project.version) this.loading = this.show();
  }

  show() {
    this.version = project.version;
    const query = new URLSearchParams({ sample: this.sample(), dark: this.mode, at: project.version });
    return this.frame.show(`/mail/${encodeURIComponent(this.kind)}/${encodeURIComponent(this.locale)}?${query}`, this.mode);
  }

  layout(scale) {
    this.scale = scale;
    this.frame.element.style.transform = `scale(${scale})`;
    this.box.style.width = `${this.width * scale}px`;
    this.box.style.height = `${(this.frame.shown ? this.frame.element.offsetHeight : this.width) * scale}px`;
  }
}
