//! Figures for Prometheus. No label holds an address or a text of a caller's: names come from our
//! own tables, from the configuration and from the project.

mod text;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::measure::BUCKETS;
use super::problem::Answer;
use super::{Service, Shared};
use crate::mailer::Traffic;
use crate::outbox::{Millis, State as MailState, Stats};
use text::{Kind, Page};

/// The type of the text format.
const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`
pub async fn metrics(State(service): State<Shared>) -> Answer {
    let live = service.current.get();
    let outbox = &live.outbox;
    let now = outbox.clock().now();
    let stats = outbox.store().stats(now).await?;
    let mut page = Page::default();
    queue(&mut page, &stats, now);
    transports(&mut page, &live.mailer.traffic().await);
    requests(&mut page, &service);
    Ok(([(CONTENT_TYPE, TYPE)], page.finish()).into_response())
}

fn queue(page: &mut Page, stats: &Stats, now: Millis) {
    page.family("hongyan_queue_depth", Kind::Gauge, "Mails that may leave now, by lane");
    for (lane, depth, _) in &stats.lanes {
        page.sample("hongyan_queue_depth", &[("lane", lane.as_str())], *depth as f64);
    }
    let age = "hongyan_queue_oldest_age_seconds";
    page.family(age, Kind::Gauge, "How long the oldest of them has waited, by lane");
    for (lane, _, oldest) in &stats.lanes {
        let waited = oldest.map_or(0.0, |oldest| seconds(now - oldest));
        page.sample(age, &[("lane", lane.as_str())], waited);
    }
    page.family("hongyan_messages", Kind::Gauge, "Mails in the outbox, by state");
    for (name, state) in MailState::NAMES {
        let count = stats.states.iter().find(|(known, _)| *known == state);
        let count = count.map_or(0.0, |(_, count)| *count as f64);
        page.sample("hongyan_messages", &[("state", name)], count);
    }
    let attempts = "hongyan_attempts_recent";
    page.family(attempts, Kind::Gauge, "Attempts of late, by transport and cause");
    for (transport, cause, count) in &stats.attempts {
        let labels = [("transport", transport.as_str()), ("cause", cause.as_str())];
        page.sample(attempts, &labels, *count as f64);
    }
    if let Some(claimed) = stats.claimed_at {
        let name = "hongyan_worker_last_claim_age_seconds";
        page.family(name, Kind::Gauge, "How long ago a worker asked for mails");
        page.sample(name, &[], seconds(now - claimed));
    }
}

fn transports(page: &mut Page, all: &[Traffic]) {
    let mut each = |name: &str, help: &str, value: &dyn Fn(&Traffic) -> Option<f64>| {
        page.family(name, Kind::Gauge, help);
        for traffic in all {
            if let Some(value) = value(traffic) {
                page.sample(name, &[("transport", traffic.transport.as_str())], value);
            }
        }
    };
    each(
        "hongyan_transport_open",
        "Whether it takes mails: 0 while it rests or is stopped",
        &|t| Some(if t.rests.is_none() { 1.0 } else { 0.0 }),
    );
    each("hongyan_transport_under_way", "Mails that this process hands to it", &|t| {
        Some(t.under_way as f64)
    });
    each("hongyan_transport_waiting", "Mails that wait here for its pace", &|t| {
        Some(t.waiting as f64)
    });
    each("hongyan_transport_quota_left", "Mails that its quota still lets go today", &|t| {
        t.quota_left.map(f64::from)
    });
    each(
        "hongyan_transport_expected_wait_seconds",
        "How long a security mail would wait for it; none while it is stopped",
        &|t| t.expected_wait.map(|wait| wait.as_secs_f64()),
    );
}

fn requests(page: &mut Page, service: &Service) {
    let name = "hongyan_http_request_duration_seconds";
    page.family(name, Kind::Histogram, "Requests, by method, route and status");
    for ((method, route, status), times) in service.requests.all() {
        let status = status.to_string();
        let labels = [("method", method), ("route", &route), ("status", &status)];
        page.histogram(name, &labels, &BUCKETS, &times.counts, times.count, times.sum);
    }
}

fn seconds(millis: Millis) -> f64 {
    millis.max(0) as f64 / 1_000.0
}
