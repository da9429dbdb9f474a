//! `POST /api/render`: a mail with everything that the panels show of it.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::answer::{Answer, Object, Speaks, faults, work};
use super::drafts::Finished;
use super::looks::Look;
use super::rendering::{Data, Wish, finished, images};
use super::state::Build;
use super::{Shared, Studio, frames, parts, snapshots};
use crate::catalog::Catalog;
use crate::check::look_at;
use crate::diagnostic::Language;

/// Renders posted variables or a sample, and keeps the mail for its frame.
///
/// Data that is half typed is no failed request: its faults are an answer as good as a mail, and no
/// browser writes them into its console.
pub async fn render(
    State(studio): State<Shared>,
    Speaks(language): Speaks,
    object: Object,
) -> Answer<Response> {
    let wish = wish(&object);
    let look = look(&object);
    let (build, mail) = match finished(&studio, wish.clone(), language).await? {
        Ok(found) => found,
        Err(list) => {
            return Ok(JsonBody(json!({"faults": faults(&list, language)})).into_response());
        }
    };
    let id = studio.drafts.keep(mail.clone());
    let told = work(language, move || {
        let mut told = describe(&build, &mail, language);
        told["draft"] = id.into();
        if let Some(look) = look {
            told["page"] = look.apply(&frames::page(&mail), &images(&mail)).into();
        }
        told["snapshot"] = snapshot(&studio, &build, &mail, &wish).into();
        told
    });
    Ok(JsonBody(told.await?).into_response())
}

/// How the mail is looked at: with `look` in the body the answer holds its page as well, so that
/// what was typed is seen a round trip sooner.
fn look(object: &Object) -> Option<Look> {
    let look = object.0.get("look")?.as_object()?;
    Some(Look::asked(|name| Some(look.get(name)?.as_str()?.to_owned())))
}

/// What a body asks for.
pub fn wish(object: &Object) -> Wish {
    let data = match object.0.get("vars") {
        Some(Json::Object(vars)) => Data::Vars(vars.clone()),
        _ => Data::Sample(object.text("sample").unwrap_or("typical").to_owned()),
    };
    let text = |name| object.text(name).unwrap_or_default().to_owned();
    Wish { kind: text("kind"), locale: text("locale"), data }
}

fn describe(build: &Build, mail: &Finished, language: Language) -> Json {
    let Finished { rendered, message } = mail;
    let html = frames::page(mail);
    let headers = message.headers();
    let header = |name: &str| {
        headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let from = rendered.recipients.from.as_ref().map(ToString::to_string);
    let images: Vec<Json> = rendered
        .images
        .iter()
        .map(|image| {
            json!({
                "name": image.name(),
                "cid": image.content_id(),
                "sha256": image.sha256(),
                "bytes": image.bytes().len(),
            })
        })
        .collect();
    let adapted = message.adapted().iter().map(|one| json!({"what": one.what, "how": one.how}));
    json!({
        "version": build.version,
        "kind": rendered.kind,
        "locale": rendered.locale.as_str(),
        "subject": rendered.subject.as_str(),
        "preheader": rendered.preheader,
        "from": from.unwrap_or_else(|| build.stage.from().to_string()),
        "to": rendered.recipients.to.to_string(),
        "text": rendered.text,
        "html_bytes": html.len(),
        "date": header("Date"),
        "mime": parts::tree(message.bytes()),
        "images": images,
        "sizes": sizes(mail, html.len()),
        "adapted": adapted.collect::<Json>(),
        "warnings": faults(&look_at(rendered), language),
        "source": {"template": templates(build, mail), "html": html},
        "headers": headers,
    })
}

fn sizes(mail: &Finished, html: usize) -> Json {
    let Finished { rendered, message } = mail;
    let images: usize = rendered.images.iter().map(|image| image.bytes().len()).sum();
    let attachments: usize = rendered.attachments.iter().map(|one| one.bytes().len()).sum();
    json!({
        "eml": message.bytes().len(),
        "html": html,
        "text": rendered.text.len(),
        "images": images,
        "attachments": attachments,
    })
}

/// The files that a designer looks for: the bodies, the declaration, the strings, the layout.
fn templates(build: &Build, mail: &Finished) -> Json {
    let catalog: &Catalog = build.stage.composer.catalog();
    let (kind, locale) = (&mail.rendered.kind, &mail.rendered.locale);
    let bodies =
        ["html", "txt"].iter().filter_map(|extension| catalog.body(kind, locale, extension));
    let mut names: Vec<String> = bodies.map(|source| source.name().to_owned()).collect();
    names.push(format!("templates/{kind}/message.yaml"));
    let strings = format!("locales/{locale}");
    let strings = build.tree.names().filter(|name| {
        name.strip_prefix(&strings).is_some_and(|rest| rest.starts_with(['/', '.']))
    });
    names.extend(strings.map(str::to_owned));
    names.extend(build.tree.below("templates/_layout").map(str::to_owned));
    let text = |name: &String| std::str::from_utf8(build.tree.get(name)?).ok();
    names.iter().filter_map(|name| Some(json!({"file": name, "text": text(name)?}))).collect()
}

/// Whether the mail is the one that was reviewed; only samples have been.
fn snapshot(studio: &Studio, build: &Arc<Build>, mail: &Finished, wish: &Wish) -> &'static str {
    match &wish.data {
        Data::Sample(name) => {
            let (kind, locale) = (&mail.rendered.kind, &mail.rendered.locale);
            snapshots::state(studio, build, kind, locale, name).unwrap_or("none")
        }
        _ => "none",
    }
}
