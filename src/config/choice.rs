//! Which transports are asked for.

use super::directmail::DirectMailSettings;
use super::presets::{PRESETS, Preset};
use super::reader::Reader;
use super::settings::{ChosenBy, TransportSetting, WhenUnset};
use super::smtp::SmtpSettings;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// A name of `EMAIL_PROVIDER`.
#[derive(Clone, Copy)]
pub(super) enum Choice {
    Inbox,
    File,
    DirectMail,
    Smtp(&'static Preset),
}

/// A transport that is asked for by its name.
#[derive(Clone)]
pub(super) enum Picked {
    /// One of `hongyan.yaml`
    Declared(String),
    /// A provider, with what the environment says of it
    Provider(Choice),
}

/// The names that are no preset's.
const OTHERS: &[(&str, Choice)] =
    &[("aliyun", Choice::DirectMail), ("file", Choice::File), ("inbox", Choice::Inbox)];

/// `EMAIL_PROVIDER`, else the server's name, else the inbox where that is allowed. Where something
/// is missing, the choice that will say so. `declared` are the names of the project's own file.
pub(super) fn choose(
    reader: &mut Reader<'_>,
    when_unset: WhenUnset,
    declared: &[&str],
) -> (Vec<Picked>, ChosenBy) {
    let environment = reader.environment;
    let is_set = |name: &str| environment.get(name).is_some();
    let says_anything = environment.says_anything_of_mail();
    let one = |choice| vec![Picked::Provider(choice)];
    tell_strange_names(reader);
    if is_set("EMAIL_PROVIDER") {
        let picked = read_providers(reader, declared);
        reader.faults.extend(unused_smtp(reader, &picked));
        (picked, ChosenBy::Provider)
    } else if let Some(choice) = Choice::by_server(reader) {
        (one(choice), ChosenBy::Server)
    } else if !says_anything && !environment.is_production() && when_unset == WhenUnset::Inbox {
        (one(Choice::Inbox), ChosenBy::Nothing)
    } else if is_set("ALIYUN_ACCOUNT_NAME") || (says_anything && is_set("ALIYUN_ACCESS_KEY_ID")) {
        reader.missing(
            "EMAIL_PROVIDER",
            text!(
                "set `EMAIL_PROVIDER=aliyun` to send by DirectMail",
                "通过阿里云邮件推送发信请设 `EMAIL_PROVIDER=aliyun`"
            ),
        );
        (one(Choice::DirectMail), ChosenBy::Provider)
    } else {
        (one(Choice::Smtp(&PRESETS[0])), ChosenBy::Server)
    }
}

/// Variables of mail that are not read, be it for another framework's name or a slip.
pub(super) fn tell_strange_names(reader: &mut Reader<'_>) {
    if !reader.environment.says_anything_of_mail() {
        reader.tell_foreign();
    }
    reader.tell_misspelt();
}

impl Choice {
    pub fn named(name: &str) -> Option<Choice> {
        let name = name.trim().to_ascii_lowercase();
        let other = OTHERS.iter().find(|(other, _)| *other == name).map(|(_, choice)| *choice);
        other.or_else(|| Preset::by_id(&name).map(Choice::Smtp))
    }

    /// The provider whose server `SMTP_SERVER` is.
    pub fn by_server(reader: &Reader<'_>) -> Option<Choice> {
        let server = reader.environment.get("SMTP_SERVER")?;
        Some(Choice::Smtp(Preset::by_host(server.value.expose().trim())))
    }

    pub fn names<'a>() -> impl Iterator<Item = &'a str> {
        PRESETS.iter().map(|preset| preset.id).chain(OTHERS.iter().map(|(name, _)| *name))
    }

    pub fn names_hint() -> Text {
        let names = Choice::names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        text!("one of {names}", "可选：{names}")
    }

