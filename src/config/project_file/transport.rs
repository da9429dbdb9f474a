//! One entry of `transports`.

use super::manner::Manner;
use super::value::Values;
use crate::config::choice::Choice;
use crate::config::lines::{NamedTransport, Sources};
use crate::config::presets::Preset;
use crate::config::reader::Reader;
use crate::config::scope::{DIRECTMAIL, SMTP, Scope};
use crate::config::sender::{Sender, check_inbox};
use crate::config::settings::TransportSetting;
use crate::config::via::is_name;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::TimeZone;
use crate::mail::Mailbox;
use crate::text;
use crate::yaml::{Fields, Key, Node, Value};

/// A transport of the file. What is wrong with the variables that it names is no fault until it is
/// used: not every machine that has the project has all of its secrets.
pub(in crate::config) struct Declared {
    pub name: String,
    /// None where it cannot be used
    pub transport: Option<NamedTransport>,
    /// What is told when it is used
    pub told: Diagnostics,
    /// Of the variables that it names one is set
    pub names_set: bool,
    /// Of the variables that it names one is not set
    pub names_unset: bool,
}

/// Reads one entry. Faults of the file are told at once, and again where it is asked for by name.
pub(super) fn read(
    (key, node): (&Key, &Node),
    usual_zone: &TimeZone,
    sources: &Sources<'_>,
    faults: &mut Diagnostics,
) -> Declared {
    let mut own = Diagnostics::new();
    let mut values = Values::new(sources, scope(key));
    let transport = read_entry((key, node), usual_zone, &mut values, &mut own);
    let usable = values.scope.unset.is_empty() && !own.has_errors();
    let mut told = own.clone();
    told.extend(values.told);
    faults.extend(own);
    Declared {
        name: key.name.clone(),
        transport: transport.filter(|_| usable && !told.has_errors()),
        told,
        names_set: values.names_one_that_is_set,
        names_unset: !values.scope.unset.is_empty(),
    }
}

fn read_entry(
    (key, node): (&Key, &Node),
    usual_zone: &TimeZone,
    values: &mut Values<'_>,
    faults: &mut Diagnostics,
) -> Option<NamedTransport> {
    faults.extend(bad_name(key));
    let mut fields = Fields::of(node, faults);
    if !matches!(node.value, Value::Mapping(_)) {
        return None;
    }
    let choice = read_choice(&mut fields, values, faults)?;
    faults.extend(borrowed_name(key, choice));
    let folder = read_place(&mut fields, choice, values, faults);
    let from = values.take_from(&mut fields, faults);
    let manner = Manner::read(&mut fields, choice, usual_zone, faults);
    let signed = manner.dkim.as_ref().and_then(|_| fields.get("dkim"));
    fields.finish(faults);
    let (setting, from) = read_setting(choice, folder, from, values, faults)?;
    if let (Some(node), Some(dkim), Some(from)) = (signed, &manner.dkim, &from) {
        values.told.extend(unaligned(node, &dkim.domain, from.address().domain()));
    }
    Some(named(&key.name, setting, from, manner))
}

fn scope(key: &Key) -> Scope {
    Scope {
        transport: key.name.clone(),
        file: key.span.source().name().to_owned(),
        line: key.span.line(),
        unset: Vec::new(),
    }
}

fn named(
    name: &str,
    setting: TransportSetting,
    from: Option<Mailbox>,
    manner: Manner,
) -> NamedTransport {
    let Manner { pace, connections, quota, dkim, images } = manner;
    let connections = connections.unwrap_or(setting.connections());
    NamedTransport { name: name.to_owned(), setting, from, pace, connections, quota, dkim, images }
}

/// `provider`, else the provider of the host.
fn read_choice(
    fields: &mut Fields<'_>,
    values: &mut Values<'_>,
    faults: &mut Diagnostics,
) -> Option<Choice> {
    let Some(node) = fields.get("provider") else {
        let host = fields.get("host").and_then(Node::text);
        if host.is_none() {
            faults.push(no_provider(fields, values));
        }
        return host.map(|host| Choice::Smtp(Preset::by_host(host)));
    };
    let name = node.scalar().unwrap_or_default();
    let choice = Choice::named(name);
    if choice.is_none() {
        let title = text!("there is no provider of this name", "没有这个名称的服务商");
        let fault = node.bad_value(title).hint(Choice::names_hint());
        faults.push(fault.did_you_mean(name, Choice::names()));
    }
    choice
}

/// Where it is: the keys of its kind. The folder is for those that write files.
fn read_place(
    fields: &mut Fields<'_>,
    choice: Choice,
    values: &mut Values<'_>,
    faults: &mut Diagnostics,
) -> Option<String> {
    match choice {
        Choice::Inbox | Choice::File => fields.text("folder", faults).map(str::to_owned),
        Choice::DirectMail => {
            DIRECTMAIL.iter().for_each(|key| values.take(fields, key, faults));
            None
        }
        Choice::Smtp(_) => {
            SMTP.iter().for_each(|key| values.take(fields, key, faults));
            read_tls(fields, values, faults);
            None
        }
    }
}

/// The ways to encrypt, as the variables say them.
const TLS: [(&str, &str, &str); 3] = [
    ("starttls", "SMTP_TLS", "true"),
    ("implicit", "SMTP_SSL", "true"),
    ("none", "SMTP_TLS", "false"),
];

