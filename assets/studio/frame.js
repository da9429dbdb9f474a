// A mail in its frame. The first document is loaded from the route of the mail, whose policy (no
// scripts, nothing from outside) holds for the frame from then on; what follows takes the place of
// its content at once, which neither flashes nor scrolls and is much faster than loading.

import { getText } from './api.js';
import { chooseScheme, darken } from './dark.js';
import { h } from './dom.js';

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
    if (!this.shown) return this.open(url, signal);
    const text = page ?? await getText(url, { signal }).catch(() => null);
    if (signal.aborted) return;
    if (text === null) return this.hear.onlost?.();
    // Read under the policy of the frame, not of this page: mails are styled in their lines.
    const mail = new this.shown.contentWindow.DOMParser().parseFromString(text, 'text/html');
    // A picture that is drawn later than the words around it would flash.
    for (const image of mail.images) image.decoding = 'sync';
    const { contentDocument: seen } = this.shown;
    // Whether a browser is strict with a document is settled when it is opened.
    if (seen.compatMode !== mail.compatMode) return this.open(url, signal);
    const { scrollX, scrollY } = this.shown.contentWindow;
    seen.replaceChild(seen.adoptNode(mail.documentElement), seen.documentElement);
    this.dress();
    if (scrollX || scrollY) this.shown.contentWindow.scrollTo(scrollX, scrollY);
  }

  open(url, signal) {
    this.waiting?.remove();
    // No scripts, ever; same origin lets this page measure and simulate in it.
    const frame = h('iframe', { src: url, title: this.title, sandbox: 'allow-same-origin', class: 'waiting' });
    this.waiting = frame;
    return new Promise((resolve) => {
      frame.addEventListener('load', () => {
        // A frame that is moved in the page loads what it was opened with.
        if (this.shown === frame) return void this.show(this.url, this.dark);
        if (!signal.aborted) this.swap(frame);
        resolve();
      });
      this.element.append(frame);
    });
  }

  swap(frame) {
    this.waiting = null;
    if (frame.contentDocument?.contentType !== 'text/html') {
      frame.remove();
      this.hear.onlost?.();
      return;
    }
    this.listen(frame.contentDocument);
    const old = this.shown;
    const scrolled = [old?.contentWindow?.scrollX ?? 0, old?.contentWindow?.scrollY ?? 0];
    this.shown = frame;
    this.dress();
    frame.classList.remove('waiting');
    frame.contentWindow.scrollTo(...scrolled);
    old?.remove();
  }

  dress() {
    const { shown: frame, dark } = this;
    frame.style.colorScheme = dark === 'author' ? 'dark' : 'light';
    chooseScheme(frame.contentDocument, dark);
    darken(frame.contentDocument, dark);
    this.watcher.disconnect();
    this.watcher.observe(frame.contentDocument.documentElement);
  }

  listen(mail) {
    mail.addEventListener('keydown', (event) => this.hear.onkey?.(event));
    mail.addEventListener('click', (event) => {
      const link = event.target.closest?.('a[href]');
      if (link) event.preventDefault();
      if (link && !event.altKey) this.hear.onlink?.(link.href);
      else if (mail.getSelection().isCollapsed) this.hear.onplace?.(event);
    });
  }

  // The frame is as high as its mail: the stage scrolls, and mails beside each other scroll together.
  measure() {
    const root = this.shown?.contentDocument?.documentElement;
    if (!root) return;
    const height = Math.ceil(Math.max(root.getBoundingClientRect().height, root.ownerDocument.body?.scrollHeight ?? 0));
    this.shown.style.height = `${Math.max(height, 80)}px`;
    this.hear.onmeasure?.({ height, overflow: root.scrollWidth - root.clientWidth });
  }

  remove() {
    this.watcher.disconnect();
    this.element.remove();
  }
}