    pub fn read(self, reader: &mut Reader<'_>) -> Option<TransportSetting> {
        match self {
            Choice::Inbox => Some(TransportSetting::Inbox(None)),
            Choice::File => Some(TransportSetting::File(None)),
            Choice::Smtp(preset) => SmtpSettings::read(reader, preset)
                .map(|smtp| TransportSetting::Smtp(Box::new(smtp))),
            Choice::DirectMail => DirectMailSettings::read(reader)
                .map(|account| TransportSetting::DirectMail(Box::new(account))),
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            Choice::Smtp(preset) => preset.id,
            Choice::Inbox => "inbox",
            Choice::File => "file",
            Choice::DirectMail => "aliyun",
        }
    }
}

/// The fail-over list. A comma typed with a Chinese keyboard is one too.
fn read_providers(reader: &mut Reader<'_>, declared: &[&str]) -> Vec<Picked> {
    let Some(variable) = reader.variable("EMAIL_PROVIDER") else { return Vec::new() };
    let mut picked: Vec<Picked> = Vec::new();
    let names = variable.value.expose().split([',', '，']).map(str::trim);
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    for (index, name) in names.iter().copied().enumerate() {
        let fault = match Picked::named(name, declared) {
            None => unknown(index + 1, name, declared),
            Some(found) if picked.iter().any(|p| p.name() == found.name()) => twice(found.name()),
            Some(found) => {
                picked.push(found);
                continue;
            }
        };
        reader.faults.push(fault.set_by(&variable.origin));
    }
    if picked.iter().filter(|picked| picked.is_smtp()).count() > 1 {
        reader.faults.push(several_smtp("EMAIL_PROVIDER").set_by(&variable.origin));
    } else if names.is_empty() {
        reader.bad(variable, Choice::names_hint());
    }
    picked
}

impl Picked {
    /// A name of the project's own file goes before a provider's.
    pub fn named(name: &str, declared: &[&str]) -> Option<Picked> {
        match declared.contains(&name) {
            true => Some(Picked::Declared(name.to_owned())),
            false => Choice::named(name).map(Picked::Provider),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Picked::Declared(name) => name,
            Picked::Provider(choice) => choice.id(),
        }
    }

    /// Whether it takes `SMTP_*`, of which there is one set.
    pub fn is_smtp(&self) -> bool {
        matches!(self, Picked::Provider(Choice::Smtp(_)))
    }
}

/// `SMTP_*` beside `EMAIL_PROVIDER=aliyun`: good to know when one waits for mail by SMTP. The inbox
/// and the folder are switched to for a while, so nothing is said there.
fn unused_smtp(reader: &Reader<'_>, picked: &[Picked]) -> Option<Diagnostic> {
    let [Picked::Provider(Choice::DirectMail)] = picked else { return None };
    let names = ["SMTP_SERVER", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD"];
    let set: Vec<_> = names.iter().filter_map(|name| reader.environment.get(name)).collect();
    let first = set.first()?;
    let names: Vec<String> = set.iter().map(|variable| format!("`{}`", variable.name)).collect();
    let names = names.join(", ");
    let title = text!(
        "{names}: not used, since `EMAIL_PROVIDER` is `aliyun`",
        "{names}：不会使用，因为 `EMAIL_PROVIDER` 是 `aliyun`"
    );
    let hint = text!(
        "to fall back on SMTP when DirectMail fails, write its provider too, such as `EMAIL_PROVIDER=aliyun,qq`",
        "若要在邮件推送失败时改用 SMTP，请把它的服务商也写上，如 `EMAIL_PROVIDER=aliyun,qq`"
    );
    Some(Diagnostic::info(Code::ConfigNote, title).hint(hint).set_by(&first.origin))
}

fn unknown(position: usize, name: &str, declared: &[&str]) -> Diagnostic {
    let title = text!(
        "name {position} in `EMAIL_PROVIDER` is no provider that is known",
        "`EMAIL_PROVIDER` 中的第 {position} 个名称不是已知的服务商"
    );
    Diagnostic::error(Code::ConfigBadValue, title)
        .hint(Choice::names_hint())
        .did_you_mean(name, Choice::names().chain(declared.iter().copied()))
}

fn twice(id: &str) -> Diagnostic {
    let title = text!("`EMAIL_PROVIDER` names `{id}` twice", "`EMAIL_PROVIDER` 中 `{id}` 出现两次");
    Diagnostic::error(Code::ConfigBadValue, title)
        .hint(text!("name each provider once", "每个服务商只写一次"))
}

/// `place` is what names them.
pub(super) fn several_smtp(place: &str) -> Diagnostic {
    let title = text!(
        "`{place}` names more than one SMTP provider, and there is one set of `SMTP_*`",
        "`{place}` 中有多个 SMTP 服务商，而 `SMTP_*` 只有一组"
    );
    Diagnostic::error(Code::EnvConflict, title).hint(text!(
        "keep one, and declare further ones as `transports` in `hongyan.yaml`",
        "请只保留一个，其余的写在 `hongyan.yaml` 的 `transports` 中"
    ))
}
