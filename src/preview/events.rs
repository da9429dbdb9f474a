//! What open pages are told: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde_json::{Value as Json, json};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::answer::{Speaks, faults, problem};
use super::{Shared, Studio};
use crate::diagnostic::{Code, Language};

/// Something that a page wants to know.
#[derive(Clone, Debug)]
pub enum News {
    /// The project was loaded, or could not be
    Build,
    /// All mails of this version were checked
    Checked(u64),
    /// A mail was caught
    Caught(String),
    /// The inbox was emptied
    Emptied,
}

/// `GET /api/events`
pub async fn listen(State(studio): State<Shared>, Speaks(language): Speaks) -> Response {
    let Ok(seat) = studio.streams.clone().try_acquire_owned() else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, Code::TooManyStreams, language);
    };
    let news = studio.news.subscribe();
    let listener = Listener { studio, news, language, greeted: false, _seat: seat };
    let stream = unfold(listener, |mut listener| async {
        let event = listener.next().await?;
        Some((Ok::<Event, Infallible>(event), listener))
    });
    let ping = KeepAlive::new().interval(Duration::from_secs(15)).text("ping");
    Sse::new(stream).keep_alive(ping).into_response()
}

struct Listener {
    studio: Shared,
    news: Receiver<News>,
    language: Language,
    greeted: bool,
    /// Counts among those who listen as long as it is held
    _seat: OwnedSemaphorePermit,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(self.build());
        }
        Some(match self.news.recv().await {
            Ok(News::Checked(version)) => event("checked", &json!({"version": version})),
            Ok(News::Caught(id)) => event("inbox", &json!({"id": id})),
            Ok(News::Emptied) => event("inbox", &json!({"id": null})),
            // Whoever is late gets the present state.
            Ok(News::Build) | Err(RecvError::Lagged(_)) => self.build(),
            Err(RecvError::Closed) => return None,
        })
    }

    fn build(&self) -> Event {
        event("build", &state(&self.studio, self.language))
    }
}

fn event(name: &str, data: &Json) -> Event {
    Event::default().event(name).data(data.to_string())
}

/// `{version, ok, faults}`
pub fn state(studio: &Studio, language: Language) -> Json {
    let now = studio.state.now();
    json!({
        "version": now.version(),
        "ok": now.is_ok(),
        "faults": faults(&now.faults, language),
    })
}
