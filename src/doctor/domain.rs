//! SPF, DKIM and DMARC of the sender's domain, as DNS has them.
//!
//! Nothing here says whether a mail will pass: that takes the server which sends it. It says what
//! is published, and what is plainly missing.

use std::time::Duration;

use hickory_resolver::TokioResolver;

use super::Status;
use crate::diagnostic::Text;
use crate::text;

/// How long one question to DNS may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// What DNS says of a domain.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DomainReport {
    /// The domain of From
    pub domain: String,
    /// RFC 7208
    pub spf: RecordReport,
    /// RFC 6376; asked for only where a selector is configured
    pub dkim: RecordReport,
    /// RFC 7489
    pub dmarc: RecordReport,
}

/// One record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordReport {
    /// Whether it is there
    pub status: Status,
    /// What is published
    pub record: Option<String>,
    /// What to do
    pub hint: Option<Text>,
}

/// Asks DNS.
pub(super) async fn examine(domain: &str, selector: Option<(&str, &str)>) -> DomainReport {
    let resolver = resolver();
    let resolver = resolver.as_ref();
    let spf = first(resolver, domain, "v=spf1").await;
    // Who does not answer once is not waited for again.
    let resolver = resolver.filter(|_| !matches!(spf, Found::NoAnswer));
    let dmarc = dmarc(resolver, domain).await;
    let dkim = match selector {
        Some((selector, domain)) => {
            let name = format!("{selector}._domainkey.{domain}");
            report(first(resolver, &name, "").await, || no_dkim(&name))
        }
        None => RecordReport {
            status: Status::NotTried,
            record: None,
            hint: Some(text!(
                "the provider signs with a selector of its own: look at a mail that arrived",
                "服务商使用自己的选择器签名：请查看已收到的邮件"
            )),
        },
    };
    DomainReport {
        domain: domain.to_owned(),
        spf: report(spf, || no_spf(domain)),
        dkim,
        dmarc: report(dmarc, || no_dmarc(domain)),
    }
}

/// What a question came to.
enum Found {
    Record(String),
    Nothing,
    NoAnswer,
}

/// What DNS says of a name.
pub(super) enum Name {
    Known,
    /// NXDOMAIN
    Unknown,
    NoAnswer,
}

/// Asks DNS whether there is such a name.
pub(super) async fn ask(name: &str) -> Name {
    let Some(resolver) = resolver() else { return Name::NoAnswer };
    let question = resolver.txt_lookup(format!("{}.", name.trim_end_matches('.')));
    match tokio::time::timeout(TIMEOUT * 2, question).await {
        Ok(Ok(_)) => Name::Known,
        Ok(Err(error)) if error.is_nx_domain() => Name::Unknown,
        Ok(Err(error)) if error.is_no_records_found() => Name::Known,
        _ => Name::NoAnswer,
    }
}

fn resolver() -> Option<TokioResolver> {
    let mut builder = TokioResolver::builder_tokio().ok()?;
    let options = builder.options_mut();
    options.timeout = TIMEOUT;
    options.attempts = 1;
    builder.build().ok()
}

/// The first TXT record that begins so.
async fn first(resolver: Option<&TokioResolver>, name: &str, begins: &str) -> Found {
    let Some(resolver) = resolver else { return Found::NoAnswer };
    let question = resolver.txt_lookup(format!("{}.", name.trim_end_matches('.')));
    let lookup = match tokio::time::timeout(TIMEOUT * 2, question).await {
        Ok(Ok(lookup)) => lookup,
        Ok(Err(error)) if error.is_no_records_found() => return Found::Nothing,
        _ => return Found::NoAnswer,
    };
    let texts = lookup.answers().iter().filter_map(|record| match &record.data {
        hickory_resolver::proto::rr::RData::TXT(txt) => Some(txt.to_string()),
        _ => None,
    });
    let mut texts = texts.filter(|text| text.to_ascii_lowercase().starts_with(begins));
    texts.next().map_or(Found::Nothing, Found::Record)
}

/// The policy of the domain, else of the one above it.
async fn dmarc(resolver: Option<&TokioResolver>, domain: &str) -> Found {
    let of = |domain: &str| format!("_dmarc.{domain}");
    let own = first(resolver, &of(domain), "v=dmarc1").await;
    match (own, domain.split_once('.')) {
        (Found::Nothing, Some((_, above))) if above.contains('.') => {
            first(resolver, &of(above), "v=dmarc1").await
        }
        (own, _) => own,
    }
}

fn report(found: Found, missing: impl FnOnce() -> Text) -> RecordReport {
    match found {
        Found::Record(record) => {
            RecordReport { status: Status::Ok, record: Some(record), hint: None }
        }
        Found::Nothing => {
            RecordReport { status: Status::Wrong, record: None, hint: Some(missing()) }
        }
        Found::NoAnswer => RecordReport {
            status: Status::NotTried,
            record: None,
            hint: Some(text!("DNS did not answer", "DNS 没有应答")),
        },
    }
}

fn no_spf(domain: &str) -> Text {
    text!(
        "publish the TXT record that the provider names at `{domain}`, such as `v=spf1 include:… -all`: without it receivers doubt the sender",
        "请在 `{domain}` 添加服务商给出的 TXT 记录，如 `v=spf1 include:… -all`：没有它，收件方会怀疑发件人"
    )
}

fn no_dkim(name: &str) -> Text {
    text!(
        "publish the public key as a TXT record at `{name}`: signatures cannot be verified without it",
        "请把公钥作为 TXT 记录发布在 `{name}`：否则收件方无法验证签名"
    )
}

fn no_dmarc(domain: &str) -> Text {
    text!(
        "publish `v=DMARC1; p=none; rua=mailto:…` at `_dmarc.{domain}`: Gmail asks it of who sends much",
        "请在 `_dmarc.{domain}` 发布 `v=DMARC1; p=none; rua=mailto:…`：Gmail 要求发信量大的域名具备"
    )
}
