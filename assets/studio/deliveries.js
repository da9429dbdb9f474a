// What became of the mails in the outbox. The studio only looks: `hongyan outbox` changes.

import { get } from './api.js';
import { on } from './bus.js';
import { button } from './controls.js';
import { fill, h } from './dom.js';
import { coded } from './fault.js';
import { moment } from './format.js';
import { state } from './state.js';
import { complain } from './toast.js';
import { t } from './words.js';

// Of each state how it looks; its name is what `hongyan outbox` and the service say too.
const LOOKS = { sent: 'good', failed: 'bad', unknown: 'warn', expired: 'warn', queued: 'info', leased: 'info', handing_over: 'info' };

export function deliveries() {
  const rows = h('div', { class: 'deliveries' });
  const load = async () => {
    try {
      const { there, items } = await get('/api/outbox');
      fill(rows, items.length ? items.map(row) : h('p', { class: 'nothing' }, coded(t(there ? 'outbox_empty' : 'outbox_none'))));
    } catch (error) {
      complain(error);
    }
  };
  on('state', (keys) => keys.has('page') && state.page === 'outbox' && load());
  on('project', (() => { let first = true; return () => { if (first && state.page === 'outbox') load(); first = false; }; })());
  return h('section', { class: 'sheet outbox', 'aria-label': t('page_outbox') },
    h('header', { class: 'sheet-head' }, h('h1', {}, t('page_outbox')), h('p', {}, t('outbox_note')), button({ label: t('refresh'), press: load })), rows);
}

function row({ id, to, kind, locale, state: now, accepted_at: accepted, transport }) {
  const life = h('div', { class: 'delivery-life' });
  const element = h('details', { class: 'delivery', ontoggle: () => element.open && tell(life, id) },
    h('summary', {}, h('span', { class: `chip ${LOOKS[now] ?? ''}` }, t(`outbox_${now}`)), h('strong', {}, to),
      h('span', {}, `${kind} · ${locale}`), h('span', { class: 'grow' }), transport && h('code', {}, transport),
      h('time', { datetime: accepted, title: accepted }, moment(accepted))),
    life);
  return element;
}

async function tell(life, id) {
  try {
    const { attempts, expires_at: expires, next_attempt_at: next } = await get(`/api/outbox/${encodeURIComponent(id)}`);
    fill(life, h('p', {}, h('code', {}, id)),
      h('p', {}, t('outbox_until', { time: moment(expires) }), next && ` · ${t('outbox_next', { time: moment(next) })}`),
      h('ol', {}, attempts.map(attempt)));
  } catch (error) {
    complain(error);
  }
}

function attempt({ at, transport, action, reply, what, hint }) {
  return h('li', {}, h('time', { datetime: at }, moment(at)), ' ', transport && h('code', {}, transport), ' ', h('strong', {}, action),
    what && h('p', {}, coded(what)), reply && h('p', {}, `${reply.code} ${reply.text}`), hint && h('p', {}, h('strong', {}, t('remedy')), ' ', coded(hint)));
}
