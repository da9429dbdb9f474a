//! Figures for Prometheus. No label holds an address or a text of a caller's: names come from our
//! own tables, from the configuration and from the project.

mod text;

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::measure::BUCKETS;
use super::problem::Answer;
use super::{Service, Shared};
use crate::mailer::{Rest, Traffic};
use crate::outbox::{AttemptTotal, Millis, OpenBreaker, Series, State as MailState, Stats, Times};
use text::{Kind, Page};

/// The type of the text format.
const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`
pub async fn metrics(State(service): State<Shared>) -> Answer {
    let live = service.current.get();
    let outbox = &live.outbox;
    let now = outbox.clock().now();
    live.mailer.write_times().await;
    let stats = outbox.store().stats(now).await?;
    let open = outbox.store().breakers().await?;
    let mut page = Page::default();
    queue(&mut page, &stats, now);
    attempts(&mut page, &stats);
    times(&mut page, &stats);
    let traffic = live.mailer.traffic().await;
    breakers(&mut page, &traffic, &open, now);
    transports(&mut page, &traffic);
    requests(&mut page, &service);
    reloads(&mut page, &service);
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
    if let Some(claimed) = stats.claimed_at {
        let name = "hongyan_worker_last_claim_age_seconds";
        page.family(name, Kind::Gauge, "How long ago a worker asked for mails");
        page.sample(name, &[], seconds(now - claimed));
    }
}

/// What was recorded by all processes.
fn attempts(page: &mut Page, stats: &Stats) {
    let name = "hongyan_attempts_total";
    page.family(name, Kind::Counter, "Attempts, by transport, what became of the mail, and cause");
    let told = |label: &str| if label.is_empty() { "none".to_owned() } else { label.to_owned() };
    for AttemptTotal { transport, action, cause, count } in &stats.totals {
        let (transport, cause) = (told(transport), told(cause));
        let labels = [("transport", &*transport), ("outcome", action), ("cause", &*cause)];
        page.sample(name, &labels, *count as f64);
    }
}

/// What was timed by all processes.
fn times(page: &mut Page, stats: &Stats) {
    let name = "hongyan_acceptance_to_hand_over_seconds";
    page.family(name, Kind::Histogram, "From when a mail might leave to its hand-over, by lane");
    for times in &stats.times {
        if let Series::HandOver(lane) = times.series {
            distribution(page, name, &[("lane", lane.as_str())], times);
        }
    }
    let name = "hongyan_dot_to_commit_seconds";
    let help = "From a mail's last byte to its durable end: a crash in between leaves it in doubt";
    page.family(name, Kind::Histogram, help);
    for times in stats.times.iter().filter(|times| times.series == Series::Commit) {
        distribution(page, name, &[], times);
    }
}

fn distribution(page: &mut Page, name: &str, labels: &[(&str, &str)], times: &Times) {
    let ends: Vec<f64> = times.series.ends().iter().map(|end| *end as f64 / 1_000.0).collect();
    let (count, sum) = (times.counts.iter().sum(), times.seconds.iter().sum());
    page.histogram(name, labels, &ends, &times.counts, count, sum);
}

/// Whether transports take mails, as all processes know it.
fn breakers(page: &mut Page, all: &[Traffic], open: &[OpenBreaker], now: Millis) {
    let name = "hongyan_breaker_state";
    let help = "1 for the state that it is in: closed takes mails, resting ends by itself, stopped \
                waits for somebody to change something";
    page.family(name, Kind::Gauge, help);
    for traffic in all {
        let is = match traffic.rests {
            None => "closed",
            Some(Rest::For(_)) => "resting",
            Some(Rest::UntilResumed) => "stopped",
        };
        for state in ["closed", "resting", "stopped"] {
            let labels = [("transport", traffic.transport.as_str()), ("state", state)];
            page.sample(name, &labels, f64::from(u8::from(state == is)));
        }
    }
    let name = "hongyan_breaker_open_seconds";
    page.family(name, Kind::Gauge, "How long it has taken nothing, and why");
    for known in open.iter().filter(|known| all.iter().any(|t| t.transport == known.transport)) {
        let labels = [("transport", known.transport.as_str()), ("cause", known.cause().as_str())];
        page.sample(name, &labels, seconds(now - known.since));
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

fn reloads(page: &mut Page, service: &Service) {
    let name = "hongyan_project_reload_failures_total";
    let help = "How often settings or project were read again and not taken: the last good stay";
    page.family(name, Kind::Counter, help);
    page.sample(name, &[], service.reload_failures.load(Ordering::Relaxed) as f64);
}

fn seconds(millis: Millis) -> f64 {
    millis.max(0) as f64 / 1_000.0
}
