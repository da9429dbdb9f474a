//! What a body asks for: one draft for each recipient, and when they may leave.

use serde_json::{Map, Value as Json};

use super::fields::{Fields, missing};
use super::problem::Answer;
use super::reading::bad_field;
use super::tokens::Caller;
use crate::composer::Draft;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::{Instant, TimeZone};
use crate::mail::{Address, Attachment, CustomHeader, DisplayName, Mailbox};
use crate::mailer::Mailer;
use crate::snapshot::RECIPIENT;
use crate::text;

/// The most recipients of one request, each with a mail of its own.
pub const MAX_RECIPIENTS: usize = 100;
/// The most bytes that the mails of one request have attached, each recipient's counted: every mail
/// is kept with its own.
pub const MAX_ATTACHED: usize = 64 * 1024 * 1024;
/// The most copies of one mail.
pub const MAX_COPIES: usize = 20;
/// The most headers of one mail.
pub const MAX_HEADERS: usize = 32;

/// What is to be sent.
pub struct Order {
    /// One for each recipient
    pub drafts: Vec<Draft>,
    /// Whether `to` was a list, so that the answer is one
    pub is_list: bool,
    /// Seconds since 1970
    pub send_at: Option<i64>,
}

impl Order {
    /// How many bytes its mails have attached.
    pub fn attached(&self) -> usize {
        let files = self.drafts.iter().flat_map(|draft| &draft.attachments);
        files.map(|file| file.bytes().len()).sum()
    }
}

/// Reads an order of this caller's. `kind` is that of the address; without one, the body says it.
///
/// # Errors
/// A kind that the caller may not send, before anything is told of it. All that is wrong with the
/// order, its variables included. Where the fields are well, what is wrong with the variables is
/// told by whoever renders the mail.
pub fn read(
    caller: &Caller,
    object: &Map<String, Json>,
    kind: Option<&str>,
    mailer: &Mailer,
) -> Answer<Order> {
    if let Some(kind) = kind.or_else(|| object.get("kind")?.as_str()) {
        caller.must_send(kind)?;
    }
    Ok(read_fields(object, kind, mailer)?)
}

fn read_fields(
    object: &Map<String, Json>,
    kind: Option<&str>,
    mailer: &Mailer,
) -> Result<Order, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut fields = Fields::of(object, "");
    let kind = match kind {
        Some(kind) => Some(kind),
        None => fields.required("kind", &mut faults),
    };
    let locale = fields.text("locale", &mut faults).unwrap_or_default();
    let (to, is_list) = recipients(&mut fields, &mut faults);
    let vars = fields.object("vars", &mut faults);
    let cc = copies(&mut fields, "cc", &mut faults);
    let bcc = copies(&mut fields, "bcc", &mut faults);
    let reply_to =
        fields.get("reply_to").and_then(|value| mailbox(value, "/reply_to", &mut faults));
    let attachments = attachments(&mut fields, &mut faults);
    let headers = headers(&mut fields, &mut faults);
    let send_at = send_at(&mut fields, &mut faults);
    let time_zone = time_zone(&mut fields, &mut faults);
    fields.finish(&mut faults);
    let draft = |to| Draft {
        kind: kind.unwrap_or_default().to_owned(),
        locale: locale.to_owned(),
        vars: vars.cloned().unwrap_or_default(),
        to,
        cc: cc.clone(),
        bcc: bcc.clone(),
        reply_to: reply_to.clone(),
        headers: headers.clone(),
        attachments: attachments.clone(),
        time_zone: time_zone.clone(),
    };
    let bytes = to.len() * attachments.iter().map(|file| file.bytes().len()).sum::<usize>();
    if bytes > MAX_ATTACHED {
        faults.push(too_much_attached("/attachments"));
    }
    if faults.is_empty() {
        return Ok(Order { drafts: to.into_iter().map(draft).collect(), is_list, send_at });
    }
    if kind.is_some() {
        faults.extend(of_draft(&draft(nobody()?), send_at, mailer, &faults));
    }
    Err(faults)
}

