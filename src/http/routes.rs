//! The one table of addresses: it mounts them and describes them in the OpenAPI document.
//!
//! The document is built from this table and the catalog instead of by macros: most of it, the
//! typed requests of each kind, is known only once a project is loaded.

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};

use super::guard::guard;
use super::problem::Problem;
use super::{Shared, batch, health, inbox, lookup, messages, metrics, shows, suppressions};
use crate::diagnostic::Code;

/// Who may use an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody
    Open,
    /// Whoever has a token
    Token,
    /// Whoever may send mails of the kind
    Send,
    /// Scope `read`
    Read,
    /// Scope `manage`
    Manage,
}

/// One method of one address.
pub struct Route {
    /// GET, POST or DELETE
    pub method: &'static str,
    /// The template
    pub path: &'static str,
    /// `operationId`
    pub id: &'static str,
    /// Who may
    pub access: Access,
    /// One sentence
    pub summary: &'static str,
    /// Parameters of the query: name and schema in the document
    pub query: &'static [(&'static str, &'static str)],
    /// The schema of the body
    pub body: Option<&'static str>,
    /// Statuses of success with their schemas
    pub answers: &'static [(u16, &'static str)],
    /// Statuses of problems beside those that every address has
    pub problems: &'static [u16],
    mount: fn() -> MethodRouter<Shared>,
}

const SENDING: &[u16] = &[409, 413, 415, 422, 429];

