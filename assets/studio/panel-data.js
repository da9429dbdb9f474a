// The variables: a form made from the declaration, the same as JSON beside it, and a way to keep
// what was typed as a sample of the kind.

import { button } from './controls.js';
import { edit, overlay, replace, reset, sampleOf } from './data.js';
import { fill, h } from './dom.js';
import { coded } from './fault.js';
import { control } from './fields.js';
import { icon } from './icons.js';
import { mails } from './mails.js';
import { currentKind, project, sampleLabel } from './project.js';
import { saveSample } from './save-sample.js';
import { state } from './state.js';
import { complain } from './toast.js';
import { t } from './words.js';

export function dataPanel() {
  const form = h('form', { class: 'data-form', onsubmit: (event) => event.preventDefault() });
  const json = h('textarea', { class: 'json', spellcheck: 'false', 'aria-label': t('json'), 'aria-describedby': 'json-fault' });
  const wrong = h('p', { class: 'field-fault', id: 'json-fault', hidden: true });
  const head = h('div', { class: 'panel-bar' });
  const element = h('div', { class: 'panel-page data' }, head,
    h('div', { class: 'data-columns' }, form, h('div', { class: 'json-side' }, h('h3', {}, 'JSON'), json, wrong)), saveSample(() => vars()));
  let sample = {};
  let drawn = '';

  const vars = () => overlay(sample, state.vars ?? {});
  const fields = new Map();

  // Drawn anew when the data changed from outside; while one types, the fields are left alone.
  const update = async () => {
    const { kind, locale } = state;
    const key = [project.version, kind, locale, state.sample].join('/');
    if (key !== drawn) {
      drawn = key;
      try {
        const found = await sampleOf(locale);
        if (drawn !== key) return;
        sample = found;
      } catch (error) {
        drawn = '';
        return void complain(error);
      }
      drawForm();
    } else if (!element.contains(document.activeElement)) drawForm();
    if (document.activeElement !== json) writeJson();
    drawHead();
    showFaults();
  };

  const drawForm = () => {
    const now = vars();
    fields.clear();
    fill(form, currentKind().variables.map((variable) => {
      const made = field(variable, now[variable.name], (value) => edit(sample, variable.name, value));
      fields.set(variable.name, made);
      return made;
    }));
  };
  const drawHead = () => {
    const found = currentKind().samples.find(({ name }) => name === state.sample);
    fill(head, h('div', { class: 'panel-facts' }, h('span', {}, found ? sampleLabel(found) : state.sample), state.vars && h('span', { class: 'chip info' }, t('edited'))),
      state.vars && button({ label: t('reset'), kind: 'quiet', press: () => { reset(); drawForm(); } }));
    for (const [name, row] of fields) row.classList.toggle('changed', Boolean(state.vars && name in state.vars));
  };
  const writeJson = () => {
    json.value = JSON.stringify(vars(), null, 2);
    json.rows = Math.min(24, json.value.split('\n').length + 1);
    wrong.hidden = true;
  };
  const showFaults = () => {
    const faults = mails.get(state.locale)?.faults ?? [];
    for (const old of element.querySelectorAll('.server-fault')) old.remove();
    for (const marked of form.querySelectorAll('[aria-invalid]')) marked.removeAttribute('aria-invalid');
    for (const fault of faults) if (fault.pointer) mark(form, fault);
  };

  json.addEventListener('input', () => {
    try {
      const typed = JSON.parse(json.value);
      if (!typed || typeof typed !== 'object' || Array.isArray(typed)) throw new Error(t('json_object'));
      wrong.hidden = true;
      replace(sample, typed);
      drawForm();
      drawHead();
    } catch (error) {
      wrong.textContent = t('json_wrong', { message: error.message });
      wrong.hidden = false;
    }
  });
  return { element, update };
}

function field(variable, value, change) {
  const pointer = `/vars/${variable.name}`;
  const { id, element } = control(variable, value, change, pointer);
  return h('div', { class: 'field', 'data-pointer': pointer },
    h('div', { class: 'field-head' },
      h('label', { for: id }, variable.name, variable.required && h('span', { class: 'required', title: t('required') }, '*', h('span', { class: 'unseen' }, t('required')))),
      variable.secret && h('span', { class: 'tag secret', title: t('secret_title') }, icon('lock'), t('secret')),
      variable.untrusted && h('span', { class: 'tag', title: t('untrusted_title') }, t('untrusted')),
      h('span', { class: 'type' }, variable.type, variable.max_length && ` ≤ ${variable.max_length}`)),
    variable.description && h('p', { class: 'field-about' }, variable.description),
    element);
}

// `/vars/details/0/label`: at the field itself, or at the nearest one that holds it.
function mark(form, fault) {
  const parts = (fault.pointer.startsWith('/vars') ? fault.pointer : `/vars${fault.pointer}`).split('/');
  for (; parts.length > 2; parts.pop()) {
    const place = form.querySelector(`[data-pointer="${CSS.escape(parts.join('/'))}"]`);
    if (!place) continue;
    place.querySelector('input, textarea, select')?.setAttribute('aria-invalid', 'true');
    place.append(h('p', { class: 'field-fault server-fault' }, coded(fault.hint ? `${fault.title} — ${fault.hint}` : fault.title)));
    return;
  }
}
