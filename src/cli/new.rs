//! `hongyan new kind` and `hongyan new locale`

use std::path::{Path, PathBuf};

use super::args::New;
use super::exit::{Exit, Failure};
use super::init::write;
use super::voice::Voice;
use crate::catalog::{bad_kind_name, is_kind_name};
use crate::composer::Composer;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::locale::Locale;
use crate::mailer::Setup;
use crate::project::Project;
use crate::source::Tree;
use crate::text;
use crate::yaml::{self, Node, Value};

const MESSAGE: &str = include_str!("new/message.yaml");
const BODY: &str = include_str!("new/body.html.j2");
const STRINGS_ZH: &str = include_str!("new/strings.zh.yaml");
const STRINGS_EN: &str = include_str!("new/strings.en.yaml");

pub fn run(new: &New, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let Project::Folder(root) = &setup.project else {
        return Err(Error::configuration(needs_project()).into());
    };
    let tree = Tree::open(root)?;
    let files = match new {
        New::Kind { name, from } => new_kind(name, from.as_deref(), &tree)?,
        New::Locale { tag, from } => new_locale(tag, from, &tree)?,
    };
    let mut changed = tree.clone();
    for (name, text) in &files {
        changed.insert(name.clone(), text.clone().into_bytes());
    }
    // What was written must load as well as what was there.
    if Composer::load(&tree).is_ok() {
        Composer::load(&changed)?;
    }
    for (name, text) in &files {
        write(&root.join(name), text.as_bytes())?;
    }
    tell(&files, root, voice);
    Ok(Exit::Done)
}

/// Names below the project and contents.
type Files = Vec<(String, String)>;

fn tell(files: &Files, root: &Path, voice: &Voice) {
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| root.join(name)).collect();
    if voice.json {
        return voice.document(&serde_json::json!({"files": paths}));
    }
    paths.iter().for_each(|path| voice.line(&path.display().to_string()));
    voice.note(&text!(
        "edit them, then look: `hongyan check`",
        "请编辑这些文件，然后运行 `hongyan check` 检查"
    ));
}

fn new_kind(name: &str, from: Option<&str>, tree: &Tree) -> Result<Files, Diagnostics> {
    if !is_kind_name(name) {
        return Err(bad_kind_name(name).into());
    }
    if tree.get(&format!("templates/{name}/message.yaml")).is_some() {
        return Err(exists(&format!("templates/{name}/message.yaml")).into());
    }
    let mut files = match from {
        None => vec![
            (format!("templates/{name}/message.yaml"), MESSAGE.to_owned()),
            (format!("templates/{name}/body.html.j2"), BODY.to_owned()),
        ],
        Some(from) => copied_templates(name, from, tree)?,
    };
    for locale in locales(tree) {
        files.push(strings_of_kind(name, from, &locale, tree)?);
    }
    Ok(files)
}

fn copied_templates(name: &str, from: &str, tree: &Tree) -> Result<Files, Diagnostics> {
    let mut faults = Diagnostics::new();
    let folder = format!("templates/{from}");
    let files: Files = tree
        .below(&folder)
        .filter_map(|path| {
            let text = tree.text(path, &mut faults)?.text().to_owned();
            Some((path.replacen(&folder, &format!("templates/{name}"), 1), text))
        })
        .collect();
    if files.is_empty() {
        let known: Vec<&str> = tree
            .below("templates")
            .filter(|path| path.ends_with("/message.yaml"))
            .filter_map(|path| path.split('/').nth(1))
            .collect();
        let fault = Diagnostic::error(
            Code::KindUnknown,
            text!("there is no kind `{from}`", "没有邮件类型 `{from}`"),
        );
        let names = known.join("`, `");
        let fault = fault.hint(text!("kinds: `{names}`", "邮件类型：`{names}`"));
        faults.push(fault.did_you_mean(from, known));
    }
    faults.ok(files)
}

/// The locales that have strings, as their files spell them.
fn locales(tree: &Tree) -> Vec<String> {
    let mut tags: Vec<String> = tree
        .below("locales")
        .filter_map(|path| path.strip_prefix("locales/"))
        .filter(|path| path.ends_with(".yaml"))
        .map(|path| path.split('/').next().unwrap_or(path).trim_end_matches(".yaml").to_owned())
        .collect();
    tags.dedup();
    tags
}

/// A locale's file with the strings of a new kind behind what is there, or a file of its own
/// where the locale is a folder.
fn strings_of_kind(
    name: &str,
    from: Option<&str>,
    locale: &str,
    tree: &Tree,
) -> Result<(String, String), Diagnostics> {
    let mut faults = Diagnostics::new();
    let file = format!("locales/{locale}.yaml");
    let strings = match from {
        None if locale.starts_with("zh") => STRINGS_ZH.to_owned(),
        None => STRINGS_EN.to_owned(),
        Some(from) => section_of(from, locale, tree, &mut faults).unwrap_or_default(),
    };
    let section = format!("{name}:\n{strings}");
    let there = tree.get(&file).and_then(|_| tree.text(&file, &mut faults));
    faults.ok(match there {
        Some(source) => (file, format!("{}\n\n{section}", source.text().trim_end())),
        None => (format!("locales/{locale}/{name}.yaml"), section),
    })
}

