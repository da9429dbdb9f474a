// Sends the mail on the stage to one allowed address, and shows what the server answered.

import { get, post } from './api.js';
import { boot } from './boot.js';
import { dialog } from './controls.js';
import { editedVars } from './data.js';
import { fill, h } from './dom.js';
import { faultCard } from './fault.js';
import { localeName } from './project.js';
import { state } from './state.js';
import { t } from './words.js';

const REMEMBERED = 'send-to';

export async function openSend() {
  const { kind, locale, sample } = state;
  const result = h('div', { class: 'send-result', 'aria-live': 'polite' });
  const to = h('input', { type: 'email', required: true, placeholder: 'qa@example.com', autocomplete: 'email', value: remembered() });
  const via = h('select', {}, h('option', { value: '' }, t('route')));
  const submit = h('button', { type: 'submit', class: 'button primary', disabled: boot.send === false }, t('send'));
  const form = h('form', { class: 'send-form' },
    h('p', { class: 'send-what' }, h('strong', {}, kind), ' · ', localeName(locale), ' · ', state.vars ? t('edited') : sample),
    h('label', {}, h('span', {}, t('to')), to), h('label', {}, h('span', {}, t('transport')), via),
    h('p', { class: 'panel-note' }, t('send_note')), submit, result);
  dialog({ title: t('send_test'), body: form, closeLabel: t('close') });
  to.focus();

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    submit.disabled = true;
    fill(result, h('p', { class: 'panel-note' }, t('sending')));
    try {
      const receipt = await post('/api/send', { kind, locale, sample, vars: await editedVars(locale), to: to.value, via: via.value || undefined });
      remember(to.value);
      fill(result, receiptOf(receipt));
    } catch (error) {
      if (!error.faults) throw error;
      fill(result, error.faults.map(faultCard), error.body.receipt && receiptOf(error.body.receipt));
    } finally {
      submit.disabled = boot.send === false;
    }
  });

  try {
    for (const { name, provider } of await get('/api/transports')) via.append(h('option', { value: name }, name === provider ? name : `${name} (${provider})`));
  } catch (error) {
    if (error.faults) fill(result, error.faults.map(faultCard));
  }
}

function receiptOf(receipt) {
  const rows = [
    [t('transport'), receipt.transport], [t('to'), receipt.to],
    [t('reply'), receipt.reply && [receipt.reply.code, receipt.reply.text].filter(Boolean).join(' ')],
    ['Message-ID', receipt.message_id], [t('provider_id'), receipt.provider_id], [t('path'), receipt.path],
    [t('adapted_short'), receipt.adapted?.map(({ what, how }) => `${what}: ${how}`).join(', ')],
    [t('took'), Object.entries(receipt.timings_ms ?? {}).map(([step, ms]) => `${step} ${Math.round(ms)} ms`).join(' · ')],
  ];
  return h('section', { class: `receipt ${receipt.state}` }, h('h3', {}, t(`state_${receipt.state}`)),
    h('table', { class: 'facts' }, h('tbody', {}, rows.filter(([, value]) => value).map(([name, value]) =>
      h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value))))));
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) ?? '';
  } catch {
    return '';
  }
}

function remember(address) {
  try {
    localStorage.setItem(REMEMBERED, address);
  } catch {
    // Without storage the address is typed again.
  }
}
