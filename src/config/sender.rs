//! Who a transport's mail comes from, and whether anybody receives it.

use super::environment::Environment;
use super::reader::{Reader, address};
use super::settings::TransportSetting;
use super::suspect::leftover_comment;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::mail::{Address, DisplayName, Mailbox};
use crate::text;

/// What is known of a transport's sender.
pub(super) struct Sender<'a> {
    /// `from` of the project's file
    pub own: Option<&'a Mailbox>,
    /// The whole environment
    pub environment: &'a Environment,
}

impl Sender<'_> {
    /// The transport's own, else `EMAILS_FROM_EMAIL`, else the login where that is an address.
    /// DirectMail sends from its account, whatever else is said. None where nothing is known: a
    /// fault for SMTP, while the inbox and the folder do without.
    pub fn of(&self, setting: &TransportSetting, reader: &mut Reader<'_>) -> Option<Mailbox> {
        let address = match setting {
            TransportSetting::DirectMail(account) => {
                self.check_account(&account.account_name, reader);
                Address::parse(&account.account_name).map_err(|error| error.diagnostic())
            }
            _ => match self.own {
                Some(own) => Ok(own.address().clone()),
                None => self.usual_address(setting, reader)?,
            },
        };
        let name = self.name(reader);
        match address {
            Ok(address) => Some(match name {
                Some(name) => Mailbox::new(name, address),
                None => Mailbox::bare(address),
            }),
            Err(fault) => {
                reader.faults.push(fault);
                None
            }
        }
    }

    fn usual_address(
        &self,
        setting: &TransportSetting,
        reader: &mut Reader<'_>,
    ) -> Option<Result<Address, Diagnostic>> {
        let login = match setting {
            TransportSetting::Smtp(smtp) => smtp.login.as_ref().map(|login| login.user.as_str()),
            _ => None,
        };
        let user = || reader.environment.get("SMTP_USER").map(|user| user.value.expose().trim());
        let user = login.or_else(user);
        let Some(said) = self.environment.get("EMAILS_FROM_EMAIL") else {
            let found = user.and_then(address);
            if found.is_none() && is_missed(setting, user) {
                reader.missing("EMAILS_FROM_EMAIL", no_sender(reader));
            }
            return found.map(|user| Address::parse(&user).map_err(|error| error.diagnostic()));
        };
        // What is no address at all is told where the environment's sender is read.
        let found = address(said.value.expose().trim())?;
        Some(Address::parse(&found).map_err(|error| {
            let part = text!("`EMAILS_FROM_EMAIL`", "`EMAILS_FROM_EMAIL`");
            error.diagnostic().within(&part).set_by(&said.origin)
        }))
    }

    fn name(&self, reader: &mut Reader<'_>) -> Option<DisplayName> {
        if let Some(name) = self.own.and_then(Mailbox::name) {
            return Some(name.clone());
        }
        let variable = self.environment.get("EMAILS_FROM_NAME")?;
        reader.faults.extend(leftover_comment(variable));
        match DisplayName::new(variable.value.expose().trim()) {
            Ok(name) => Some(name),
            Err(error) => {
                reader.faults.push(error.diagnostic().set_by(&variable.origin));
                None
            }
        }
    }

    fn check_account(&self, account: &str, reader: &mut Reader<'_>) {
        let own = self.own.map(|own| own.address().as_str());
        if own.is_none_or(|own| own.eq_ignore_ascii_case(account)) {
            return;
        }
        let [from, account] = ["EMAILS_FROM_EMAIL", "ALIYUN_ACCOUNT_NAME"].map(|n| reader.name(n));
        let title = text!(
            "`{from}` is not `{account}`: DirectMail sends from the latter",
            "`{from}` 与 `{account}` 不同：邮件推送以后者作为发件人"
        );
        let hint = text!("set both to the same address", "请把两者设为同一个地址");
        let fault = Diagnostic::warning(Code::ConfigSuspect, title).hint(hint);
        let place = reader.environment.get("EMAILS_FROM_EMAIL").map(|v| v.origin.clone());
        reader.faults.push(match place {
            Some(origin) => fault.set_by(&origin),
            None => fault,
        });
    }
}

/// A login that is needed and missing is told already, and may be the sender.
fn is_missed(setting: &TransportSetting, user: Option<&str>) -> bool {
    match setting {
        TransportSetting::Smtp(smtp) => user.is_some() || !smtp.preset.needs_login,
        _ => false,
    }
}

fn no_sender(reader: &Reader<'_>) -> Text {
    let user = reader.name("SMTP_USER");
    match reader.environment.get("SMTP_USER") {
        Some(_) => text!(
            "set it to the address that mail comes from: `{user}` is not an address",
            "请设为发件人地址：`{user}` 不是邮箱地址"
        ),
        None => text!("set it to the address that mail comes from", "请设为发件人地址"),
    }
}

/// In production nobody looks into the inbox.
pub(super) fn check_inbox(
    setting: &TransportSetting,
    environment: &Environment,
    reader: &mut Reader<'_>,
) {
    if !matches!(setting, TransportSetting::Inbox(_)) || !environment.is_production() {
        return;
    }
    let inbox = reader.said("EMAIL_PROVIDER=inbox", "provider: inbox");
    let provider = reader.name("EMAIL_PROVIDER");
    let title = text!(
        "`{inbox}` in production: mail is kept in a folder, nobody receives it",
        "生产环境使用 `{inbox}`：邮件只保存在文件夹中，不会发出"
    );
    let hint = text!("set `{provider}` to a provider", "请把 `{provider}` 设为真实的服务商");
    reader.faults.push(Diagnostic::warning(Code::ConfigSuspect, title).hint(hint));
}
