// How the parts of the page hear of each other:
// `state` (the URL), `project` (the catalog), `mails` (rendered), `build` (a save on disk),
// `checked` (its mails were looked at),
// `rendered` (all of them), `inbox` (a mail was caught), `link` (connection to the server), `again`
// (it was gone and is back), `trace` (words clicked in a mail).

const target = new EventTarget();

export function on(name, listener) {
  target.addEventListener(name, (event) => listener(event.detail));
}

export function emit(name, detail) {
  target.dispatchEvent(new CustomEvent(name, { detail }));
}
