// Sizes, times and widths as the reader of the page writes them.

import { uiLocale } from './words.js';

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  const unit = count < 1024 * 1024 ? ['KB', 1024] : ['MB', 1024 * 1024];
  return `${new Intl.NumberFormat(uiLocale, { maximumFractionDigits: 1 }).format(count / unit[1])} ${unit[0]}`;
}

const today = new Intl.DateTimeFormat(uiLocale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const before = new Intl.DateTimeFormat(uiLocale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export function moment(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return (date.toDateString() === new Date().toDateString() ? today : before).format(date);
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Splits after so many columns, where a Han character takes two: where a phone's list cuts a subject. */
export function cutAt(text, columns) {
  const graphemes = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  let used = 0;
  const end = graphemes.findIndex((grapheme) => (used += WIDE.test(grapheme) ? 2 : 1) > columns);
  return end < 0 ? [text, ''] : [graphemes.slice(0, end).join(''), graphemes.slice(end).join('')];
}
