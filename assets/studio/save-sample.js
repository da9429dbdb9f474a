// Keeps the data at hand as a named sample in the kind's message.yaml.

import { post } from './api.js';
import { on } from './bus.js';
import { button } from './controls.js';
import { h } from './dom.js';
import { place } from './fault.js';
import { currentKind, project } from './project.js';
import { set, state } from './state.js';
import { complain, toast } from './toast.js';
import { t } from './words.js';

let awaited = null;

// The sample can be shown once the server has read the file that it wrote.
on('project', () => {
  if (!awaited || !currentKind()?.samples.some(({ name }) => name === awaited)) return;
  set({ sample: awaited, vars: null });
  awaited = null;
});

export function saveSample(vars) {
  const name = h('input', { type: 'text', class: 'mono', placeholder: 'long_name', 'aria-label': t('sample_name'), pattern: '[a-z][a-z0-9_]*', required: true, spellcheck: 'false', autocomplete: 'off' });
  const save = async (event) => {
    event.preventDefault();
    const { kind, locale } = state;
    try {
      const other = locale === project.default_locale ? {} : { locale };
      const { file, line } = await post('/api/samples', { kind, name: name.value, vars: vars(), ...other });
      awaited = name.value;
      name.value = '';
      toast(t('sample_saved'), { action: place({ file, line }) });
    } catch (error) {
      complain(error);
    }
  };
  return h('form', { class: 'save-sample', onsubmit: save },
    h('label', {}, h('span', {}, t('save_as_sample')), name),
    Object.assign(button({ label: t('save'), kind: 'plain' }), { type: 'submit' }));
}
