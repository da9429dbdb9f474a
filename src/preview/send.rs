//! `POST /api/send`: a test through a configured transport, to those whom the project names.

use axum::Json as JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::answer::{Answer, Object, Speaks, faults, refused, work};
use super::rendering::{below_vars, current};
use super::{Shared, Studio, render};
use crate::composer::Draft;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language};
use crate::doctor::provider;
use crate::error::{Error, ErrorKind};
use crate::mailer::{Mailer, failed_receipt};
use crate::text;

/// `GET /api/transports`
pub async fn transports(State(studio): State<Shared>, Speaks(language): Speaks) -> Answer {
    let list = work(language, move || -> Result<Json, Diagnostics> {
        let outfit = studio.setup.outfit_of(current(&studio)?.tree.clone());
        let told = outfit
            .lines()
            .transports()
            .iter()
            .map(|named| json!({"name": named.name, "provider": provider(&named.setting)}));
        Ok(told.collect())
    });
    let list = list.await?.map_err(|list| refused(&list, language))?;
    Ok(JsonBody(list).into_response())
}

/// Sends one mail and answers with its receipt.
pub async fn send(
    State(studio): State<Shared>,
    Speaks(language): Speaks,
    object: Object,
) -> Answer {
    let prepared = work(language, move || prepare(&studio, &object)).await?;
    let (mailer, draft) = match prepared {
        Ok(prepared) => prepared,
        Err(Unready::Mail(list)) => return Err(refused(&below_vars(list), language)),
        Err(Unready::Setup(error)) => return Err(failed(None, &error, language)),
    };
    let result = mailer.send(&draft).await;
    mailer.close().await;
    match result {
        Ok(delivery) => Ok(JsonBody(delivery).into_response()),
        Err(error) => Err(failed(Some(&draft), &error, language)),
    }
}

enum Unready {
    Mail(Diagnostics),
    Setup(Error),
}

impl<T: Into<Diagnostics>> From<T> for Unready {
    fn from(faults: T) -> Self {
        Unready::Mail(faults.into())
    }
}

fn prepare(studio: &Studio, object: &Object) -> Result<(Mailer, Draft), Unready> {
    let build = current(studio)?;
    let to = object.text("to").unwrap_or_default();
    let draft = render::wish(object).draft(&build, Some(to))?;
    let allowed = &build.stage.composer.catalog().settings.send_to;
    if !allowed.takes(draft.to.address()) {
        return Err(not_allowed().into());
    }
    // What is wrong with the mail is told before anybody is asked to take it.
    build.stage.composer.render(&draft)?;
    let outfit = studio.setup.outfit_of(build.tree.clone());
    let builder = match object.text("via").filter(|via| !via.is_empty()) {
        None => outfit.builder(None),
        // Only what is configured: a URL in a request leads nowhere.
        Some(via) => match outfit.lines().transports().iter().find(|named| named.name == via) {
            Some(named) => outfit.builder_for(named),
            None => return Err(no_transport(via).into()),
        },
    };
    let mailer = builder.and_then(|builder| builder.build()).map_err(Unready::Setup)?;
    Ok((mailer, draft))
}

/// `{faults, receipt}`, with the server's answer where there was one.
fn failed(draft: Option<&Draft>, error: &Error, language: Language) -> Response {
    let status = match error.kind() {
        ErrorKind::Mail | ErrorKind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Transient => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::InDoubt => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Configuration | ErrorKind::Io => StatusCode::BAD_GATEWAY,
    };
    let receipt = draft.map(|draft| failed_receipt(draft, error, language));
    let told = json!({"faults": faults(&error.diagnostics(), language), "receipt": receipt});
    (status, JsonBody(told)).into_response()
}

fn not_allowed() -> Diagnostic {
    Diagnostic::error(
        Code::SendToRefused,
        text!("tests may not be sent to this address", "不允许向该地址发送测试邮件"),
    )
    .pointer("/to")
    .hint(text!(
        "name it in `hongyan.yaml`: `preview: {{ send_to: [\"you@example.com\", \"@example.com\"] }}`",
        "请在 `hongyan.yaml` 中写明：`preview: {{ send_to: [\"you@example.com\", \"@example.com\"] }}`"
    ))
}

fn no_transport(via: &str) -> Diagnostic {
    let via: String = via.chars().take(64).collect();
    Diagnostic::error(
        Code::ViaInvalid,
        text!("no transport is called `{via}`", "没有名为 `{via}` 的通道"),
    )
    .pointer("/via")
}
