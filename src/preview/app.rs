//! The page itself: files of `assets/studio/`, which is embedded.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH,
    SET_COOKIE,
};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::answer::{Params, Speaks, not_found};
use super::{Shared, Studio};
use crate::diagnostic::Language;
use crate::image::hex;
use crate::project::Project;

/// Scripts and styles of ours, mails in frames of ours, and nothing from anywhere else.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; \
    frame-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// Where the page finds what the server tells it.
const MARK: &str = "<!--studio-->";

#[derive(rust_embed::Embed)]
#[folder = "assets/studio"]
#[exclude = "login.html"]
struct Files;

/// `GET /` and all addresses of the page.
pub async fn index(State(studio): State<Shared>, Speaks(language): Speaks) -> Response {
    let file = Files::get("index.html").map(|file| file.data.into_owned()).unwrap_or_default();
    let page = String::from_utf8_lossy(&file).replacen(MARK, &told(&studio, language), 1);
    let headers = [(CONTENT_SECURITY_POLICY, POLICY)];
    ([(SET_COOKIE, studio.session.cookie())], headers, Html(page)).into_response()
}

/// `GET /studio/{file}`: kept by the browser for as long as the file is the same.
pub async fn asset(
    Path(name): Path<String>,
    Query(query): Params,
    Speaks(language): Speaks,
    headers: HeaderMap,
) -> Response {
    let Some(file) = Files::get(&name).filter(|_| name != "index.html") else {
        return not_found(language);
    };
    let tag = format!("\"{}\"", &hex(&file.metadata.sha256_hash())[..20]);
    let cache = match query.get("v") {
        Some(_) => "public, max-age=31536000, immutable",
        None => "no-cache",
    };
    let about = [(ETAG, tag.as_str()), (CACHE_CONTROL, cache)];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let shown = [(CONTENT_TYPE, content_type(&name)), (CONTENT_SECURITY_POLICY, POLICY)];
    (about, shown, file.data.into_owned()).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

/// What the page must know from the start, as data that no browser runs.
fn told(studio: &Studio, language: Language) -> String {
    let now = studio.state.now();
    let send = now
        .build
        .as_ref()
        .is_some_and(|build| !build.stage.composer.catalog().settings.send_to.is_empty());
    let told = json!({
        "csrf": studio.session.token,
        "lang": if language == Language::Zh { "zh" } else { "en" },
        "version": now.version(),
        "editor": editor(studio),
        "send": send,
        "inbox": true,
        "hongyan": env!("CARGO_PKG_VERSION"),
    });
    // `<` cannot end the element, nor begin a comment in it.
    let told = told.to_string().replace('<', "\\u003c");
    format!("<script type=\"application/json\" id=\"studio\">{told}</script>")
}

/// A link that opens a file of the project in an editor, on this machine only.
fn editor(studio: &Studio) -> Json {
    match &studio.setup.project {
        Project::Folder(folder) if studio.hosts.are_local() => {
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            let folder = folder.to_string_lossy().replace('\\', "/");
            let folder = folder.trim_start_matches('/').trim_end_matches('/');
            format!("vscode://file/{folder}/{{path}}:{{line}}:{{column}}").into()
        }
        _ => Json::Null,
    }
}
