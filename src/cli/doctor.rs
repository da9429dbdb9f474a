//! `hongyan doctor`

use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr;

use super::args::Doctor;
use super::exit::{Exit, Failure};
use super::voice::Voice;
use super::wait::wait;
use crate::config::files::Listed;
use crate::diagnostic::{Code, Text};
use crate::doctor::{
    DomainReport, OutboxName, OutboxReport, RecordReport, Report, Status, StepName, StepReport,
    TransportReport, examine, test_mail,
};
use crate::error::ErrorKind;
use crate::mailer::Setup;
use crate::text;

/// How wide the names of the steps are.
const COLUMN: usize = 12;

pub fn run(doctor: &Doctor, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let test = doctor.send_to.as_deref().map(|to| test_mail(setup, to)).transpose()?;
    let outfit = setup.outfit()?;
    super::log::begin_quietly();
    let report = wait(examine(setup, &outfit, test.as_ref()))?;
    match voice.json {
        true => voice.document(&document(&report, voice)),
        false => {
            if outfit.is_unset() {
                tell_of_inbox(voice);
            }
            tell(&report, voice);
        }
    }
    let of_outbox = report.outbox_faults().filter_map(|step| step.kind).map(Exit::of_kind);
    let exits = report.faults().map(exit_of).chain(of_outbox);
    Ok(exits.fold(Exit::Done, Exit::worst))
}

/// The test mail ends as `send` would. Before it: a connection that cannot be made may be there
/// later; what is configured stays wrong, and so does a clock.
fn exit_of(fault: &StepReport) -> Exit {
    match (fault.step, fault.kind, fault.code) {
        (StepName::Send, Some(kind), _) => Exit::of_kind(kind),
        (_, _, Some(Code::SendClock)) => Exit::Configuration,
        (StepName::Config, ..) => Exit::Configuration,
        (_, Some(ErrorKind::Transient | ErrorKind::InDoubt | ErrorKind::Io), _) => Exit::NotNow,
        _ => Exit::Configuration,
    }
}

fn document(report: &Report, voice: &Voice) -> Json {
    let files = report.files.iter().map(|file| {
        json!({
            "path": file.path,
            "status": file.status.as_str(),
            "why": file.why.get(voice.language()),
        })
    });
    let transports = report.transports.iter().map(|transport| {
        let steps = transport.steps.iter().map(|step| step_document(step, voice));
        json!({
            "name": transport.name,
            "provider": transport.provider,
            "steps": steps.collect::<Json>(),
        })
    });
    json!({
        "ok": report.is_ok(),
        "production": report.production,
        "files": files.collect::<Json>(),
        "transports": transports.collect::<Json>(),
        "domain": report.domain.as_ref().map(|domain| domain_document(domain, voice)),
        "outbox": report.outbox.as_ref().map(|outbox| outbox_document(outbox, voice)),
    })
}

fn step_document(step: &StepReport, voice: &Voice) -> Json {
    let shown = |text: &Option<Text>| text.as_ref().map(|t| t.get(voice.language()).to_owned());
    json!({
        "step": step.step.as_str(),
        "status": step.status.as_str(),
        "code": step.code.map(Code::as_str),
        "detail": shown(&step.detail),
        "hint": shown(&step.hint),
        "ms": step.took.map(|took| took.as_micros() as f64 / 1_000.0),
    })
}

fn outbox_document(outbox: &OutboxReport, voice: &Voice) -> Json {
    let steps = outbox.steps.iter().map(|step| {
        json!({
            "step": step.name.as_str(),
            "status": step.status.as_str(),
            "code": step.code.map(Code::as_str),
            "detail": step.detail.get(voice.language()),
            "hint": step.hint.as_ref().map(|hint| hint.get(voice.language())),
        })
    });
    json!({"path": outbox.path, "steps": steps.collect::<Json>()})
}

fn domain_document(domain: &DomainReport, voice: &Voice) -> Json {
    let record = |record: &RecordReport| {
        let hint = record.hint.as_ref().map(|hint| hint.get(voice.language()));
        json!({"status": record.status.as_str(), "record": record.record, "hint": hint})
    };
    json!({
        "name": domain.domain,
        "spf": record(&domain.spf),
        "dkim": record(&domain.dkim),
        "dmarc": record(&domain.dmarc),
    })
}

fn tell_of_inbox(voice: &Voice) {
    voice.say(&text!(
        "no mail variable is set: mails are caught in the file inbox",
        "没有设置任何邮件变量：邮件会存入文件收件箱"
    ));
}

