// What is asked of a mail's document. Elements of a mail may be named like what is asked for (to
// `document.body` answers `<img name="body">`, to `form.matches` an input in it), so that the
// browser's own answers are had from the prototypes.

const getter = (type, name) => {
  const { get } = Object.getOwnPropertyDescriptor(type.prototype, name);
  return (of) => get.call(of);
};
const method = (type, name) => (of, ...given) => type.prototype[name].apply(of, given);

export const rootOf = getter(Document, 'documentElement');
export const bodyOf = getter(Document, 'body');
export const imagesOf = getter(Document, 'images');
export const modeOf = getter(Document, 'compatMode');
export const typeOf = getter(Document, 'contentType');
export const sheetsOf = getter(Document, 'styleSheets');
export const viewOf = getter(Document, 'defaultView');
export const wordsOf = getter(Node, 'textContent');
export const all = method(Document, 'querySelectorAll');
export const selectionOf = method(Document, 'getSelection');
export const hear = method(EventTarget, 'addEventListener');
export const matches = method(Element, 'matches');
export const closest = method(Element, 'closest');

const adopt = method(Document, 'adoptNode');
const replace = method(Node, 'replaceChild');

/** Puts the content of `next` in place of what `document` holds. */
export function takeOver(document, next) {
  replace(document, adopt(document, rootOf(next)), rootOf(document));
}
