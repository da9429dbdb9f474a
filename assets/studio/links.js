// Addresses of the mail in its forms, and of the page itself.

import { state } from './state.js';
import { copy } from './toast.js';
import { t } from './words.js';

/** One form of the mail on the stage. With its draft it is the very mail that is shown, byte for byte. */
export function mailPath(form, { locale = state.locale, draft } = {}) {
  const query = new URLSearchParams({ sample: state.sample });
  if (draft) query.set('draft', draft);
  return `/${form}/${encodeURIComponent(state.kind)}/${encodeURIComponent(locale)}?${query}`;
}

export const copyLink = () => copy(location.href, t('link'));
