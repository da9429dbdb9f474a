//! The steps towards an SMTP server.

use std::time::{Duration, Instant};

use super::certificate::Seen;
use super::report::{StepName, StepReport};
use super::{DEADLINE, now};
use crate::config::{FromRule, SmtpSettings, Tls};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::mail::Address;
use crate::text;
use crate::transport::{SendError, SmtpTransport, Stage, Step};

/// What is wrong with a connection is told at the step where it shows; those behind it are not
/// tried.
pub(super) async fn examine(
    transport: &SmtpTransport,
    settings: &SmtpSettings,
    from: &Address,
) -> Vec<StepReport> {
    let mut seen = Vec::new();
    let result = transport.probe(Instant::now() + DEADLINE, &mut seen).await;
    let failed = result.err();
    let stopped = failed.as_ref().map(|error| StepName::of(error.stage));
    [StepName::Dns, StepName::Tcp, StepName::Tls, StepName::Ehlo, StepName::Login, StepName::From]
        .into_iter()
        .map(|step| match (&failed, stopped) {
            (Some(error), Some(at)) if step == at => StepReport::failed(step, error),
            (_, Some(at)) if step > at => StepReport::not_tried(step),
            _ => done(step, &seen, settings, from),
        })
        .map(|report| with_from_rule(report, settings, from, failed.as_ref()))
        .collect()
}

fn done(step: StepName, seen: &[Step], settings: &SmtpSettings, from: &Address) -> StepReport {
    let of_step = || seen.iter().filter(|seen| StepName::of(seen.stage) == step);
    let took: Duration = of_step().map(|seen| seen.took).sum();
    let last = of_step().next_back();
    let detail = last.map(|seen| seen.detail.clone()).unwrap_or_default();
    let report = match step {
        StepName::Tls if settings.tls == Tls::None => {
            StepReport::ok(step, text!("not encrypted, as it was asked for", "按设置未加密"))
        }
        StepName::Tls => return encrypted(last, took),
        StepName::Login => match &settings.login {
            Some(_) => StepReport::ok(step, text!("accepted ({detail})", "登录成功（{detail}）")),
            None => StepReport::ok(step, text!("none is configured", "未配置登录")),
        },
        StepName::From => {
            let from = from.masked();
            StepReport::ok(step, text!("{from} may send", "{from} 可以发信"))
        }
        _ => StepReport::ok(step, Text { en: detail.clone(), zh: detail }),
    };
    StepReport { took: Some(took), ..report }
}

/// A certificate that will soon end is told of while there is time.
fn encrypted(step: Option<&Step>, took: Duration) -> StepReport {
    let version = step.map(|step| step.detail.as_str()).unwrap_or_default();
    let certificate = step.and_then(|step| Seen::read(step.certificate.as_deref()?));
    let shown = certificate.as_ref().map(Seen::line).unwrap_or_default();
    let report = StepReport::ok(StepName::Tls, text!("{version} · {shown}", "{version} · {shown}"));
    let soon = certificate.is_some_and(|certificate| certificate.ends_soon(now()));
    let hint = soon.then(|| {
        text!(
            "the certificate ends within two weeks: its owner has to renew it",
            "证书将在两周内到期：需由服务器管理员更新"
        )
    });
    StepReport { hint, took: Some(took), ..report }
}

/// Some servers look at the sender only when the mail has come: the rule is known without asking.
fn with_from_rule(
    report: StepReport,
    settings: &SmtpSettings,
    from: &Address,
    failed: Option<&SendError>,
) -> StepReport {
    let other = settings.login.as_ref().is_some_and(|login| {
        login.user.contains('@') && !login.user.eq_ignore_ascii_case(from.as_str())
    });
    if report.step != StepName::From || !other || failed.is_some_and(|e| e.stage <= Stage::Mail) {
        return report;
    }
    let id = settings.preset.id;
    match settings.preset.from {
        FromRule::MustBeLogin => StepReport::wrong(report.step, &not_the_login(id)),
        FromRule::ReplacedUnlessAlias => StepReport {
            hint: Some(text!(
                "`{id}` writes the login's address over any other that is not a verified alias",
                "`{id}` 会把未验证的发件地址替换为登录地址"
            )),
            ..report
        },
        FromRule::NeedsPermission => StepReport {
            hint: Some(text!(
                "`{id}` needs the permission Send As for another address",
                "使用其他发件地址时，`{id}` 需要 Send As 权限"
            )),
            ..report
        },
        FromRule::Any => report,
    }
}

fn not_the_login(id: &str) -> Diagnostic {
    let title = text!(
        "the sender is not the login, and `{id}` refuses other senders",
        "发件人与登录名不同，而 `{id}` 会拒绝其他发件人"
    );
    Diagnostic::error(Code::SendConfiguration, title).hint(text!(
        "set `EMAILS_FROM_EMAIL` to the same address as `SMTP_USER`",
        "请把 `EMAILS_FROM_EMAIL` 设为与 `SMTP_USER` 相同的地址"
    ))
}
