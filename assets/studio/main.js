// Puts the page together and starts it.

import { emit, on } from './bus.js';
import { deliveries } from './deliveries.js';
import { h } from './dom.js';
import { dragBar } from './drag.js';
import { listen } from './events.js';
import { inbox } from './inbox.js';
import { list } from './list.js';
import { renderAll } from './mails.js';
import { panel } from './panel.js';
import { load, project } from './project.js';
import { sheet } from './sheet.js';
import { stage } from './stage.js';
import { state } from './state.js';
import { announce, complain } from './toast.js';
import { topBar } from './top.js';
import { t } from './words.js';

const NARROW_TABS = ['kinds', 'mail', 'panel'];

function workbench() {
  const side = panel();
  const splitter = dragBar({
    label: t('drag_panel'), min: 280, max: () => Math.min(900, innerWidth - 560), turn: -1, size: () => side.offsetWidth,
    resize: (width) => element.style.setProperty('--panel', `${width}px`),
  });
  const element = h('div', { class: 'workbench', 'data-tab': 'mail' }, list(), stage(), splitter, side, narrowTabs(() => element));
  // On a phone whoever picks a kind wants to see it.
  on('state', (keys) => (keys.has('kind') || keys.has('sample')) && element.querySelector('#narrow-mail').click());
  return element;
}

function narrowTabs(bench) {
  const buttons = NARROW_TABS.map((name) => h('button', {
    type: 'button', id: `narrow-${name}`, 'aria-pressed': String(name === 'mail'),
    onclick: () => {
      bench().dataset.tab = name;
      for (const one of buttons) one.setAttribute('aria-pressed', String(one === buttons[NARROW_TABS.indexOf(name)]));
    },
  }, t(`narrow_${name}`)));
  return h('nav', { class: 'narrow-tabs', 'aria-label': t('views') }, buttons);
}

function start() {
  const pages = { mail: workbench(), sheet: sheet(), inbox: inbox(), outbox: deliveries() };
  const main = h('main', {}, Object.values(pages));
  document.getElementById('app').append(topBar(), main);
  const show = () => {
    for (const [name, page] of Object.entries(pages)) page.hidden = name !== state.page;
    document.title = [state.page === 'mail' ? state.kind : t(`page_${state.page}`), '鸿雁'].filter(Boolean).join(' · ');
  };
  on('state', show);
  on('project', show);
  on('build', async ({ ok, version }) => {
    if (!ok) return announce(t('build_failed'));
    if (version !== project.version) await load().catch(complain);
  });
  on('checked', () => load().catch(complain));
  on('again', () => load().then(renderAll, complain));
  show();
  first();
}

async function first() {
  try {
    await load();
  } catch (error) {
    if (!error.faults) throw error;
    project.ok = false;
    project.faults = error.faults;
    emit('build', { ok: false, faults: error.faults, version: 0 });
  }
  await renderAll();
  listen();
}

start();
