// A form field for each declared type. A field calls `change(value)`; `undefined` means not given.

import { button } from './controls.js';
import { fill, h } from './dom.js';
import { t } from './words.js';

let count = 0;

/** `variable` as declared, `value` now; `pointer` is where the server puts its faults. */
export function control(variable, value, change, pointer) {
  const id = `field-${(count += 1)}`;
  const make = CONTROLS[variable.type] ?? CONTROLS.text;
  return { id, element: make({ id, variable, value, change, pointer }) };
}

const CONTROLS = {
  text: ({ variable, value, ...rest }) => {
    const long = (variable.max_length ?? 0) > 100 || String(value ?? '').length > 60 || String(value ?? '').includes('\n');
    return typed({ variable, value, ...rest, tag: long ? 'textarea' : 'input', props: long ? { rows: 2 } : { type: 'text' } });
  },
  code: (field) => typed({ ...field, props: { type: 'text', class: 'mono code-input', pattern: field.variable.pattern, spellcheck: 'false' } }),
  url: (field) => typed({ ...field, tag: 'textarea', props: { rows: String(field.value ?? '').length > 44 ? 2 : 1, class: 'mono', inputmode: 'url', spellcheck: 'false' } }),
  email: (field) => typed({ ...field, props: { type: 'email', spellcheck: 'false' } }),
  date: (field) => typed({ ...field, props: { type: 'date' } }),
  duration: (field) => typed({ ...field, props: { type: 'text', class: 'mono', placeholder: hint(field.variable, '600 · 10m · PT10M') }, read: (text) => (/^\d+$/.test(text) ? Number(text) : text) }),
  integer: (field) => typed({ ...field, props: { type: 'number', step: '1' }, read: number }),
  decimal: (field) => typed({ ...field, props: { type: 'text', inputmode: 'decimal' }, read: (text) => (typeof field.value === 'number' ? number(text) : text) }),
  boolean: ({ id, variable, value, change }) => {
    const box = h('input', { type: 'checkbox', id, checked: value ?? variable.default ?? false, onchange: () => change(box.checked) });
    return h('div', { class: 'check' }, box);
  },
  enum: ({ id, variable, value, change }) => {
    const empty = variable.required ? [] : [h('option', { value: '' }, variable.default !== undefined ? t('default_is', { value: variable.default }) : t('not_given'))];
    const list = h('select', { id, onchange: () => change(list.value || undefined) }, empty,
      (variable.values ?? []).map((one) => h('option', { value: one }, one)));
    list.value = value ?? '';
    return list;
  },
  datetime,
  money,
  list: listOf,
  object: objectOf,
};

// Anything typed: an emptied optional field is one that was not given.
function typed({ id, variable, value, change, tag = 'input', props = {}, read = (text) => text }) {
  const input = h(tag, {
    id, placeholder: hint(variable), maxlength: undefined, autocomplete: 'off', ...props, value: value ?? '',
    'aria-required': variable.required ? 'true' : undefined,
    oninput: () => change(input.value === '' && !variable.required ? undefined : read(input.value)),
  });
  return input;
}

const hint = (variable, example = '') => (variable.default !== undefined ? t('default_is', { value: show(variable.default) }) : variable.required ? example : t('not_given'));
const show = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
const number = (text) => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

// A point in time carries its offset; browsers' own field has none, so it stands beside.
function datetime({ id, variable, value, change }) {
  const [, local, zone] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value ?? '') ?? [];
  if (value !== undefined && !local) return typed({ id, variable, value, change, props: { type: 'text', class: 'mono' } });
  const time = h('input', { id, type: 'datetime-local', step: '1', value: local ?? '' });
  const offset = h('input', { type: 'text', class: 'mono offset', value: zone ?? '+08:00', 'aria-label': t('offset'), spellcheck: 'false' });
  const read = () => change(time.value ? `${time.value.length === 16 ? `${time.value}:00` : time.value}${offset.value}` : undefined);
  time.addEventListener('input', read);
  offset.addEventListener('input', read);
  return h('div', { class: 'pair' }, time, offset);
}

function money({ id, value, change }) {
  const amount = h('input', { id, type: 'text', inputmode: 'decimal', value: value?.amount ?? '' });
  const currency = h('input', { type: 'text', class: 'mono offset', value: value?.currency ?? 'CNY', 'aria-label': t('currency'), maxlength: '3', spellcheck: 'false' });
  const read = () => change(amount.value === '' ? undefined : { amount: amount.value, currency: currency.value.toUpperCase() });
  amount.addEventListener('input', read);
  currency.addEventListener('input', read);
  return h('div', { class: 'pair' }, amount, currency);
}

function listOf({ id, variable, value, change, pointer }) {
  const item = { required: true, ...(variable.items ?? { type: 'text' }) };
  const values = Array.isArray(value) ? structuredClone(value) : [];
  const rows = h('ol', { class: 'rows' });
  const tell = () => change(values.length || variable.required ? structuredClone(values) : undefined);
  const draw = () => fill(rows, values.map((one, at) => {
    const inner = control(item, one, (next) => { values[at] = next; tell(); }, `${pointer}/${at}`);
    const remove = button({ label: t('remove_item', { number: at + 1 }), image: 'close', bare: true, kind: 'quiet', press: () => { values.splice(at, 1); draw(); tell(); } });
    if (inner.element.matches('input, select, textarea')) inner.element.setAttribute('aria-label', `${variable.name ?? ''} ${at + 1}`.trim());
    return h('li', { 'data-pointer': `${pointer}/${at}` }, inner.element, remove);
  }));
  draw();
  return h('div', { class: 'list-field', id, role: 'group' }, rows,
    button({ label: t('add_item'), image: 'plus', kind: 'quiet', press: () => { values.push(blank(item)); draw(); tell(); } }));
}

function objectOf({ id, variable, value, change, pointer }) {
  const fields = { ...(value ?? {}) };
  return h('div', { class: 'object-field', id, role: 'group' }, (variable.fields ?? []).map((inner) => {
    const made = control(inner, fields[inner.name], (next) => {
      if (next === undefined) delete fields[inner.name];
      else fields[inner.name] = next;
      change(Object.keys(fields).length || variable.required ? { ...fields } : undefined);
    }, `${pointer}/${inner.name}`);
    return h('div', { class: 'inner-field', 'data-pointer': `${pointer}/${inner.name}` }, h('label', { for: made.id }, inner.name), made.element);
  }));
}

function blank({ type, fields = [], values = [] }) {
  if (type === 'object') return Object.fromEntries(fields.filter(({ required }) => required).map((inner) => [inner.name, blank(inner)]));
  const starts = { list: [], integer: 0, boolean: false, enum: values[0], money: { amount: '0', currency: 'CNY' } };
  return starts[type] ?? '';
}
