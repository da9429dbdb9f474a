// The few controls the page is made of. Choices are radio buttons and menus are disclosures, so the
// keyboard and screen readers know them already.

import { h } from './dom.js';
import { icon } from './icons.js';

/** One of several: `options` are `{value, label, title?}`. Its `show(value)` marks what holds. */
export function segmented({ name, label, options, pick }) {
  const inputs = options.map(({ value, label: text, title }) => {
    const input = h('input', { type: 'radio', name, value, class: 'unseen', onchange: () => pick(value) });
    return { value, input, box: h('label', { class: 'segment', title }, input, h('span', {}, text)) };
  });
  const element = h('fieldset', { class: `segmented ${name}` }, h('legend', { class: 'unseen' }, label), inputs.map(({ box }) => box));
  element.show = (value) => {
    for (const option of inputs) option.input.checked = String(option.value) === String(value);
  };
  return element;
}

/** On or off. */
export function toggle({ label, title, image, flip }) {
  const element = h('button', { type: 'button', class: 'toggle', title, 'aria-label': label, onclick: flip }, icon(image), h('span', { class: 'label' }, label));
  element.show = (pressed) => element.setAttribute('aria-pressed', String(pressed));
  return element;
}

export function select({ label, pick }) {
  const list = h('select', { 'aria-label': label, onchange: () => pick(list.value) });
  list.show = (options, value) => {
    const known = JSON.stringify(options);
    if (list.known !== known) {
      list.replaceChildren(...options.map((option) => h('option', { value: option.value }, option.label)));
      list.known = known;
    }
    list.value = value;
  };
  return list;
}

export function button({ label, title, image, press, kind = 'plain', bare = false }) {
  return h('button', { type: 'button', class: `button ${kind}`, title: title ?? (bare ? label : undefined), 'aria-label': image ? label : undefined, onclick: press },
    image && icon(image), !bare && h('span', { class: 'label' }, label));
}

/** A button that opens a short list; it closes when one turns away. */
export function menu({ label, image, items }) {
  const element = h('details', { class: 'menu' },
    h('summary', { class: 'button plain', 'aria-label': label, title: label }, icon(image), h('span', { class: 'label' }, label), icon('down')),
    h('div', { class: 'menu-items' }, items));
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !element.open) return;
    element.open = false;
    element.querySelector('summary').focus();
    event.stopPropagation();
  });
  element.addEventListener('focusout', ({ relatedTarget }) => {
    if (!element.contains(relatedTarget)) element.open = false;
  });
  element.addEventListener('click', ({ target }) => {
    if (target.closest('.menu-items a, .menu-items button')) element.open = false;
  });
  return element;
}

/** A dialog that closes with Escape, its button or a click beside it. */
export function dialog({ title, body, kind = '', closeLabel }) {
  const element = h('dialog', { class: `dialog ${kind}`, 'aria-label': title },
    h('header', { class: 'dialog-head' }, h('h2', {}, title),
      button({ label: closeLabel, image: 'close', bare: true, kind: 'quiet', press: () => element.close() })),
    h('div', { class: 'dialog-body' }, body));
  element.addEventListener('click', ({ target }) => target === element && element.close());
  element.addEventListener('close', () => element.remove());
  document.body.append(element);
  element.showModal();
  return element;
}
