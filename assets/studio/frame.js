// A mail in its frame. The first document is loaded from the route of the mail, whose policy (no
// scripts, nothing from outside) holds for the frame from then on; what follows takes the place of
// its content at once, which neither flashes nor scrolls and is much faster than loading.

import { getText } from './api.js';
import { chooseScheme, darken } from './dark.js';
import { h } from './dom.js';
import { all, bodyOf, closest, hear, imagesOf, modeOf, rootOf, selectionOf, takeOver, typeOf } from './inside.js';

// A policy or a referrer rule that a mail sets for its document would stay for the mails after it.
const STAYS = 'meta[http-equiv]:not([http-equiv="content-type" i], [http-equiv="x-ua-compatible" i]), meta[name="referrer" i]';

export class MailFrame {
  /** `onlink` hears of clicks on links, `onplace` of clicks elsewhere, `onkey` of keys pressed in the mail, `onlost` of a mail that cannot be had, `onmeasure` of heights. */
  constructor({ title, ...hear }) {
    this.element = h('div', { class: 'frame' });
    this.title = title;
    this.hear = hear;
    this.shown = null;
    this.waiting = null;
    this.watcher = new ResizeObserver(() => this.measure());
  }

  /** Resolves once the mail of `url` (`page`, where it is at hand) is the one that is seen, or a later one was asked for. */
  async show(url, dark = 'off', page = undefined) {
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    Object.assign(this, { url, dark });
    if (!this.isOurs()) return this.open(url, signal);
    const text = page ?? await getText(url, { signal }).catch(() => null);
    if (signal.aborted) return;
    if (text === null) return this.hear.onlost?.();
    if (!this.isOurs()) return this.open(url, signal);
    // Read under the policy of the frame, not of this page: mails are styled in their lines.
    const mail = new this.shown.contentWindow.DOMParser().parseFromString(text, 'text/html');
    // A picture that is drawn later than the words around it would flash.
    for (const image of imagesOf(mail)) image.decoding = 'sync';
    // Whether a browser is strict with a document is settled when it is opened.
    const differs = modeOf(this.opened) !== modeOf(mail);
    if (differs || [this.opened, mail].some((document) => all(document, STAYS).length > 0)) return this.open(url, signal);
    const { scrollX, scrollY } = this.shown.contentWindow;
    takeOver(this.opened, mail);
    this.dress();
    if (scrollX || scrollY) this.shown.contentWindow.scrollTo(scrollX, scrollY);
  }

  // Whether the frame still holds the document that was opened in it, which has its policy.
  isOurs() {
    return Boolean(this.shown) && this.shown.contentDocument === this.opened;
  }

  open(url, signal) {
    this.waiting?.remove();
    // No scripts, ever; same origin lets this page measure and simulate in it.
    const frame = h('iframe', { src: url, title: this.title, sandbox: 'allow-same-origin', class: 'waiting' });
    this.waiting = frame;
    return new Promise((resolve) => {
      frame.addEventListener('load', () => {
        // A frame that is moved in the page loads what it was opened with; whatever else it may have
        // been led to has a policy of its own and is no place for a mail.
        if (this.shown === frame) return void this.open(this.url, this.asked.signal);
        if (!signal.aborted) this.swap(frame);
        resolve();
      });
      this.element.append(frame);
    });
  }

  swap(frame) {
    this.waiting = null;
    const mail = frame.contentDocument;
    if (!mail || typeOf(mail) !== 'text/html') {
      frame.remove();
      this.hear.onlost?.();
      return;
    }
    this.listen(mail);
    const old = this.shown;
    const scrolled = this.isOurs() ? [old.contentWindow.scrollX, old.contentWindow.scrollY] : [0, 0];
    Object.assign(this, { shown: frame, opened: mail });
    this.dress();
    frame.classList.remove('waiting');
    frame.contentWindow.scrollTo(...scrolled);
    old?.remove();
  }

  dress() {
    const { shown: frame, opened: mail, dark } = this;
    frame.style.colorScheme = dark === 'author' ? 'dark' : 'light';
    chooseScheme(mail, dark);
    darken(mail, dark);
    this.watcher.disconnect();
    this.watcher.observe(rootOf(mail));
  }

  listen(mail) {
    hear(mail, 'keydown', (event) => this.hear.onkey?.(event));
    // The middle button opens links too.
    hear(mail, 'auxclick', (event) => linkAt(event) && event.preventDefault());
    hear(mail, 'click', (event) => {
      const link = linkAt(event);
      if (link) event.preventDefault();
      if (link && !event.altKey) this.hear.onlink?.(addressOf(link));
      else if (selectionOf(mail).isCollapsed) this.hear.onplace?.(event);
    });
  }

  // The frame is as high as its mail: the stage scrolls, and mails beside each other scroll together.
  measure() {
    const root = this.isOurs() && rootOf(this.opened);
    if (!root) return;
    const height = Math.ceil(Math.max(root.getBoundingClientRect().height, bodyOf(this.opened)?.scrollHeight ?? 0));
    this.shown.style.height = `${Math.max(height, 80)}px`;
    this.hear.onmeasure?.({ height, overflow: root.scrollWidth - root.clientWidth });
  }

  remove() {
    this.watcher.disconnect();
    this.element.remove();
  }
}

// Image maps and drawings have links as well; a drawing's address is an object.
const linkAt = ({ target }) => closest(target, 'a, area');
const addressOf = ({ href }) => href.baseVal ?? href;
