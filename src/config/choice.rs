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

/// The names that are no preset's.
const OTHERS: &[(&str, Choice)] =
    &[("aliyun", Choice::DirectMail), ("file", Choice::File), ("inbox", Choice::Inbox)];

/// `EMAIL_PROVIDER`, else the server's name, else the inbox where that is allowed. Where something
/// is missing, the choice that will say so.
pub(super) fn choose(reader: &mut Reader<'_>, when_unset: WhenUnset) -> (Vec<Choice>, ChosenBy) {
    let environment = reader.environment;
    let is_set = |name: &str| environment.get(name).is_some();
    let says_anything = environment.says_anything_of_mail();
    if !says_anything {
        reader.tell_foreign();
    }
    reader.tell_misspelt();
    if is_set("EMAIL_PROVIDER") {
        (read_providers(reader), ChosenBy::Provider)
    } else if let Some(server) = environment.get("SMTP_SERVER") {
        let preset = Preset::by_host(server.value.expose().trim());
        (vec![Choice::Smtp(preset)], ChosenBy::Server)
    } else if !says_anything && !environment.is_production() && when_unset == WhenUnset::Inbox {
        (vec![Choice::Inbox], ChosenBy::Nothing)
    } else if is_set("ALIYUN_ACCOUNT_NAME") || (says_anything && is_set("ALIYUN_ACCESS_KEY_ID")) {
        reader.missing(
            "EMAIL_PROVIDER",
            text!(
                "set `EMAIL_PROVIDER=aliyun` to send by DirectMail",
                "通过阿里云邮件推送发信请设 `EMAIL_PROVIDER=aliyun`"
            ),
        );
        (vec![Choice::DirectMail], ChosenBy::Provider)
    } else {
        (vec![Choice::Smtp(&PRESETS[0])], ChosenBy::Server)
    }
}

impl Choice {
    pub fn named(name: &str) -> Option<Choice> {
        let name = name.trim().to_ascii_lowercase();
        let other = OTHERS.iter().find(|(other, _)| *other == name).map(|(_, choice)| *choice);
        other.or_else(|| Preset::by_id(&name).map(Choice::Smtp))
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
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

    fn id(self) -> &'static str {
        match self {
            Choice::Smtp(preset) => preset.id,
            Choice::Inbox => "inbox",
            Choice::File => "file",
            Choice::DirectMail => "aliyun",
        }
    }
}

/// The fail-over list. A comma typed with a Chinese keyboard is one too.
fn read_providers(reader: &mut Reader<'_>) -> Vec<Choice> {
    let Some(variable) = reader.variable("EMAIL_PROVIDER") else { return Vec::new() };
    let mut choices: Vec<Choice> = Vec::new();
    let names = variable.value.expose().split([',', '，']).map(str::trim);
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    for (index, name) in names.iter().copied().enumerate() {
        let fault = match Choice::named(name) {
            None => unknown(index + 1, name),
            Some(choice) if choices.iter().any(|c| c.id() == choice.id()) => twice(choice.id()),
            Some(choice) => {
                choices.push(choice);
                continue;
            }
        };
        reader.faults.push(fault.set_by(&variable.origin));
    }
    let smtp = choices.iter().filter(|choice| matches!(choice, Choice::Smtp(_))).count();
    if smtp > 1 {
        reader.faults.push(several_smtp().set_by(&variable.origin));
    } else if names.is_empty() {
        reader.bad(variable, Choice::names_hint());
    }
    choices
}

fn unknown(position: usize, name: &str) -> Diagnostic {
    let title = text!(
        "name {position} in `EMAIL_PROVIDER` is no provider that is known",
        "`EMAIL_PROVIDER` 中的第 {position} 个名称不是已知的服务商"
    );
    Diagnostic::error(Code::ConfigBadValue, title)
        .hint(Choice::names_hint())
        .did_you_mean(name, Choice::names())
}

fn twice(id: &str) -> Diagnostic {
    let title = text!("`EMAIL_PROVIDER` names `{id}` twice", "`EMAIL_PROVIDER` 中 `{id}` 出现两次");
    Diagnostic::error(Code::ConfigBadValue, title)
        .hint(text!("name each provider once", "每个服务商只写一次"))
}

fn several_smtp() -> Diagnostic {
    let title = text!(
        "`EMAIL_PROVIDER` names more than one SMTP provider, and there is one set of `SMTP_*`",
        "`EMAIL_PROVIDER` 中有多个 SMTP 服务商，而 `SMTP_*` 只有一组"
    );
    Diagnostic::error(Code::EnvConflict, title).hint(text!(
        "keep one, and declare further ones as `transports` in `hongyan.yaml`",
        "请只保留一个，其余的写在 `hongyan.yaml` 的 `transports` 中"
    ))
}
