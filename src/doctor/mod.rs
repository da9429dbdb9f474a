//! How far it is to a provider: env files and configuration, then DNS, TCP, TLS, EHLO, login, the
//! sender and, if asked, a test mail. Each step is as it should be, wrong with a remedy, or was not
//! tried. Nothing is sent unless asked. The outbox is looked at too, where one is named or there.

mod certificate;
mod directmail;
mod domain;
mod name;
mod outbox;
mod report;
mod smtp;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub use domain::{DomainReport, RecordReport};
pub use report::{
    OutboxName, OutboxReport, OutboxStep, Report, Status, StepName, StepReport, TransportReport,
};

use crate::composer::{Composer, Draft};
use crate::config::{Login, NamedTransport, TransportSetting};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language, Text};
use crate::error::Error;
use crate::mail::Address;
use crate::mailer::{Delivery, Mailer, Outfit, Setup};
use crate::text;

/// How long the way to one provider may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Looks at every transport in use. `test` is a mail to send by each.
pub async fn examine(setup: &Setup, outfit: &Outfit<'_>, test: Option<&Draft>) -> Report {
    let mut transports = Vec::new();
    let errors = outfit.errors();
    if errors.has_errors() {
        transports.push(broken("configuration", "", &errors));
    }
    let of_service = outfit.service_errors();
    if of_service.has_errors() {
        transports.push(broken("service", "", &of_service));
    }
    // What is half read would be looked at in vain: nothing is sent until the rest is right.
    let usable = outfit.lines().in_use().filter(|_| !errors.has_errors());
    let mut noticed = noticed(outfit);
    for named in usable {
        let mut report = examine_transport(outfit, named, test).await;
        // They are of all transports together: the first has them.
        if let Some(config) = report.steps.iter_mut().find(|step| step.status == Status::Ok) {
            config.hint = noticed.take();
        }
        transports.push(report);
    }
    let mut senders = outfit.lines().in_use().filter(|named| named.setting.is_real());
    let domain = match senders.find_map(|named| Some((named, named.from.as_ref()?))) {
        Some((named, from)) => {
            let dkim = named.dkim.as_ref();
            let selector = dkim.map(|dkim| (dkim.selector.as_str(), dkim.domain.as_str()));
            Some(domain::examine(from.address().domain(), selector).await)
        }
        None => None,
    };
    let (production, files) = (setup.settings.production, setup.files.listed.clone());
    let outbox = outbox::examine(outfit).await;
    Report { production, files, transports, domain, outbox }
}

async fn examine_transport(
    outfit: &Outfit<'_>,
    named: &NamedTransport,
    test: Option<&Draft>,
) -> TransportReport {
    let mut steps = vec![configured(named)];
    steps.extend(match &named.setting {
        TransportSetting::Smtp(settings) => match (outfit.smtp(named, settings), &named.from) {
            (Ok(transport), Some(from)) => {
                let mut steps = smtp::examine(&transport, settings, from.address()).await;
                let unfilled = settings.login.as_ref().is_some_and(Login::looks_unfilled);
                steps.iter_mut().filter(|_| unfilled).for_each(tell_unfilled);
                steps
            }
            (Err(error), _) => return unusable(named, &error),
            (Ok(_), None) => Vec::new(),
        },
        TransportSetting::DirectMail(settings) => match outfit.directmail(named, settings) {
            Ok(transport) => {
                let mut steps = directmail::examine(&transport, settings).await;
                let unfilled = settings.looks_unfilled();
                steps.iter_mut().filter(|_| unfilled).for_each(tell_unfilled);
                steps
            }
            Err(error) => return unusable(named, &error),
        },
        TransportSetting::Inbox(_) | TransportSetting::File(_) => Vec::new(),
    });
    let fit = steps.iter().all(|step| step.status != Status::Wrong);
    if let (Some(draft), true) = (test, fit) {
        let sent = send(outfit, named, draft).await;
        if sent.status == Status::Ok {
            steps.retain(|step| step.step != StepName::From || step.status == Status::Ok);
        }
        steps.push(sent);
    }
    if let (None, true) = (test, fit) {
        steps.push(not_asked_for());
    }
    let known: Vec<StepName> = steps.iter().map(|step| step.step).collect();
    let missing = StepName::ALL.iter().filter(|step| !known.contains(step));
    let sent = steps.iter().any(|step| step.step == StepName::Send && step.status == Status::Ok);
    steps.extend(missing.map(|step| match (step, &named.from) {
        (StepName::From, Some(from)) if sent => may_send(from.address()),
        (step, _) => StepReport::not_tried(*step),
    }));
    steps.sort_by_key(|step| step.step);
    TransportReport {
        name: named.name.clone(),
        provider: provider(&named.setting).to_owned(),
        steps,
    }
}

/// What was a suspicion is the likely cause once the login is refused.
fn tell_unfilled(step: &mut StepReport) {
    if step.step != StepName::Login || step.code != Some(Code::SendAuth) {
        return;
    }
    let unfilled = text!(
        "the login still looks like a placeholder: set the real one",
        "登录信息看起来仍是占位文字：请改为真实的值"
    );
    step.hint = Some(match step.hint.take() {
        Some(Text { en, zh }) => {
            let Text { en: first_en, zh: first_zh } = unfilled;
            text!("{first_en}\n{en}", "{first_zh}\n{zh}")
        }
        None => unfilled,
    });
}