fn read_tls(fields: &mut Fields<'_>, values: &mut Values<'_>, faults: &mut Diagnostics) {
    let Some(node) = fields.get("tls") else { return };
    let said = node.scalar().unwrap_or_default();
    match TLS.iter().find(|(name, ..)| *name == said) {
        Some((_, variable, value)) => values.set(variable, value, node),
        None => faults.push(
            node.bad_value(text!("there is no such way to encrypt", "没有这种加密方式"))
                .hint(text!(
                    "one of `starttls`, `implicit`, `none`; without it the port decides",
                    "可选 `starttls`、`implicit`、`none`；不写则由端口决定"
                ))
                .did_you_mean(said, TLS.iter().map(|(name, ..)| *name)),
        ),
    }
}

/// Checks it as the environment is checked. What lies in the file is told at once, what lies in
/// variables when the transport is used.
fn read_setting(
    choice: Choice,
    folder: Option<String>,
    from: Option<Mailbox>,
    values: &mut Values<'_>,
    faults: &mut Diagnostics,
) -> Option<(TransportSetting, Option<Mailbox>)> {
    let (environment, whole) = (values.environment(), values.sources().environment);
    let mut reader = Reader::of_transport(&environment, &values.scope);
    let setting = match choice {
        Choice::File => Some(TransportSetting::File(folder.map(Into::into))),
        Choice::Inbox => Some(TransportSetting::Inbox(folder.map(Into::into))),
        choice => choice.read(&mut reader),
    };
    let found = setting.map(|setting| {
        let sender = Sender { own: from.as_ref(), environment: whole };
        let from = sender.of(&setting, &mut reader);
        check_inbox(&setting, whole, &mut reader);
        (setting, from)
    });
    let told = std::mem::take(&mut reader.faults);
    for fault in told {
        match fault.file() == Some(values.scope.file.as_str()) {
            true => faults.push(fault),
            false => values.told.push(fault),
        }
    }
    found
}

/// DMARC counts a signature only where `d=` and From are of one organisation (RFC 7489 section
/// 3.1.1). The sender may stand in a variable, so its domain is not repeated.
fn unaligned(node: &Node, signed: &str, from: &str) -> Option<Diagnostic> {
    let title = text!(
        "the signature is of `{signed}`, the sender of another domain: DMARC does not count it",
        "签名域名是 `{signed}`，与发件人的域名不一致：DMARC 不会认可这个签名"
    );
    let hint = text!(
        "sign for the sender's domain and publish the key there, or send from an address at `{signed}`",
        "请用发件人的域名签名并在该域名发布公钥，或改用 `{signed}` 的发件地址"
    );
    let fault = || Diagnostic::warning(Code::ConfigSuspect, title).hint(hint).at(node.span.clone());
    (!are_aligned(signed, from)).then(fault)
}

/// Whether two domains belong to one organisation, as far as their names tell: the last two labels
/// are the same, or three where the second is one under which registries sell names (`com.cn`).
fn are_aligned(one: &str, other: &str) -> bool {
    const SOLD: [&str; 8] = ["ac", "co", "com", "edu", "gov", "ne", "net", "org"];
    let labels: Vec<&str> = one.rsplit('.').collect();
    let sold = |top: &str, second: &str| top.len() == 2 && SOLD.contains(&second);
    let wanted = match labels[..] {
        [top, second, ..] if sold(top, second) => 3,
        _ => 2,
    };
    let shared = labels.iter().zip(other.rsplit('.')).take_while(|(own, of)| **own == *of);
    one == other || shared.count() >= wanted
}

fn no_provider(fields: &Fields<'_>, values: &Values<'_>) -> Diagnostic {
    let transport = &values.scope.transport;
    let title = text!(
        "the transport `{transport}` has no `provider`",
        "传输方式 `{transport}` 没有写 `provider`"
    );
    Diagnostic::error(Code::YamlMissingKey, title).hint(Choice::names_hint()).at(fields.span())
}

/// `--via` and `EMAIL_PROVIDER` must be able to say it.
fn bad_name(key: &Key) -> Option<Diagnostic> {
    let title = text!("a transport cannot have this name", "传输方式不能用这个名称");
    let fault = || Diagnostic::error(Code::YamlBadValue, title).at(key.span.clone());
    (!is_name(&key.name)).then(|| {
        fault().hint(text!(
            "use letters, digits, `-`, `_` and `.`",
            "请只用英文字母、数字、`-`、`_` 和 `.`"
        ))
    })
}

/// `--via qq` must not go to another provider.
fn borrowed_name(key: &Key, choice: Choice) -> Option<Diagnostic> {
    let own = Choice::named(&key.name).is_none_or(|named| named.id() == choice.id());
    let (name, id) = (&key.name, choice.id());
    let title = text!(
        "`{name}` is a provider's name, and this transport is of `{id}`",
        "`{name}` 是服务商的名称，而这个传输方式属于 `{id}`"
    );
    let fault = || Diagnostic::error(Code::YamlBadValue, title).at(key.span.clone());
    (!own).then(|| fault().hint(text!("give it another name", "请换一个名称")))
}

#[cfg(test)]
mod tests {
    use super::are_aligned;

    #[test]
    fn domains_of_one_organisation() {
        for (one, other) in [
            ("example.com", "example.com"),
            ("example.com", "mail.example.com"),
            ("mail.example.com", "notice.example.com"),
            ("mail.example.com.cn", "example.com.cn"),
            ("localhost", "localhost"),
        ] {
            assert!(are_aligned(one, other) && are_aligned(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("example.com", "example.net"),
            ("example.com", "notexample.com"),
            ("one.com.cn", "other.com.cn"),
            ("one.co.uk", "mail.other.co.uk"),
            ("example.com", "com"),
        ] {
            assert!(!are_aligned(one, other) && !are_aligned(other, one), "{one} {other}");
        }
    }
}
