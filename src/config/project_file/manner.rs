//! `pace`, `connections`, `quota`, `dkim` and `images` of a transport.

use url::Url;

use crate::config::choice::Choice;
use crate::config::manner::{DkimSetting, Pace, Quota};
use crate::diagnostic::Diagnostics;
use crate::locale::TimeZone;
use crate::mail::Address;
use crate::text;
use crate::yaml::{Fields, Node};

/// How a transport is used.
pub(super) struct Manner {
    pub pace: Option<Pace>,
    pub connections: Option<usize>,
    pub quota: Option<Quota>,
    pub dkim: Option<DkimSetting>,
    pub images: Option<String>,
}

impl Manner {
    /// Reads the keys that make sense for the choice; the others stay unknown. DirectMail signs by
    /// itself, and a folder has no limits.
    pub fn read(
        fields: &mut Fields<'_>,
        choice: Choice,
        usual_zone: &TimeZone,
        faults: &mut Diagnostics,
    ) -> Manner {
        let mut manner =
            Manner { pace: None, connections: None, quota: None, dkim: None, images: None };
        if matches!(choice, Choice::Smtp(_) | Choice::DirectMail) {
            manner.pace = read_pace(fields, faults);
            manner.connections = read_connections(fields, faults);
            manner.quota = read_quota(fields, usual_zone, faults);
        }
        if !matches!(choice, Choice::DirectMail) {
            manner.dkim = read_dkim(fields, faults);
        }
        manner.images = read_images(fields, faults);
        manner
    }
}

/// The most connections at once: no provider takes more.
const MAX_CONNECTIONS: i64 = 100;

fn read_pace(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<Pace> {
    let node = fields.get("pace")?;
    let pace = node.scalar().and_then(Pace::parse);
    if pace.is_none() {
        faults.push(node.bad_value(text!("the pace cannot be read", "发信节奏无法解析")).hint(
            text!(
                "write so many mails in so long, such as `1/6s` or `30/1m`",
                "请写“封数/时长”，如 `1/6s` 或 `30/1m`"
            ),
        ));
    }
    pace
}

fn read_connections(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<usize> {
    let number = fields.integer("connections", faults)?;
    if (1..=MAX_CONNECTIONS).contains(&number) {
        return usize::try_from(number).ok();
    }
    let node = fields.get("connections")?;
    faults.push(out_of_range(node, 1, MAX_CONNECTIONS));
    None
}

fn read_quota(
    fields: &mut Fields<'_>,
    usual_zone: &TimeZone,
    faults: &mut Diagnostics,
) -> Option<Quota> {
    let node = fields.get("quota")?;
    let mut quota = Fields::of(node, faults);
    quota.require("per_day", faults);
    let per_day = read_count(&mut quota, "per_day", 1, faults);
    let reserve = read_count(&mut quota, "reserve_for_security", 0, faults).unwrap_or(0);
    let zone = quota.text("zone", faults).map(TimeZone::parse);
    let zone = match zone {
        Some(Err(error)) => {
            let span = quota.get("zone").unwrap_or(node).span.clone();
            faults.push(error.diagnostic().at(span));
            None
        }
        Some(Ok(zone)) => Some(zone),
        None => Some(usual_zone.clone()),
    };
    if let (Some(per_day), Some(node)) = (per_day, quota.get("reserve_for_security"))
        && reserve >= per_day
    {
        faults.push(
            node.bad_value(text!(
                "the reserve for security mail is the whole quota",
                "为安全邮件保留的数量占满了全部额度"
            ))
            .hint(text!("write less than `per_day`", "请写得比 `per_day` 小")),
        );
    }
    quota.finish(faults);
    Some(Quota { per_day: per_day?, zone: zone?, reserve_for_security: reserve })
}

fn read_count(
    fields: &mut Fields<'_>,
    key: &'static str,
    least: u32,
    faults: &mut Diagnostics,
) -> Option<u32> {
    let number = fields.integer(key, faults)?;
    let count = u32::try_from(number).ok().filter(|count| *count >= least);
    if let (None, Some(node)) = (count, fields.get(key)) {
        faults.push(out_of_range(node, i64::from(least), i64::from(u32::MAX)));
    }
    count
}

fn read_dkim(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<DkimSetting> {
    let mut dkim = Fields::of(fields.get("dkim")?, faults);
    for key in ["selector", "domain", "key_file"] {
        dkim.require(key, faults);
    }
    let selector = dkim.text("selector", faults).filter(|selector| is_selector(selector));
    if let (None, Some(node)) = (selector, dkim.get("selector").filter(|n| n.text().is_some())) {
        faults.push(
            node.bad_value(text!(
                "the selector is no name that DNS can have",
                "选择器不是 DNS 可用的名称"
            ))
            .hint(text!(
                "write what stands before `._domainkey` in the DNS record",
                "请写 DNS 记录中 `._domainkey` 前面的部分"
            )),
        );
    }
    let domain = dkim.get("domain").and_then(|node| read_domain(node, faults));
    let key_file = dkim.text("key_file", faults);
    dkim.finish(faults);
    Some(DkimSetting {
        selector: selector?.to_owned(),
        domain: domain?,
        key_file: key_file?.into(),
    })
}

fn is_selector(selector: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let whole = !selector.is_empty() && selector.len() <= 63;
    whole && selector.chars().all(inner) && !selector.starts_with('.')
}

/// A mail domain in lower case, as A-labels.
pub(super) fn read_domain(node: &Node, faults: &mut Diagnostics) -> Option<String> {
    let Some(domain) = node.scalar() else {
        faults.push(node.wrong_type(("a domain", "域名")));
        return None;
    };
    if let Some((_, bare)) = domain.rsplit_once('@').filter(|(_, bare)| !bare.is_empty()) {
        faults.push(
            node.bad_value(text!(
                "an address stands where a domain belongs",
                "此处应为域名，而不是地址"
            ))
            .hint(text!("write `{bare}`", "请写 `{bare}`")),
        );
        return None;
    }
    match Address::parse(&format!("name@{domain}")) {
        Ok(address) => Some(address.domain().to_owned()),
        Err(error) => {
            faults.push(error.diagnostic().at(node.span.clone()));
            None
        }
    }
}

/// `images: { hosted: https://… }`; the URL ends in `/`.
fn read_images(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<String> {
    let node = fields.get("images")?;
    let mut images = Fields::of(node, faults);
    let hosted = images.require("hosted", faults);
    images.finish(faults);
    let url = hosted?.text().and_then(folder_url);
    if url.is_none() {
        faults.push(
            hosted?
                .bad_value(text!(
                    "images can be hosted under a plain `https://` URL only",
                    "图片只能放在普通的 `https://` 网址下"
                ))
                .hint(text!(
                    "write the folder that holds them, such as `https://cdn.example.com/mail/`",
                    "请写存放图片的目录，如 `https://cdn.example.com/mail/`"
                )),
        );
    }
    url
}

fn folder_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty() && url.password().is_none();
    let plain = bare && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().is_some_and(crate::mail::is_host_name);
    let text = url.to_string();
    let text = if text.ends_with('/') { text } else { text + "/" };
    (plain && host && url.scheme() == "https").then_some(text)
}

fn out_of_range(node: &Node, least: i64, most: i64) -> crate::diagnostic::Diagnostic {
    node.bad_value(text!("the number is out of range", "数字超出范围"))
        .hint(text!("write {least} to {most}", "请写 {least} 到 {most}"))
}