/// All addresses.
pub const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        path: "/v1/messages",
        id: "send_message",
        access: Access::Send,
        summary: "Accept a mail, or one for each recipient of a list",
        query: &[("wait", "Wait")],
        body: Some("Message"),
        answers: &[(202, "AcceptedOrList"), (200, "ReceiptOrList")],
        problems: SENDING,
        mount: || post(messages::send),
    },
    Route {
        method: "POST",
        path: "/v1/kinds/{kind}/messages",
        id: "send_{kind}",
        access: Access::Send,
        summary: "Accept a mail of this kind",
        query: &[("wait", "Wait")],
        body: Some("{Kind}Message"),
        answers: &[(202, "AcceptedOrList"), (200, "ReceiptOrList")],
        problems: SENDING,
        mount: || post(messages::send_kind),
    },
    Route {
        method: "POST",
        path: "/v1/messages/batch",
        id: "send_batch",
        access: Access::Send,
        summary: "Accept many requests; each is answered by itself",
        query: &[],
        body: Some("Batch"),
        answers: &[(200, "BatchAnswer")],
        problems: &[413, 415, 422],
        mount: || post(batch::send),
    },
    Route {
        method: "GET",
        path: "/v1/messages",
        id: "list_messages",
        access: Access::Read,
        summary: "List mails, newest first",
        query: &[
            ("state", "States"),
            ("kind", "Text"),
            ("to", "Email"),
            ("before", "Id"),
            ("limit", "Limit"),
        ],
        body: None,
        answers: &[(200, "MailList")],
        problems: &[],
        mount: || get(lookup::list),
    },
    Route {
        method: "GET",
        path: "/v1/messages/{id}",
        id: "get_message",
        access: Access::Read,
        summary: "What became of a mail, with every attempt",
        query: &[],
        body: None,
        answers: &[(200, "MailWithAttempts")],
        problems: &[],
        mount: || get(lookup::show),
    },
    Route {
        method: "POST",
        path: "/v1/messages/{id}/cancel",
        id: "cancel_message",
        access: Access::Manage,
        summary: "Stop a mail that was not handed over yet",
        query: &[],
        body: None,
        answers: &[(200, "MailWithAttempts")],
        problems: &[409, 413],
        mount: || post(lookup::cancel),
    },
    Route {
        method: "POST",
        path: "/v1/messages/{id}/retry",
        id: "retry_message",
        access: Access::Manage,
        summary: "Queue a failed, unknown or expired mail again, or hurry a queued one",
        query: &[],
        body: None,
        answers: &[(200, "MailWithAttempts")],
        problems: &[409, 413],
        mount: || post(lookup::retry),
    },
    Route {
        method: "POST",
        path: "/v1/render",
        id: "render",
        access: Access::Send,
        summary: "Render a mail without keeping or sending it",
        query: &[],
        body: Some("Draft"),
        answers: &[(200, "Rendered")],
        problems: &[413, 415, 422],
        mount: || post(shows::render),
    },
    Route {
        method: "GET",
        path: "/v1/kinds",
        id: "list_kinds",
        access: Access::Token,
        summary: "List the kinds of the project",
        query: &[],
        body: None,
        answers: &[(200, "Kinds")],
        problems: &[],
        mount: || get(shows::kinds),
    },
    Route {
        method: "GET",
        path: "/v1/kinds/{kind}",
        id: "get_kind",
        access: Access::Token,
        summary: "One kind, with the JSON Schema of its variables",
        query: &[],
        body: None,
        answers: &[(200, "KindWithSchema")],
        problems: &[],
        mount: || get(shows::kind),
    },
    Route {
        method: "GET",
        path: "/v1/inbox/wait",
        id: "wait_for_mail",
        access: Access::Read,
        summary: "Wait for a caught mail; only with the inbox transport",
        query: &[("to", "Email"), ("kind", "KindName"), ("after", "Id"), ("timeout", "Wait")],
        body: None,
        answers: &[(200, "CaughtMail")],
        problems: &[],
        mount: || get(inbox::wait),
    },
    Route {
        method: "DELETE",
        path: "/v1/inbox",
        id: "empty_inbox",
        access: Access::Manage,
        summary: "Remove all caught mails; only with the inbox transport",
        query: &[],
        body: None,
        answers: &[(200, "Removed")],
        problems: &[413],
        mount: || delete(inbox::empty),
    },
    Route {
        method: "GET",
        path: "/v1/suppressions",
        id: "list_suppressions",
        access: Access::Read,
        summary: "List addresses that refused mail for good, newest first",
        query: &[("limit", "LongLimit")],
        body: None,
        answers: &[(200, "Suppressions")],
        problems: &[],
        mount: || get(suppressions::list),
    },
    Route {
        method: "DELETE",
        path: "/v1/suppressions/{recipient}",
        id: "lift_suppression",
        access: Access::Manage,
        summary: "Take mails to an address again",
        query: &[],
        body: None,
        answers: &[(204, "")],
        problems: &[413],
        mount: || delete(suppressions::lift),
    },
    Route {
        method: "GET",
        path: "/healthz",
        id: "health",
        access: Access::Open,
        summary: "Whether the service lives",
        query: &[],
        body: None,
        answers: &[(200, "Status")],
        problems: &[],
        mount: || get(health::lives),
    },
    Route {
        method: "GET",
        path: "/readyz",
        id: "readiness",
        access: Access::Open,
        summary: "Whether the service can take mails",
        query: &[],
        body: None,
        answers: &[(200, "Status")],
        problems: &[],
        mount: || get(health::ready),
    },
    Route {
        method: "GET",
        path: "/metrics",
        id: "metrics",
        access: Access::Read,
        summary: "Counts and times, for Prometheus",
        query: &[],
        body: None,
        answers: &[(200, "text/plain")],
        problems: &[],
        mount: || get(metrics::metrics),
    },
    Route {
        method: "GET",
        path: "/openapi.json",
        id: "openapi",
        access: Access::Token,
        summary: "This document",
        query: &[],
        body: None,
        answers: &[(200, "Object")],
        problems: &[],
        mount: || get(shows::openapi),
    },
];

impl Route {
    /// Whether a request by this method comes here.
    pub fn takes(&self, method: &Method) -> bool {
        self.method == method.as_str() || (self.method == "GET" && method == Method::HEAD)
    }
}

/// The whole service, behind its guard.
pub fn routes(service: Shared) -> Router {
    let mounted = ROUTES
        .iter()
        .fold(Router::new(), |router, route| router.route(route.path, (route.mount)()));
    mounted
        .fallback(async || Problem::not_found(Code::NotFound))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed)
        })
        .layer(from_fn_with_state(service.clone(), guard))
        .with_state(service)
}