fn not_asked_for() -> StepReport {
    let detail = text!("`--send-to ADDRESS` sends one", "用 `--send-to 地址` 发送一封");
    StepReport { detail: Some(detail), ..StepReport::not_tried(StepName::Send) }
}

fn may_send(from: &Address) -> StepReport {
    let from = from.masked();
    StepReport::ok(StepName::From, text!("{from} may send", "{from} 可以发信"))
}

/// What the settings come to.
fn configured(named: &NamedTransport) -> StepReport {
    let from = named.from.as_ref().map(|from| from.address().masked()).unwrap_or_default();
    let detail = match &named.setting {
        TransportSetting::Smtp(smtp) => {
            let (host, port) = (&smtp.host, smtp.port);
            text!("{host}:{port}, from {from}", "{host}:{port}，发件人 {from}")
        }
        TransportSetting::DirectMail(account) => {
            let region = account.region.id;
            text!("region {region}, from {from}", "地域 {region}，发信地址 {from}")
        }
        TransportSetting::Inbox(_) => text!("mails stay on this machine", "邮件保留在本机"),
        TransportSetting::File(_) => text!("mails are written to a folder", "邮件写入文件夹"),
    };
    StepReport::ok(StepName::Config, detail)
}

/// What was noticed about the settings, each with its remedy in a line of its own.
fn noticed(outfit: &Outfit<'_>) -> Option<Text> {
    let mut warnings = outfit.warnings();
    // A transport that cannot be made tells so by itself.
    warnings.extend(outfit.foresee().unwrap_or_default());
    let line = |warning: &Diagnostic, language| {
        let hint = warning.remedy().map(|hint| hint.get(language));
        let title = warning.title().get(language);
        let colon = if language == Language::Zh { "：" } else { ": " };
        hint.map_or_else(|| title.to_owned(), |hint| format!("{title}{colon}{hint}"))
    };
    let lines = |language| {
        warnings.iter().map(|warning| line(warning, language)).collect::<Vec<_>>().join("\n")
    };
    (!warnings.is_empty()).then(|| Text { en: lines(Language::En), zh: lines(Language::Zh) })
}

fn unusable(named: &NamedTransport, error: &Error) -> TransportReport {
    broken(&named.name, provider(&named.setting), &error.diagnostics())
}

/// What is wrong before anybody was asked.
fn broken(name: &str, provider: &str, faults: &Diagnostics) -> TransportReport {
    let mut steps: Vec<StepReport> = faults.iter().map(wrongly_set).collect();
    steps.extend(StepName::ALL[1..].iter().map(|step| StepReport::not_tried(*step)));
    TransportReport { name: name.to_owned(), provider: provider.to_owned(), steps }
}

fn wrongly_set(fault: &Diagnostic) -> StepReport {
    let report = StepReport::wrong(StepName::Config, fault);
    let line = fault.line().map(|line| format!(":{line}")).unwrap_or_default();
    let Some(file) = fault.file() else { return report };
    let Text { en, zh } = fault.title();
    let detail = text!("{file}{line}: {en}", "{file}{line}：{zh}");
    StepReport { detail: Some(detail), ..report }
}

/// The provider behind a transport: a preset's id, `aliyun`, `inbox` or `file`.
pub fn provider(setting: &TransportSetting) -> &'static str {
    match setting {
        TransportSetting::Smtp(smtp) => smtp.preset.id,
        TransportSetting::DirectMail(_) => "aliyun",
        TransportSetting::Inbox(_) => "inbox",
        TransportSetting::File(_) => "file",
    }
}

/// The test mail, by this transport alone.
async fn send(outfit: &Outfit<'_>, named: &NamedTransport, draft: &Draft) -> StepReport {
    let began = Instant::now();
    let report = match sent(outfit, named, draft).await {
        Ok(delivery) => {
            let said = delivery.reply.as_ref().map(ToString::to_string).unwrap_or_default();
            let to = &delivery.to;
            StepReport::ok(
                StepName::Send,
                text!("taken for {to}: {said}", "已接收，收件人 {to}：{said}"),
            )
        }
        Err(error) => match (error.send_error(), error.diagnostics().iter().next()) {
            (Some(error), _) => StepReport::failed(StepName::Send, error),
            (None, Some(fault)) => {
                let kind = Some(error.kind());
                StepReport { kind, ..StepReport::wrong(StepName::Send, fault) }
            }
            (None, None) => StepReport::not_tried(StepName::Send),
        },
    };
    StepReport { took: Some(began.elapsed()), ..report }
}

async fn sent(
    outfit: &Outfit<'_>,
    named: &NamedTransport,
    draft: &Draft,
) -> Result<Delivery, Error> {
    let mailer: Mailer = outfit.builder_for(named)?.build()?;
    let delivery = mailer.send(draft).await;
    mailer.close().await;
    delivery
}

/// The mail that `--send-to` sends: the typical sample of the project's notification, else of its
/// first kind.
///
/// # Errors
/// An address or a project that cannot be used.
pub fn test_mail(setup: &Setup, to: &str) -> Result<Draft, Error> {
    let composer = Composer::load(&setup.open_project()?)?;
    let catalog = composer.catalog();
    let wanted = catalog.kinds().find(|kind| kind.name == "notification");
    let kind = match wanted.or_else(|| catalog.kinds().next()) {
        Some(kind) => kind,
        None => catalog.kind("notification")?,
    };
    let locale = &catalog.settings.default_locale;
    let vars = kind.sample("typical", locale).unwrap_or_default();
    Ok(Draft::new(&kind.name, locale.as_str(), to)?.vars(vars)?)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
