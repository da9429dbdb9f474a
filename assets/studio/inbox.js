// Mails that were caught instead of sent: newest first, as they come in.

import { get, remove } from './api.js';
import { on } from './bus.js';
import { button, dialog } from './controls.js';
import { debounce, fill, h } from './dom.js';
import { moment } from './format.js';
import { icon } from './icons.js';
import { caughtMail } from './inbox-mail.js';
import { address, set, state } from './state.js';
import { announce, complain, toast } from './toast.js';
import { t } from './words.js';

const PAGE = 50;

export function inbox() {
  let items = [];
  let next = null;
  const search = h('input', { type: 'search', class: 'filter', id: 'inbox-search', placeholder: t('inbox_search'), 'aria-label': t('inbox_search'), value: state.to });
  const rows = h('ul', { class: 'caught' });
  const more = button({ label: t('more'), kind: 'quiet', press: () => load({ further: true }) });
  const view = h('div', { class: 'caught-view' });
  const back = button({ label: t('back_to_list'), kind: 'quiet back', press: () => set({ mail: '' }) });
  const element = h('section', { class: 'inbox', 'aria-label': t('page_inbox') },
    h('div', { class: 'caught-list' },
      h('div', { class: 'caught-tools' }, h('div', { class: 'filter-box' }, icon('search'), search),
        button({ label: t('delete_all'), image: 'trash', bare: true, kind: 'quiet', press: () => confirmEmpty(load) })),
      rows, more),
    h('div', { class: 'caught-side' }, back, view));

  const load = async ({ further = false } = {}) => {
    const query = new URLSearchParams({ limit: PAGE });
    if (state.to) query.set('to', state.to);
    if (further && next) query.set('after', next);
    try {
      const answer = await get(`/api/inbox?${query}`);
      items = further ? [...items, ...answer.items] : answer.items;
      next = answer.next;
      show();
    } catch (error) {
      complain(error);
    }
  };
  const show = () => {
    more.hidden = !next;
    fill(rows, items.length ? items.map(row) : h('li', { class: 'nothing' }, state.to ? t('inbox_none_found') : t('inbox_empty')));
    element.classList.toggle('reading', Boolean(state.mail));
  };
  const read = async () => {
    element.classList.toggle('reading', Boolean(state.mail));
    if (!state.mail) return void fill(view, h('p', { class: 'nothing' }, items.length ? t('inbox_choose') : t('inbox_empty_note')));
    try {
      fill(view, caughtMail(await get(`/api/inbox/${encodeURIComponent(state.mail)}`)));
    } catch (error) {
      fill(view, h('p', { class: 'nothing' }, error.message));
    }
  };
  const open = async () => {
    if (state.page !== 'inbox') return;
    await load();
    await read();
  };

  search.addEventListener('input', debounce(() => set({ to: search.value.trim() }), 120));
  on('state', (keys) => {
    if (keys.has('page')) open();
    else if (state.page === 'inbox' && keys.has('to')) load();
    else if (state.page === 'inbox' && keys.has('mail')) { show(); read(); }
  });
  on('inbox', () => {
    announce(t('mail_caught'));
    if (state.page === 'inbox') load();
    else toast(t('mail_caught'), { action: h('button', { type: 'button', class: 'link', onclick: () => set({ page: 'inbox', mail: '' }, { push: true }) }, t('page_inbox')) });
  });
  on('project', (() => { let first = true; return () => { if (first) open(); first = false; }; })());
  return element;
}

function row({ id, to, subject, kind, locale, received_at: received }) {
  const current = id === state.mail;
  return h('li', {}, h('a', {
    href: address({ page: 'inbox', mail: id }), 'aria-current': current ? 'true' : undefined, class: 'caught-row',
    onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      set({ mail: id }, { push: true });
    },
  }, h('span', { class: 'caught-first' }, h('strong', {}, to), h('time', { datetime: received, title: received }, moment(received))),
  h('span', { class: 'caught-subject', lang: locale }, subject), h('small', {}, [kind, locale].filter(Boolean).join(' · '))));
}

function confirmEmpty(load) {
  const sure = h('button', { type: 'button', class: 'button danger' }, t('delete_all'));
  const asked = dialog({ title: t('delete_all'), body: [h('p', {}, t('delete_all_note')), sure], closeLabel: t('close') });
  sure.addEventListener('click', async () => {
    asked.close();
    try {
      await remove('/api/inbox');
      set({ mail: '' });
      await load();
      toast(t('deleted'));
    } catch (error) {
      complain(error);
    }
  });
}
