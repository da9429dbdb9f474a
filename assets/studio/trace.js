// From a place in the mail back to the lines it was written in: the string of the locale, and the
// line of the template that asks for it. The mail carries no marks, for it is shown as it is sent,
// so this compares words; of several lines that fit, the one that explains most of them wins.

/** `files` are `{file, text}`; the answer is a list of `{file, line}`, the likeliest first. */
export function trace(words, { kind, files, vars }) {
  const text = squeeze(words);
  if (!text) return [];
  const string = bestString(text, kind, files.filter(({ file }) => file.startsWith('locales/')));
  const templates = files.filter(({ file }) => file.endsWith('.j2'));
  const call = string && findLine(templates, (line) => line.includes(`t('${string.key}'`) || line.includes(`t("${string.key}"`));
  const name = variableIn(text, vars);
  const named = new RegExp(`\\b${name}\\b`);
  const printed = name && findLine(templates, (line) => named.test(line.replace(/'[^']*'|"[^"]*"/g, '')) && !line.includes('import'));
  const own = string && { file: string.file, line: string.line };
  const places = (string ? [call, own, printed] : [printed]).filter(Boolean);
  return places.filter((one, at) => places.findIndex((other) => other.file === one.file && other.line === one.line) === at);
}

const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

function bestString(text, kind, files) {
  let best = null;
  for (const { file, text: source } of files) {
    for (const { path, line, value } of strings(source)) {
      if (path[0] !== kind && path[0] !== 'common') continue;
      const score = explained(text, value);
      if (score > (best?.score ?? 1)) best = { score, key: path[1], file, line };
    }
  }
  return best;
}

/** How many letters of `text` the fixed parts of a string account for; none unless all occur, in order. */
function explained(text, value) {
  let at = 0;
  let sum = 0;
  for (const part of value.replace(/<[^>]*>/g, '').split(/\{[^{}]*\}/).map(squeeze).filter(Boolean)) {
    const found = text.indexOf(part, at);
    if (found < 0) return 0;
    at = found + part.length;
    sum += part.length;
  }
  return sum;
}

// Enough of YAML for files of strings: keys by their indentation, and what is quoted or stands bare.
function strings(source) {
  const found = [];
  const open = [];
  source.split('\n').forEach((row, at) => {
    const [, indent, key, value] = /^(\s*)([\w.-]+):\s*(.*)$/.exec(row) ?? [];
    if (key === undefined) return;
    while (open.length && open.at(-1).indent >= indent.length) open.pop();
    open.push({ indent: indent.length, key });
    const quoted = [...value.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'/g)].map(([, double, single]) => double ?? single);
    for (const one of quoted.length ? quoted : flow(value)) found.push({ path: open.map((level) => level.key), line: at + 1, value: one });
  });
  return found;
}

const flow = (value) => (/^\{ *\w+:/.test(value) ? value.slice(1, -1).split(/,? *\w+: /) : [value]).filter(Boolean);

function variableIn(text, vars) {
  const fits = Object.entries(vars).filter(([, value]) => typeof value === 'string' && value.length > 1 && text.includes(squeeze(value)));
  return fits.sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

function findLine(files, fits) {
  for (const { file, text } of files) {
    const at = text.split('\n').findIndex(fits);
    if (at >= 0) return { file, line: at + 1 };
  }
  return null;
}
