//! `hongyan render --batch`: one JSON object a line, many mails out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};

use super::args::Render;
use super::exit::{Exit, Failure};
use super::render::read;
use super::voice::Voice;
use crate::compose::Message;
use crate::composer::Draft;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::mailer::{Setup, Stage};
use crate::snapshot::RECIPIENT;
use crate::text;
use crate::vars::parse_object;

pub fn run(render: &Render, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let stage = Stage::open(setup)?;
    let path = render.batch.as_deref().unwrap_or(Path::new("-"));
    let input = read(path)?;
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let mut output = Output::open(render.output.as_deref(), voice)?;
    let bar = progress(lines.len());
    let mut faults = Diagnostics::new();
    let mut rendered = 0;
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        match draft(line, render).map_err(Error::from).and_then(|draft| stage.finish(&draft)) {
            Ok((_, message)) => {
                output.write(index + 1, &message)?;
                rendered += 1;
            }
            Err(error) => {
                let at = |fault: Diagnostic| place(fault, path, index + 1);
                let told: Diagnostics = error.diagnostics().into_iter().map(at).collect();
                if !voice.json {
                    bar.suspend(|| voice.warn(&told));
                }
                faults.extend(told);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    output.close()?;
    if voice.json {
        let errors = faults.to_json(voice.language());
        voice.document(&json!({"rendered": rendered, "errors": errors["errors"], "warnings": []}));
    }
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Wrong })
}

fn place(fault: Diagnostic, path: &Path, line: usize) -> Diagnostic {
    fault.at_line(path.display().to_string(), line)
}

fn draft(line: &[u8], render: &Render) -> Result<Draft, Diagnostics> {
    let mut object = parse_object(line)?;
    let mut faults = Diagnostics::new();
    let mut text = |name: &str| match object.remove(name) {
        Some(Json::String(text)) => Some(text),
        Some(_) => {
            faults.push(bad_field(name));
            None
        }
        None => None,
    };
    let (kind, locale, to) = (text("kind"), text("locale"), text("to"));
    let vars = object.remove("vars").unwrap_or_else(|| json!({}));
    faults.extend(object.keys().map(|name| unknown_field(name)));
    if kind.is_none() {
        faults.push(bad_field("kind"));
    }
    faults.ok(())?;
    let to = to.or_else(|| render.to.clone()).unwrap_or_else(|| RECIPIENT.to_owned());
    let locale = locale.or_else(|| render.content.locale.clone()).unwrap_or_default();
    Draft::new(&kind.unwrap_or_default(), &locale, &to)?.vars(vars)
}

fn bad_field(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::VarsNotJson,
        text!("`{name}` is missing or not a string", "`{name}` 缺失或不是字符串"),
    )
    .pointer(format!("/{name}"))
}

fn unknown_field(name: &str) -> Diagnostic {
    let name: String = name.chars().take(64).collect();
    Diagnostic::error(
        Code::VarsNotJson,
        text!("a line has no field `{name}`", "每行没有字段 `{name}`"),
    )
    .hint(text!("fields: `kind`, `locale`, `vars`, `to`", "字段：`kind`、`locale`、`vars`、`to`"))
    .did_you_mean(&name, ["kind", "locale", "vars", "to"])
}

/// Only where a person watches and there is something to wait for.
fn progress(lines: usize) -> ProgressBar {
    const LONG: usize = 200;
    if lines < LONG {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(lines as u64), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Where a batch goes.
enum Output {
    Folder(PathBuf),
    Mbox(PathBuf, io::BufWriter<Box<dyn Write>>),
    Nothing,
}

impl Output {
    fn open(output: Option<&Path>, voice: &Voice) -> Result<Output, Failure> {
        match output {
            Some(path) if path.extension().is_some_and(|extension| extension == "mbox") => {
                let file =
                    std::fs::File::create(path).map_err(|error| Failure::io(path, &error))?;
                Ok(Output::Mbox(path.to_owned(), io::BufWriter::new(Box::new(file))))
            }
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
                Ok(Output::Folder(folder.to_owned()))
            }
            None if voice.json => Ok(Output::Nothing),
            None => Ok(Output::Mbox("stdout".into(), io::BufWriter::new(Box::new(voice.out())))),
        }
    }

    fn write(&mut self, number: usize, message: &Message) -> Result<(), Failure> {
        let io = |path: &Path, error: io::Error| Failure::io(path, &error);
        match self {
            Output::Folder(folder) => {
                let path = folder.join(format!("{number:06}.eml"));
                std::fs::write(&path, message.bytes()).map_err(|error| io(&path, error))
            }
            Output::Mbox(path, file) => {
                write_mboxrd(file, message).map_err(|error| io(path, error))
            }
            Output::Nothing => Ok(()),
        }
    }

    fn close(self) -> Result<(), Failure> {
        match self {
            Output::Mbox(path, mut file) => {
                file.flush().map_err(|error| Failure::io(&path, &error))
            }
            _ => Ok(()),
        }
    }
}

/// mboxrd (RFC 4155, with `>From ` quoted reversibly): LF lines, a `From ` line before each mail,
/// an empty line behind it.
fn write_mboxrd(file: &mut impl Write, message: &Message) -> io::Result<()> {
    writeln!(file, "From {} Thu Jan  1 00:00:00 1970", message.envelope().from.as_str())?;
    for line in message.bytes().split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        if line[quotes..].starts_with(b"From ") {
            file.write_all(b">")?;
        }
        file.write_all(line)?;
        file.write_all(b"\n")?;
    }
    file.write_all(b"\n")
}
