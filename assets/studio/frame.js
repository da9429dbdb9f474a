// A mail in its frame. A new document loads behind the one that is seen and takes its place when
// it is whole, so that a save neither flashes nor scrolls.

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

  /** Resolves once the document of `url` is the one that is seen, or a later one was asked for. */
  show(url, dark = 'off') {
    this.waiting?.remove();
    // No scripts, ever; same origin lets this page measure and simulate in it.
    const frame = h('iframe', { src: url, title: this.title, sandbox: 'allow-same-origin', class: 'waiting' });
    frame.style.colorScheme = dark === 'author' ? 'dark' : 'light';
    this.waiting = frame;
    return new Promise((resolve) => {
      frame.addEventListener('load', () => resolve(this.swap(frame, dark)), { once: true });
      this.element.append(frame);
    });
  }

  swap(frame, dark) {
    if (this.waiting !== frame) return;
    this.waiting = null;
    const mail = frame.contentDocument;
    if (mail?.contentType !== 'text/html') {
      frame.remove();
      this.hear.onlost?.();
      return;
    }
    chooseScheme(mail, dark);
    darken(mail, dark);
    this.listen(mail);
    const old = this.shown;
    const scrolled = [old?.contentWindow?.scrollX ?? 0, old?.contentWindow?.scrollY ?? 0];
    this.shown = frame;
    this.watcher.disconnect();
    this.measure();
    this.watcher.observe(mail.documentElement);
    frame.classList.remove('waiting');
    frame.contentWindow.scrollTo(...scrolled);
    old?.remove();
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