/// What else is wrong with an order whose fields are not all well. A place is told once: what could
/// not be read there is not there for the project either.
fn of_draft(
    draft: &Draft,
    send_at: Option<i64>,
    mailer: &Mailer,
    known: &Diagnostics,
) -> Diagnostics {
    let told: Vec<&str> =
        known.iter().filter_map(Diagnostic::json_pointer).filter_map(part).collect();
    let found = placed(mailer.check(draft, send_at)).into_iter();
    found
        .filter(|fault| !fault.json_pointer().and_then(part).is_some_and(|of| told.contains(&of)))
        .collect()
}

/// The field of the body to which a place belongs.
fn part(pointer: &str) -> Option<&str> {
    pointer.split('/').nth(1)
}

/// A recipient for what is checked and not made.
fn nobody() -> Result<Mailbox, Diagnostics> {
    Mailbox::parse(RECIPIENT).map_err(|error| error.diagnostic().into())
}

/// Faults of variables by their place in the body: they are found below `vars`.
pub fn placed(faults: Diagnostics) -> Diagnostics {
    const OURS: [&str; 10] = [
        "kind",
        "locale",
        "to",
        "cc",
        "bcc",
        "reply_to",
        "attachments",
        "headers",
        "send_at",
        "time_zone",
    ];
    let below = |fault: Diagnostic| {
        let Some(pointer) = fault.json_pointer().map(str::to_owned) else { return fault };
        let first = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        let of_vars = fault.code().as_str().starts_with("var_") || !OURS.contains(&first);
        match of_vars {
            true => fault.pointer(format!("/vars{pointer}")),
            false => fault,
        }
    };
    faults.into_iter().map(below).collect()
}