/// The lines below a top-level key, as they are written.
fn section_of(kind: &str, locale: &str, tree: &Tree, faults: &mut Diagnostics) -> Option<String> {
    let (file, folder) = (format!("locales/{locale}.yaml"), format!("locales/{locale}/"));
    let head = format!("{kind}:");
    tree.names().filter(|name| **name == file || name.starts_with(&folder)).find_map(|name| {
        let source = tree.text(name, faults)?;
        let mut lines = source.text().lines().skip_while(|line| line.trim_end() != head).skip(1);
        let mut section = String::new();
        for line in lines.by_ref().take_while(|line| line.is_empty() || line.starts_with(' ')) {
            section.push_str(line);
            section.push('\n');
        }
        (!section.is_empty()).then(|| format!("{}\n", section.trim_end()))
    })
}

fn new_locale(tag: &str, from: &str, tree: &Tree) -> Result<Files, Diagnostics> {
    let locale = Locale::parse(tag).map_err(|error| error.diagnostic())?;
    let base = Locale::parse(from).map_err(|error| error.diagnostic())?;
    let known = locales(tree);
    if known.iter().any(|known| Locale::parse(known).is_ok_and(|known| known == locale)) {
        return Err(exists(&format!("locales/{locale}.yaml")).into());
    }
    let mut faults = Diagnostics::new();
    let (file, folder) = (format!("locales/{base}.yaml"), format!("locales/{base}/"));
    let mut files: Files = tree
        .names()
        .filter(|name| **name == file || name.starts_with(&folder))
        .filter_map(|name| {
            let text = tree.text(name, &mut faults)?.text().to_owned();
            let there = name.replacen(&format!("locales/{base}"), &format!("locales/{locale}"), 1);
            Some((there, text))
        })
        .collect();
    if files.is_empty() {
        let fault = Diagnostic::error(
            Code::LocaleMissing,
            text!("there is no locale `{base}`", "没有语言 `{base}`"),
        );
        let names = known.join("`, `");
        let fault = fault.hint(text!("locales: `{names}`", "语言：`{names}`"));
        return Err(fault.did_you_mean(from, known.iter().map(String::as_str)).into());
    }
    files.push(declared(&locale, &base, &known, tree, &mut faults));
    faults.ok(files)
}

/// `hongyan.yaml` with the locale declared as a draft; comments and order stay.
fn declared(
    locale: &Locale,
    base: &Locale,
    known: &[String],
    tree: &Tree,
    faults: &mut Diagnostics,
) -> (String, String) {
    let name = "hongyan.yaml".to_owned();
    let entry = format!("{locale}: {{ fallback: {base}, draft: true }}\n");
    let there = tree.get(&name).and_then(|_| tree.text(&name, faults));
    let text = there.as_ref().map_or(String::new(), |source| source.text().to_owned());
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let node = there.as_ref().and_then(|source| yaml::parse(source, faults));
    let declared = node.as_ref().is_some_and(declares_locales);
    match node.as_ref().and_then(|node| end_of_locales(node, &text)) {
        Some((at, indent)) => {
            let indent = " ".repeat(indent);
            let gap = if at == text.len() { gap } else { "" };
            (name, format!("{}{gap}{indent}{entry}{}", &text[..at], &text[at..]))
        }
        None if declared => {
            faults.push(locales_not_a_block());
            (name, text)
        }
        None => {
            // Without a declaration every locale that has strings counts: name them all.
            let all: String = known.iter().map(|tag| format!("  {tag}: {{}}\n")).collect();
            (name, format!("{text}{gap}locales:\n{all}  {entry}"))
        }
    }
}

fn declares_locales(node: &Node) -> bool {
    let Value::Mapping(entries) = &node.value else { return false };
    entries.iter().any(|(key, _)| key.name == "locales")
}

/// Where the line behind the last entry of a block `locales:` begins, and how far its keys are
/// indented. None where it is not written as a block.
fn end_of_locales(node: &Node, text: &str) -> Option<(usize, usize)> {
    let Value::Mapping(entries) = &node.value else { return None };
    let (_, locales) = entries.iter().find(|(key, _)| key.name == "locales")?;
    let Value::Mapping(locales) = &locales.value else { return None };
    let last = locales.last()?.0.span.range().start;
    let line_start = text[..last].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = last - line_start;
    if !text[line_start..last].bytes().all(|byte| byte == b' ') || indent == 0 {
        return None;
    }
    let mut end = line_start;
    for (index, line) in text[line_start..].split_inclusive('\n').enumerate() {
        let depth = line.len() - line.trim_start_matches(' ').len();
        if index > 0 && depth <= indent && !line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    Some((end, indent))
}

fn locales_not_a_block() -> Diagnostic {
    Diagnostic::error(
        Code::YamlBadValue,
        text!("`locales:` is not written one a line", "`locales:` 没有逐行书写"),
    )
    .in_file("hongyan.yaml")
    .hint(text!(
        "write each locale on a line of its own below `locales:`, then run this again",
        "请在 `locales:` 下每行写一种语言，然后重新运行"
    ))
}

fn needs_project() -> Diagnostic {
    Diagnostic::error(
        Code::ProjectNotFound,
        text!("there is no mail project here to add to", "这里没有可以添加的邮件项目"),
    )
    .hint(text!("write one with `hongyan init mail`", "请先用 `hongyan init mail` 创建"))
}

fn exists(path: &str) -> Diagnostic {
    Diagnostic::error(Code::FileExists, text!("`{path}` is there already", "`{path}` 已存在"))
}
