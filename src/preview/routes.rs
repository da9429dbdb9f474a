//! Which handler answers which address.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};

use super::answer::{Speaks, not_found};
use super::security::{guard, login};
use super::{
    Shared, app, deliveries, events, frames, inbox, project, render, samples, send, snapshots,
};

/// The whole studio, behind its guard.
pub fn routes(studio: Shared) -> Router {
    Router::new()
        .merge(pages())
        .merge(mails())
        .merge(api())
        .fallback(nothing)
        .layer(from_fn_with_state(studio.clone(), guard))
        .with_state(studio)
}

fn pages() -> Router<Shared> {
    Router::new()
        .route("/", get(app::index))
        .route("/t/{kind}", get(app::index))
        .route("/sheet", get(app::index))
        .route("/inbox", get(app::index))
        .route("/inbox/{id}", get(app::index))
        .route("/outbox", get(app::index))
        .route("/studio/{file}", get(app::asset))
        .route("/login", post(login))
}

fn mails() -> Router<Shared> {
    Router::new()
        .route("/mail/{kind}/{locale}", get(frames::mail))
        .route("/text/{kind}/{locale}", get(frames::text))
        .route("/eml/{kind}/{locale}", get(frames::eml))
        .route("/html/{kind}/{locale}", get(frames::html))
        .route("/snapshot/{kind}/{locale}/{sample}", get(snapshots::old))
        .route("/inbox/{id}/mail", get(inbox::mail))
        .route("/inbox/{id}/eml", get(inbox::eml))
        .route("/source", get(project::source))
}

fn api() -> Router<Shared> {
    Router::new()
        .route("/api/project", get(project::project))
        .route("/api/sample/{kind}/{locale}/{sample}", get(project::sample))
        .route("/api/render", post(render::render))
        .route("/api/events", get(events::listen))
        .route("/api/snapshot/{kind}/{locale}/{sample}", get(snapshots::compare))
        .route("/api/snapshot/accept", post(snapshots::take_over))
        .route("/api/samples", post(samples::save))
        .route("/api/send", post(send::send))
        .route("/api/transports", get(send::transports))
        .route("/api/inbox", get(inbox::list).delete(inbox::empty))
        .route("/api/inbox/{id}", get(inbox::one))
        .route("/api/outbox", get(deliveries::list))
        .route("/api/outbox/{id}", get(deliveries::one))
        .route("/v1/inbox", axum::routing::delete(inbox::empty))
        .route("/v1/inbox/wait", get(inbox::wait))
}

async fn nothing(Speaks(language): Speaks) -> Response {
    not_found(language)
}
