//! `POST /api/samples`: what somebody tried becomes a sample of the kind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::Json as JsonBody;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, Object, Speaks, refused, work};
use super::rendering::{below_vars, current};
use super::{Shared, Studio};
use crate::catalog::{NewSample, Written};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText, Text};
use crate::project::Project;
use crate::text;

/// Writes the sample, unless the file is not what was loaded any more.
pub async fn save(
    State(studio): State<Shared>,
    Speaks(language): Speaks,
    object: Object,
) -> Answer {
    let result = work(language, move || write(&studio, &object)).await?;
    let told = result.map_err(|list| refused(&list, language))?;
    Ok(JsonBody(told).into_response())
}

fn write(studio: &Studio, object: &Object) -> Result<Json, Diagnostics> {
    let Project::Folder(folder) = &studio.setup.project else { return Err(embedded().into()) };
    let build = current(studio)?;
    let kind = build.stage.composer.catalog().kind(object.text("kind").unwrap_or_default())?;
    let empty = Map::new();
    let vars = object.0.get("vars").and_then(Json::as_object).unwrap_or(&empty);
    kind.variables.check(vars).map_err(below_vars)?;
    let name = object.text("name").unwrap_or_default();
    let written = kind.sample_names().iter().any(|(known, derived)| *known == name && !derived);
    // What is laid over for one locale needs something to be laid over.
    let name = match object.text("locale").filter(|_| written) {
        Some(locale) => format!("{name}.{locale}"),
        None => name.to_owned(),
    };
    let (file, source) = (kind.source().name(), kind.source());
    let Written { text, line } = NewSample { name: &name, vars }.write_into(source)?;
    replace(&folder.join(file), source, &text).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => changed(file),
        _ => unwritable(file, &error),
    })?;
    Ok(json!({"file": file, "line": line, "name": name}))
}

/// Puts the new text in the place of the old in one step: nobody ever sees half of it.
fn replace(path: &Path, old: &SourceText, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let bytes = fs::read(&path)?;
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { "\u{feff}" } else { "" };
    if bytes[mark.len()..] != *old.text().as_bytes() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let draft = draft_beside(&path);
    let put = || {
        fs::write(&draft, format!("{mark}{text}"))?;
        fs::set_permissions(&draft, fs::metadata(&path)?.permissions())?;
        fs::rename(&draft, &path)
    };
    put().inspect_err(|_| drop(fs::remove_file(&draft)))
}

/// Hidden, so that no reader takes it for a part of the project.
fn draft_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", uuid::Uuid::new_v4().simple()))
}

fn embedded() -> Diagnostic {
    Diagnostic::error(
        Code::ProjectNotFound,
        text!(
            "the kinds that ship with hongyan have no folder here",
            "内置的邮件类型在这里没有文件夹"
        ),
    )
    .hint(text!("write a project with `hongyan init mail`", "请先用 `hongyan init mail` 创建项目"))
}

fn changed(file: &str) -> Diagnostic {
    Diagnostic::error(
        Code::SampleUnwritable,
        text!("the file was changed meanwhile", "文件已被改动"),
    )
    .in_file(file)
    .hint(text!("mend or save it, then try again", "请修正或保存后重试"))
}

fn unwritable(file: &str, error: &io::Error) -> Diagnostic {
    let Text { en, zh } = Text::of_io(error);
    Diagnostic::error(Code::FileUnreadable, text!("cannot be written: {en}", "无法写入：{zh}"))
        .in_file(file)
}
