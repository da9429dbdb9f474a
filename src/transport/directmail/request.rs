//! A mail as the fields of `SingleSendMail`, and what those fields cannot hold.

use serde_json::{Map, Value as Json};
use url::form_urlencoded;

use super::MAX_SUBJECT;
use crate::compose::{Profile, sender};
use crate::config::Region;
use crate::diagnostic::Text;
use crate::text;
use crate::transport::{Cause, Outgoing, Retry, SendError, Stage};

/// The largest body that the API takes, by the most careful of its pages.
pub(super) const MAX_BYTES: usize = 6_000_000;

/// Further headers are ignored without a word.
const MAX_HEADERS: usize = 10;

/// Whether a header that a caller set gets through.
pub(super) fn carries_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "list-unsubscribe" || name == "list-unsubscribe-post" || name.starts_with("x-user-")
}

/// The body of the request.
///
/// # Errors
/// What the API cannot carry. Whoever plans knows beforehand; nothing is left out for those who
/// do not.
pub(super) fn form(
    mail: &Outgoing<'_>,
    profile: &Profile,
    region: &Region,
) -> Result<String, SendError> {
    check(mail).map_err(|what| cannot_carry(Cause::Content, what, region))?;
    let form = fields(mail, profile)
        .into_iter()
        .fold(form_urlencoded::Serializer::new(String::new()), |mut form, (name, value)| {
            form.append_pair(name, &value);
            form
        })
        .finish();
    match form.len() <= MAX_BYTES {
        true => Ok(form),
        false => Err(cannot_carry(Cause::Size, too_large(form.len()), region)),
    }
}

fn fields(mail: &Outgoing<'_>, profile: &Profile) -> Vec<(&'static str, String)> {
    let Outgoing { rendered, message, .. } = mail;
    let from = sender(rendered, profile);
    let mut fields = vec![
        ("AccountName", from.address().as_str().to_owned()),
        ("AddressType", "1".into()),
        ("ReplyToAddress", "false".into()),
        ("ToAddress", message.envelope().to.as_str().to_owned()),
        ("Subject", rendered.subject.as_str().to_owned()),
        ("HtmlBody", rendered.page(&profile.images)),
        ("TextBody", rendered.text.clone()),
        ("ClickTrace", "0".into()),
        ("UnSubscribeLinkType", "disabled".into()),
        ("Headers", Json::Object(headers(mail)).to_string()),
    ];
    fields.extend(from.name().map(|name| ("FromAlias", name.as_str().to_owned())));
    if let Some(reply_to) = &rendered.recipients.reply_to {
        fields.push(("ReplyAddress", reply_to.address().as_str().to_owned()));
        fields.extend(reply_to.name().map(|name| ("ReplyAddressAlias", name.as_str().to_owned())));
    }
    fields
}

fn headers(mail: &Outgoing<'_>) -> Map<String, Json> {
    let message_id = ("Message-ID", mail.seal.message_id().as_str().to_owned());
    let opt_out = mail.rendered.opt_out_headers();
    let ours = std::iter::once(message_id).chain(opt_out);
    let ours = ours.map(|(name, value)| (name.to_owned(), value.into()));
    let theirs = mail.rendered.headers.iter();
    let theirs = theirs.map(|header| (header.name().to_owned(), header.value().into()));
    ours.chain(theirs).collect()
}

/// What the fields have no room for.
fn check(mail: &Outgoing<'_>) -> Result<(), Text> {
    let rendered = mail.rendered;
    if !rendered.attachments.is_empty() {
        return Err(text!("DirectMail's API carries no attachments", "邮件推送的 API 不支持附件"));
    }
    if !rendered.recipients.cc.is_empty() {
        return Err(text!("DirectMail's API knows no Cc", "邮件推送的 API 不支持抄送"));
    }
    if rendered.subject.as_str().chars().count() > MAX_SUBJECT {
        return Err(text!(
            "the subject is longer than the {MAX_SUBJECT} characters that DirectMail takes",
            "主题超过了邮件推送允许的 {MAX_SUBJECT} 个字符"
        ));
    }
    if let Some(header) = rendered.headers.iter().find(|header| !carries_header(header.name())) {
        let name = header.name();
        return Err(text!(
            "DirectMail's API does not carry the header `{name}`",
            "邮件推送的 API 不支持邮件头 `{name}`"
        ));
    }
    if headers(mail).len() > MAX_HEADERS {
        return Err(text!(
            "DirectMail's API carries at most {MAX_HEADERS} headers",
            "邮件推送的 API 最多支持 {MAX_HEADERS} 个邮件头"
        ));
    }
    Ok(())
}

fn too_large(size: usize) -> Text {
    let most = MAX_BYTES / 1_000_000;
    text!(
        "the request would have {size} bytes, and DirectMail's API takes {most} MB",
        "请求大小为 {size} 字节，而邮件推送的 API 最多接受 {most} MB"
    )
}

fn cannot_carry(cause: Cause, what: Text, region: &Region) -> SendError {
    let smtp = region.smtp;
    SendError::new(Stage::Prepare, cause, what).retry(Retry::Never).hint(text!(
        "send this mail by DirectMail's SMTP server: `EMAIL_PROVIDER=aliyun-smtp` ({smtp})",
        "这封邮件请改用邮件推送的 SMTP 服务器：`EMAIL_PROVIDER=aliyun-smtp`（{smtp}）"
    ))
}
