//! ARCHITECTURE.md says which module may import which, and which engine is named where. This test
//! reads both from there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Words that no file of the library may hold, and why.
const NOWHERE: [(&str, &str); 8] = [
    ("process::exit", "return an `Exit`: main.rs ends the process"),
    ("println!", "write through `cli::voice`"),
    ("eprintln!", "write through `cli::voice`"),
    ("print!", "write through `cli::voice`"),
    ("eprint!", "write through `cli::voice`"),
    ("dbg!", "take it out"),
    ("todo!", "write it"),
    ("unimplemented!", "write it"),
];

#[test]
fn a_module_imports_only_what_stands_before_it() {
    let order = modules();
    let macros = exported_macros();
    let mut faults = Vec::new();
    for file in sources() {
        let Some(own) = file.module() else { continue };
        let Some(rank) = order.iter().position(|name| *name == own) else {
            faults.push(format!("{}: `{own}` is not in ARCHITECTURE.md's list", file.shown));
            continue;
        };
        for (line, name) in file.imports() {
            let module = if order.contains(&name) { None } else { macros.get(&name) };
            let module = module.unwrap_or(&name);
            let place = format!("src/{}:{line}", file.shown);
            match order.iter().position(|known| known == module) {
                Some(other) if other <= rank => {}
                Some(_) => faults.push(format!(
                    "{place}: `{own}` imports `{module}`, which stands behind it in \
                     ARCHITECTURE.md: move what is shared to a module before both, or pass it in"
                )),
                None => faults.push(format!(
                    "{place}: `crate::{name}` is no module: import it from where it is defined"
                )),
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_list_names_every_module_once() {
    let mut listed = modules();
    let lib = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let mut declared: Vec<String> = lib
        .lines()
        .filter_map(|line| line.strip_suffix(';')?.split_once("mod ").map(|(_, name)| name.into()))
        .collect();
    listed.sort();
    declared.sort();
    assert_eq!(listed, declared, "ARCHITECTURE.md's list (left) and src/lib.rs (right)");
}

#[test]
fn engines_are_named_in_their_room_only() {
    let mut faults = Vec::new();
    let sources = sources();
    for (engine, rooms) in walls() {
        for file in sources.iter().filter(|file| file.shown != "lib.rs") {
            if rooms.iter().any(|room| file.is_in(room)) {
                continue;
            }
            for line in file.lines_with(&format!("{engine}::")) {
                faults.push(format!(
                    "src/{}:{line}: `{engine}` is named in {} only (ARCHITECTURE.md): \
                     ask that module for what is needed",
                    file.shown,
                    rooms.join(", ")
                ));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_dependency_has_a_room() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let walls = walls();
    let missing: Vec<String> = section
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name.replace('-', "_")))
        .filter(|name| !walls.contains_key(name))
        .collect();
    assert!(missing.is_empty(), "no room in ARCHITECTURE.md for {missing:?}");
}

#[test]
fn the_library_neither_prints_nor_exits() {
    let mut faults = Vec::new();
    for file in sources() {
        for (word, remedy) in NOWHERE {
            let lines = file.lines_with(word);
            faults.extend(
                lines.iter().map(|line| format!("src/{}:{line}: `{word}`: {remedy}", file.shown)),
            );
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let text = r##"
//! use crate::docs;
use crate::{a::{self, b}, c, d::E}; /* crate::comment /* crate::nested */ */
/// [`crate::docs`]
fn f<'a>(x: &'a str) -> char { crate::text!("crate::string {x}"); 'c' }
const S: &str = r#"crate::raw "quoted" "#;
macro_rules! m { () => { $crate::outside::f() } }
pub(crate) fn g() { super::super::up(); super::sibling(); self::own() }
#[cfg(test)]
mod tests { use crate::tests_only; fn x() { } }
fn after() { crate::after::f() }
"##;
    let file = File { shown: "a/b.rs".into(), text: code_only(text) };
    let names: Vec<(usize, String)> = file.imports();
    let names: Vec<(usize, &str)> = names.iter().map(|(line, name)| (*line, &**name)).collect();
    let wanted = [(3, "a"), (3, "c"), (3, "d"), (5, "text"), (11, "after"), (8, "up")];
    assert_eq!(names, wanted);
}

/// One file: its path below `src/` and its code without comments, strings and tests.
struct File {
    shown: String,
    text: String,
}

impl File {
    /// The module of the crate that it belongs to; none for the two roots.
    fn module(&self) -> Option<String> {
        let first = self.shown.split('/').next()?.trim_end_matches(".rs");
        (!matches!(first, "lib" | "main")).then(|| first.to_owned())
    }

    fn is_in(&self, room: &str) -> bool {
        room == "*" || self.shown == room || (room.ends_with('/') && self.shown.starts_with(room))
    }

    /// What is imported from the crate's root, by line.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for at in words(&self.text, "crate::") {
            let names = first_names(&self.text[at + "crate::".len()..]);
            found.extend(names.into_iter().map(|name| (self.line(at), name)));
        }
        let up = "super::".repeat(self.depth());
        for at in words(&self.text, &up) {
            let names = first_names(&self.text[at + up.len()..]);
            found.extend(names.into_iter().map(|name| (self.line(at), name)));
        }
        found
    }

    /// How many `super::` lead to the crate's root.
    fn depth(&self) -> usize {
        self.shown.trim_end_matches("/mod.rs").split('/').count()
    }

    fn lines_with(&self, word: &str) -> Vec<usize> {
        words(&self.text, word).into_iter().map(|at| self.line(at)).collect()
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }
}

/// Where a word begins, other than inside a longer one or behind `$`.
fn words(text: &str, word: &str) -> Vec<usize> {
    let longer = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':');
    text.match_indices(word).map(|(at, _)| at).filter(|at| !text[..*at].ends_with(longer)).collect()
}

/// The first name of a path, or those of a group.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut depth = 0;
    let mut names = vec![name(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The code with comments, strings and test modules blanked; lines stay where they are.
fn code_only(text: &str) -> String {
    let mut code = blanked(text);
    while let Some(at) = code.find("#[cfg(test)]") {
        let end = item_end(&code, at);
        let blank = blank(&code[at..end]);
        code.replace_range(at..end, &blank);
    }
    code
}

fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

/// Behind the item that begins at `at`: its closing brace, or its semicolon.
fn item_end(code: &str, at: usize) -> usize {
    let mut depth = 0;
    for (offset, c) in code[at..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + offset + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + offset + 1,
            _ => {}
        }
    }
    code.len()
}

fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (length, keep) = token(rest, code.chars().next_back());
        let (piece, behind) = rest.split_at(length);
        if keep {
            code.push_str(piece);
        } else {
            code.push_str(&blank(piece));
        }
        rest = behind;
    }
    code
}

/// The length of the next piece, and whether it is code.
fn token(rest: &str, before: Option<char>) -> (usize, bool) {
    let word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let until = |end: &str, from: usize| rest[from..].find(end).map(|at| from + at + end.len());
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (comment(rest), false);
    }
    if !word && rest.starts_with(['r', 'b']) {
        let marks = rest.trim_start_matches(['r', 'b']);
        let hashes = marks.len() - marks.trim_start_matches('#').len();
        let prefix = rest.len() - marks.len();
        if rest[..prefix].contains('r') && prefix <= 2 && marks[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return (until(&end, prefix + hashes + 1).unwrap_or(rest.len()), false);
        }
    }
    if rest.starts_with('"') {
        return (quoted(rest, '"'), false);
    }
    // A character, not a lifetime.
    let mut chars = rest.chars();
    if chars.next() == Some('\'') {
        let (first, second) = (chars.next(), chars.next());
        if first == Some('\\') || second == Some('\'') {
            return (quoted(rest, '\''), false);
        }
    }
    (rest.chars().next().map_or(1, char::len_utf8), true)
}

/// The length of a comment with those inside it.
fn comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            text if text.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            text if text.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            text => at += text.chars().next().map_or(1, char::len_utf8),
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn sources() -> Vec<File> {
    let root = Path::new(ROOT).join("src");
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let shown = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.push(File { shown, text: code_only(&fs::read_to_string(&path).unwrap()) });
            }
        }
    }
    files.sort_by(|a, b| a.shown.cmp(&b.shown));
    files
}

/// Macros are exported at the crate's root, wherever they are written: name and module.
fn exported_macros() -> BTreeMap<String, String> {
    let mut macros = BTreeMap::new();
    for file in sources() {
        let Some(module) = file.module() else { continue };
        for behind in file.text.split("#[macro_export]").skip(1) {
            let name = behind.trim_start().strip_prefix("macro_rules! ").map(first_names);
            macros.extend(name.into_iter().flatten().map(|name| (name, module.clone())));
        }
    }
    macros
}

fn modules() -> Vec<String> {
    block("modules").iter().flat_map(|line| line.split_whitespace().map(str::to_owned)).collect()
}

fn walls() -> BTreeMap<String, Vec<String>> {
    block("walls")
        .iter()
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            (words.next().unwrap(), words.collect())
        })
        .collect()
}

/// The lines of a fenced block of ARCHITECTURE.md.
fn block(name: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let fence = format!("```{name}\n");
    let inside = text.split(&fence).nth(1).unwrap_or_else(|| panic!("no block `{name}`"));
    let inside = inside.split("```").next().unwrap();
    inside.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}