fn recipients(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> (Vec<Mailbox>, bool) {
    match fields.get("to") {
        None => {
            faults.push(missing("/to", "to"));
            (Vec::new(), false)
        }
        Some(Json::Array(list)) => {
            if list.is_empty() || list.len() > MAX_RECIPIENTS {
                faults.push(bad_field(
                    "/to",
                    text!(
                        "`to` lists 1 to {MAX_RECIPIENTS} recipients",
                        "`to` 可列出 1 到 {MAX_RECIPIENTS} 个收件人"
                    ),
                ));
                return (Vec::new(), true);
            }
            let each = list.iter().enumerate();
            let read = each.filter_map(|(at, one)| mailbox(one, &format!("/to/{at}"), faults));
            (read.collect(), true)
        }
        Some(one) => (mailbox(one, "/to", faults).into_iter().collect(), false),
    }
}

/// One or a list.
fn copies(fields: &mut Fields<'_>, name: &'static str, faults: &mut Diagnostics) -> Vec<Mailbox> {
    match fields.get(name) {
        None => Vec::new(),
        Some(Json::Array(list)) if list.len() > MAX_COPIES => {
            let title =
                text!("`{name}` lists at most {MAX_COPIES}", "`{name}` 最多列出 {MAX_COPIES} 个");
            faults.push(bad_field(&format!("/{name}"), title));
            Vec::new()
        }
        Some(Json::Array(list)) => {
            let each = list.iter().enumerate();
            each.filter_map(|(at, one)| mailbox(one, &format!("/{name}/{at}"), faults)).collect()
        }
        Some(one) => mailbox(one, &format!("/{name}"), faults).into_iter().collect(),
    }
}

/// A bare address, or `{email, name}`.
fn mailbox(value: &Json, pointer: &str, faults: &mut Diagnostics) -> Option<Mailbox> {
    let address = |text: &str, pointer: &str, faults: &mut Diagnostics| {
        let read = Address::parse(text);
        read.map_err(|error| faults.push(error.diagnostic().pointer(pointer))).ok()
    };
    match value {
        Json::String(text) => address(text, pointer, faults).map(Mailbox::bare),
        Json::Object(object) => {
            let mut fields = Fields::of(object, pointer);
            let email = fields.required("email", faults);
            let name = fields.text("name", faults).filter(|name| !name.trim().is_empty());
            fields.finish(faults);
            let address = address(email?, &format!("{pointer}/email"), faults)?;
            let Some(name) = name else { return Some(Mailbox::bare(address)) };
            match DisplayName::new(name) {
                Ok(name) => Some(Mailbox::new(name, address)),
                Err(error) => {
                    faults.push(error.diagnostic().pointer(format!("{pointer}/name")));
                    None
                }
            }
        }
        _ => {
            let title = text!(
                "neither an address nor `{{email, name}}`",
                "既不是地址，也不是 `{{email, name}}`"
            );
            faults.push(bad_field(pointer, title));
            None
        }
    }
}

fn attachments(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Vec<Attachment> {
    let list = fields.list("attachments", faults);
    if list.len() > crate::mail::MAX_ATTACHMENTS {
        let most = crate::mail::MAX_ATTACHMENTS;
        let title = text!("at most {most} attachments are taken", "最多 {most} 个附件");
        faults.push(Diagnostic::error(Code::AttachmentInvalid, title).pointer("/attachments"));
        return Vec::new();
    }
    let each = list.iter().enumerate();
    each.filter_map(|(at, one)| attachment(one, &format!("/attachments/{at}"), faults)).collect()
}

fn attachment(value: &Json, pointer: &str, faults: &mut Diagnostics) -> Option<Attachment> {
    let Some(object) = value.as_object() else {
        faults.push(bad_field(pointer, text!("not an object", "不是对象")));
        return None;
    };
    let mut fields = Fields::of(object, pointer);
    let name = fields.required("filename", faults);
    let content = fields.required("content", faults);
    let kind = fields.text("content_type", faults);
    fields.finish(faults);
    match Attachment::from_base64(name?, kind, content?) {
        Ok(attachment) => Some(attachment),
        Err(error) => {
            faults.push(error.diagnostic().pointer(pointer));
            None
        }
    }
}

/// The attachments of all mails are too large together.
pub fn too_much_attached(pointer: &str) -> Diagnostic {
    let most = MAX_ATTACHED / (1024 * 1024);
    let title = text!(
        "the attachments, counted for each recipient, are larger than {most} MB together",
        "附件按每个收件人计算，合计超过 {most} MB"
    );
    let hint = text!(
        "ask for fewer mails at once, or link to the file",
        "请减少一次请求的邮件数，或改为提供文件链接"
    );
    Diagnostic::error(Code::AttachmentsTooLarge, title).pointer(pointer).hint(hint)
}

/// `{name: value}`.
fn headers(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Vec<CustomHeader> {
    let Some(object) = fields.object("headers", faults) else { return Vec::new() };
    if object.len() > MAX_HEADERS {
        let title = text!("at most {MAX_HEADERS} headers are taken", "最多 {MAX_HEADERS} 个邮件头");
        faults.push(bad_field("/headers", title));
        return Vec::new();
    }
    let mut headers: Vec<CustomHeader> = Vec::new();
    for (name, value) in object {
        let shown: String = name.chars().take(76).collect();
        let pointer = format!("/headers/{}", shown.replace('~', "~0").replace('/', "~1"));
        let Some(value) = value.as_str() else {
            faults.push(bad_field(&pointer, text!("not a string", "不是字符串")));
            continue;
        };
        match CustomHeader::new(name, value) {
            Ok(header) if headers.iter().any(|known| same_name(known, &header)) => {
                faults.push(bad_field(&pointer, text!("the header stands twice", "邮件头重复")));
            }
            Ok(header) => headers.push(header),
            Err(error) => faults.push(error.diagnostic().pointer(pointer)),
        }
    }
    headers
}

fn same_name(a: &CustomHeader, b: &CustomHeader) -> bool {
    a.name().eq_ignore_ascii_case(b.name())
}

fn send_at(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<i64> {
    let text = fields.text("send_at", faults)?;
    match Instant::parse(text) {
        Ok(at) => Some(at.unix_seconds()),
        Err(error) => {
            faults.push(error.diagnostic().pointer("/send_at"));
            None
        }
    }
}

fn time_zone(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<TimeZone> {
    let text = fields.text("time_zone", faults)?;
    match TimeZone::parse(text) {
        Ok(zone) => Some(zone),
        Err(error) => {
            faults.push(error.diagnostic().pointer("/time_zone"));
            None
        }
    }
}
