// Every word of the page, Chinese and English side by side so that neither is forgotten.

import { boot } from './boot.js';
import { TABLE } from './words-table.js';

export const language = (boot.lang ?? navigator.language).startsWith('zh') ? 'zh' : 'en';

export const uiLocale = language === 'zh' ? 'zh-CN' : 'en';

const COLUMN = language === 'zh' ? 0 : 1;

/** `t('saved', {file})`: the words for `saved`, with `{file}` filled in. */
export function t(key, values = {}) {
  const text = TABLE[key]?.[COLUMN] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The choice is a cookie, for the server writes its faults in the same language. All else is in the URL. */
export function speak(wanted) {
  document.cookie = `lang=${wanted}; path=/; max-age=31536000; SameSite=Strict`;
  location.reload();
}

document.documentElement.lang = uiLocale;
