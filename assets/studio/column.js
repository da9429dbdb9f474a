// One locale on the stage: its name, the inbox line, the mail in its frame or its text.

import { emit } from './bus.js';
import { dragBar } from './drag.js';
import { fill, h } from './dom.js';
import { MailFrame } from './frame.js';
import { inboxLine } from './inbox-line.js';
import { wordsOf } from './inside.js';
import { pressed } from './keys.js';
import { mailOf, mails, renderAll, shownLook } from './mails.js';
import { localeName } from './project.js';
import { set, state } from './state.js';
import { copy, toast } from './toast.js';
import { mailPath } from './links.js';
import { t } from './words.js';

export class Column {
  constructor(locale) {
    this.locale = locale;
    this.measures = { width: 375, scale: 1, count: 1, overflow: 0 };
    this.frame = new MailFrame({
      title: t('mail_in', { locale: localeName(locale) }),
      onlink: (url) => toast(t('link_held', { url }), { action: h('button', { type: 'button', class: 'link', onclick: () => copy(url, t('link')) }, t('copy')) }),
      onplace: (event) => this.traceTo(event),
      onlost: () => this.again(),
      onkey: pressed,
      onmeasure: ({ overflow }) => this.measured({ overflow }),
    });
    this.facts = h('span', { class: 'column-facts' });
    this.name = h('button', { type: 'button', class: 'column-name', onclick: () => set({ locale }) }, localeName(locale), h('small', {}, locale));
    this.line = h('div');
    this.text = h('pre', { class: 'mail-text', tabindex: '0', lang: locale });
    this.phone = h('div', { class: 'phone' }, this.line, this.frame.element, this.text);
    this.scaler = h('div', { class: 'scaler' }, this.phone, dragBar({
      label: t('drag_width'), min: 240, max: () => 1200,
      size: () => this.measures.width,
      // Columns stand centred: an edge that is to follow the pointer moves half as far as the width.
      resize: (w) => set({ w: String(Math.round(this.measures.width + (w - this.measures.width) * (2 / this.measures.count))) }),
    }));
    this.element = h('article', { class: 'column', lang: locale, 'aria-label': localeName(locale) },
      h('header', { class: 'column-head' }, this.name, this.facts), this.scaler);
    new ResizeObserver(() => this.fitScaler()).observe(this.phone);
  }

  update() {
    const mail = mailOf(this.locale);
    this.name.setAttribute('aria-pressed', String(state.locale === this.locale));
    this.element.classList.toggle('dark-mail', state.dark !== 'off');
    this.element.classList.toggle('as-text', state.text === '1');
    // Until the new kind is rendered the old one stays, so that nothing flashes; if it cannot be, it pales.
    this.element.classList.toggle('stale', !mail && mails.get(this.locale)?.kind === state.kind);
    if (!mail) return;
    fill(this.line, inboxLine(mail));
    if (this.text.textContent !== mail.text) this.text.textContent = mail.text;
    const look = new URLSearchParams(shownLook()).toString();
    const url = `${mailPath('mail', { locale: this.locale, draft: mail.draft })}&${look}&at=${mail.version}`;
    if (this.url === url) return;
    this.url = url;
    const atHand = look === new URLSearchParams(mail.look).toString();
    this.frame.show(url, state.dark, atHand ? mail.page : undefined);
    this.showFacts();
  }

  layout({ width, scale, count }) {
    Object.assign(this.measures, { width, scale, count });
    this.phone.style.width = `${width}px`;
    this.phone.style.transform = scale === 1 ? '' : `scale(${scale})`;
    this.fitScaler();
    this.showFacts();
  }

  // A transform does not change the room a thing takes, so the box around it is sized by hand.
  fitScaler() {
    const { width, scale } = this.measures;
    this.scaler.style.width = `${width * scale}px`;
    this.scaler.style.height = `${this.phone.offsetHeight * scale}px`;
  }

  // The server keeps the last few drafts only. A mail that is gone is rendered once more, but not on and on.
  again() {
    this.url = '';
    if (Date.now() - (this.lostAt ?? 0) < 5000) return;
    this.lostAt = Date.now();
    renderAll();
  }

  // While the template is looked at, a click on words leads to their line; with Alt it always does.
  traceTo({ target, altKey }) {
    if (state.panel !== 'source' && !altKey) return;
    set({ panel: 'source', locale: this.locale });
    emit('trace', { words: wordsOf(target), locale: this.locale });
  }

  measured({ overflow }) {
    this.measures.overflow = overflow;
    this.showFacts();
  }

  showFacts() {
    const { width, scale, overflow } = this.measures;
    const size = scale === 1 ? `${width} px` : `${width} px · ${Math.round(scale * 100)}%`;
    fill(this.facts,
      overflow > 0 && h('span', { class: 'chip warn', title: t('overflow_title') }, t('overflow', { pixels: overflow })),
      ['partial', 'full'].includes(state.dark) && h('span', { class: 'chip', title: t('approximate_title') }, t('approximate')),
      h('span', { class: 'size' }, size));
  }

  remove() {
    this.frame.remove();
    this.element.remove();
  }
}