fn tell(report: &Report, voice: &Voice) {
    for Listed { path, status, why } in &report.files {
        let Text { en, zh } = why;
        let (read_en, read_zh) = match status.as_str() {
            "read" => ("read", "已读取"),
            _ => ("skipped", "已跳过"),
        };
        voice.say(&text!("{read_en} {path}: {en}", "{read_zh} {path}：{zh}"));
    }
    if report.files.is_empty() {
        voice.say(&text!(
            "no env file is read: `--env-file FILE` names one",
            "没有读取 env 文件：可用 `--env-file 文件` 指定"
        ));
    }
    report.transports.iter().for_each(|transport| tell_transport(transport, voice));
    if let Some(domain) = &report.domain {
        tell_domain(domain, voice);
    }
    if let Some(outbox) = &report.outbox {
        tell_outbox(outbox, voice);
    }
    voice.line("");
    voice.say(&verdict(report));
}

fn verdict(report: &Report) -> Text {
    let doubtful = report.domain.as_ref().is_some_and(|domain| {
        [&domain.spf, &domain.dkim, &domain.dmarc].iter().any(|r| r.status == Status::Wrong)
    });
    let sends = report.faults().next().is_none();
    match (report.is_ok(), doubtful) {
        (false, _) if sends => text!("something is wrong with the outbox", "待发队列有问题"),
        (false, _) => text!("mail will not leave like this", "这样邮件发不出去"),
        (true, true) => text!(
            "mail leaves, but receivers may doubt it: the domain lacks records",
            "邮件可以发出，但域名缺少记录，收件方可能不信任"
        ),
        (true, false) => text!("nothing wrong was found", "没有发现问题"),
    }
}

fn tell_transport(transport: &TransportReport, voice: &Voice) {
    voice.line("");
    match transport.provider.is_empty() {
        // What is wrong is of no transport alone.
        true => voice.say(&text!("configuration", "配置")),
        false => voice.line(&transport.name),
    }
    let local = matches!(transport.provider.as_str(), "inbox" | "file");
    let shown = |step: &&StepReport| !local || step.status != Status::NotTried;
    let mut untried = Vec::new();
    for step in transport.steps.iter().filter(shown) {
        let Some(detail) = &step.detail else {
            untried.push(name(step.step).get(voice.language()).to_owned());
            continue;
        };
        let ms = step.took.map(|took| format!("  ({} ms)", took.as_millis())).unwrap_or_default();
        let name = name(step.step);
        let line = format!("{}{ms}", detail.get(voice.language()));
        voice.line(&row(step.status, name.get(voice.language()), &line));
        for hint in step.hint.iter().flat_map(|hint| hint.get(voice.language()).lines()) {
            voice.line(&format!("    {}→ {hint}", " ".repeat(COLUMN)));
        }
    }
    if !untried.is_empty() {
        let comma = text!(", ", "、");
        let names = untried.join(comma.get(voice.language()));
        let not_tried = text!("not tried", "未检查");
        voice.line(&row(Status::NotTried, not_tried.get(voice.language()), &names));
    }
}

fn row(status: Status, name: &str, detail: &str) -> String {
    let gap = " ".repeat(COLUMN.saturating_sub(name.width()));
    format!("  {} {name}{gap}{detail}", mark(status))
}

fn mark(status: Status) -> &'static str {
    match status {
        Status::Ok => "✓",
        Status::Wrong => "✗",
        Status::NotTried => "·",
    }
}

fn name(step: StepName) -> Text {
    match step {
        StepName::Config => text!("settings", "配置"),
        StepName::Dns => text!("DNS", "DNS"),
        StepName::Tcp => text!("connection", "连接"),
        StepName::Tls => text!("TLS", "TLS"),
        StepName::Ehlo => text!("greeting", "问候"),
        StepName::Login => text!("login", "登录"),
        StepName::From => text!("sender", "发件人"),
        StepName::Send => text!("test mail", "测试邮件"),
    }
}

fn tell_domain(domain: &DomainReport, voice: &Voice) {
    voice.line("");
    voice.line(&domain.domain);
    for (name, record) in [("SPF", &domain.spf), ("DKIM", &domain.dkim), ("DMARC", &domain.dmarc)] {
        let hint = record.hint.as_ref().map(|hint| hint.get(voice.language()));
        let shown = record.record.as_deref().or(hint).unwrap_or_default();
        voice.line(&row(record.status, name, shown));
    }
}

fn tell_outbox(outbox: &OutboxReport, voice: &Voice) {
    let path = &outbox.path;
    voice.line("");
    voice.say(&text!("outbox {path}", "待发队列 {path}"));
    for step in &outbox.steps {
        let name = match step.name {
            OutboxName::File => text!("file", "文件"),
            OutboxName::Room => text!("room", "空间"),
            _ => text!("mails", "邮件"),
        };
        let language = voice.language();
        voice.line(&row(step.status, name.get(language), step.detail.get(language)));
        if let Some(hint) = &step.hint {
            voice.line(&format!("    {}→ {}", " ".repeat(COLUMN), hint.get(language)));
        }
    }
}
