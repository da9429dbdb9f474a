// The bar on top: the pages, whether the server is heard, language, theme, help.

import { on } from './bus.js';
import { button } from './controls.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { help } from './keys.js';
import { address, set, state } from './state.js';
import { language, speak, t } from './words.js';

const THEMES = ['auto', 'light', 'dark'];
const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' };

export function topBar() {
  const unseen = h('span', { class: 'badge info', hidden: true });
  const pages = [page('mail', 'mail'), page('sheet', 'sheet'), page('inbox', 'inbox', unseen), page('outbox', 'send')];
  const link = h('span', { class: 'link-state', role: 'status' });
  const element = h('header', { class: 'top' },
    h('a', { class: 'brand', href: '/', title: t('home') },
      h('img', { src: '/studio/mark.svg', alt: '鸿雁', width: '24', height: '24' }), h('span', { 'aria-hidden': 'true' }, '鸿雁'), h('small', {}, t('studio'))),
    h('nav', { class: 'pages', 'aria-label': t('pages') }, pages), h('span', { class: 'grow' }), link,
    h('button', { type: 'button', class: 'button quiet', lang: language === 'zh' ? 'en' : 'zh-CN', onclick: () => speak(language === 'zh' ? 'en' : 'zh') }, language === 'zh' ? 'English' : '中文'),
    themeButton(),
    button({ label: t('keys_title'), image: 'help', bare: true, kind: 'quiet', press: help }));

  let count = 0;
  const show = () => {
    if (state.page === 'inbox') count = 0;
    unseen.hidden = count === 0;
    unseen.textContent = count;
    for (const anchor of pages) {
      anchor.toggleAttribute('aria-current', false);
      if (anchor.dataset.page === state.page) anchor.setAttribute('aria-current', 'page');
      anchor.href = addressOf(anchor.dataset.page);
    }
  };
  on('state', show);
  on('project', show);
  on('inbox', () => { count += 1; show(); });
  on('link', (heard) => {
    link.textContent = heard ? t('live') : t('lost');
    link.className = `link-state ${heard ? 'live' : 'lost'}`;
    link.title = heard ? t('live_title') : t('unreachable_hint');
  });
  show();
  return element;
}

const addressOf = (name) => address({ page: name, mail: '', ...(name !== 'mail' && { vars: null }) });

function page(name, image, ...extra) {
  return h('a', {
    href: addressOf(name), 'data-page': name,
    onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      set({ page: name, mail: '' }, { push: true });
    },
  }, icon(image), h('span', {}, t(`page_${name}`)), extra);
}

function themeButton() {
  const place = h('span', { class: 'theme' });
  const show = () => {
    const theme = document.documentElement.dataset.theme ?? 'auto';
    place.replaceChildren(button({ label: t(`theme_${theme}`), image: THEME_ICONS[theme], bare: true, kind: 'quiet', press: () => {
      choose(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
      show();
      place.firstChild.focus();
    } }));
  };
  show();
  return place;
}

function choose(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Without storage the choice holds until the page is left.
  }
}
