//! What is known of SMTP providers: hosts, ports, how they want to be logged in to. Data only.

use std::time::Duration;

use super::manner::Pace;
use crate::diagnostic::Text;

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (465, 994)
    Implicit,
    /// STARTTLS, and nothing is said to a server that does not offer it
    StartTls,
    /// Not at all; never with credentials
    None,
}

/// What a password of this provider looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordShape {
    /// Nothing is known
    Any,
    /// 16 letters
    SixteenLetters,
    /// 16 letters, shown to people in four groups with spaces that are not part of it
    SixteenLettersInGroups,
}

/// What the provider does about a From that is not the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromRule {
    /// Nothing is known
    Any,
    /// Refuses it
    MustBeLogin,
    /// Writes the login over it, unless it is a verified alias
    ReplacedUnlessAlias,
    /// Wants a permission (Send As)
    NeedsPermission,
}

/// One SMTP provider.
#[derive(Debug)]
pub struct Preset {
    /// The name in `EMAIL_PROVIDER`
    pub id: &'static str,
    /// The hosts it is known by, the usual one first; none for `smtp`
    pub hosts: &'static [&'static str],
    /// The port when none is given
    pub port: u16,
    /// Whether it never takes mail without a login
    pub needs_login: bool,
    /// What its passwords look like
    pub password: PasswordShape,
    /// What it does about another From
    pub from: FromRule,
    /// The domains of its own mailboxes, which nobody else may send from
    pub domains: &'static [&'static str],
    /// How many connections at once, when none are given
    pub connections: usize,
    /// A pace that has been seen to work, for a provider that publishes none
    pub suggested_pace: Option<Pace>,
    credential: (&'static str, &'static str),
}

impl Preset {
    /// The provider of that name.
    pub fn by_id(id: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.id == id)
    }

    /// The provider that runs that host, else plain `smtp`.
    pub fn by_host(host: &str) -> &'static Preset {
        let host = host.trim_end_matches('.');
        let runs = |preset: &&Preset| preset.hosts.iter().any(|h| h.eq_ignore_ascii_case(host));
        PRESETS.iter().find(runs).unwrap_or(&PRESETS[0])
    }

    /// The provider whose own mailbox this address is, and the domain in its table.
    pub fn by_mailbox(address: &str) -> Option<(&'static Preset, &'static str)> {
        let (_, domain) = address.trim().rsplit_once('@')?;
        PRESETS.iter().find_map(|preset| {
            let own = preset.domains.iter().find(|own| own.eq_ignore_ascii_case(domain));
            own.map(|own| (preset, *own))
        })
    }

    /// What to put into `SMTP_PASSWORD` and where it is found.
    pub fn credential(&self) -> Text {
        Text { en: self.credential.0.to_owned(), zh: self.credential.1.to_owned() }
    }
}

const PLAIN: Preset = Preset {
    id: "smtp",
    hosts: &[],
    port: 587,
    needs_login: false,
    password: PasswordShape::Any,
    from: FromRule::Any,
    domains: &[],
    connections: 5,
    suggested_pace: None,
    credential: ("the password of the SMTP login", "SMTP 登录密码"),
};

/// One mail in six seconds: QQ answers bursts with hours of refusals and publishes no numbers.
const UNHURRIED: Pace = Pace { mails: 1, per: Duration::from_secs(6) };

const NETEASE: Preset = Preset {
    id: "163",
    hosts: &["smtp.163.com"],
    port: 465,
    needs_login: true,
    from: FromRule::MustBeLogin,
    domains: &["163.com", "vip.163.com"],
    credential: (
        "the client authorization code from the mailbox's settings (POP3/SMTP/IMAP), not the login password",
        "邮箱设置（POP3/SMTP/IMAP）中的客户端授权码，不是登录密码",
    ),
    ..PLAIN
};

/// The table; plain `smtp` stands first.
pub const PRESETS: &[Preset] = &[
    PLAIN,
    Preset {
        id: "qq",
        hosts: &["smtp.qq.com"],
        port: 465,
        needs_login: true,
        password: PasswordShape::SixteenLetters,
        from: FromRule::MustBeLogin,
        domains: &["qq.com", "foxmail.com", "vip.qq.com"],
        connections: 1,
        suggested_pace: Some(UNHURRIED),
        credential: (
            "the 16 letter authorization code (授权码), not the QQ password: in QQ Mail, 设置 → 账户 → POP3/IMAP/SMTP服务 → 生成授权码",
            "授权码（16 个字母），不是 QQ 密码：在 QQ 邮箱“设置 → 账户 → POP3/IMAP/SMTP服务”中点“生成授权码”",
        ),
    },
    Preset {
        id: "exmail",
        hosts: &["smtp.exmail.qq.com", "hwsmtp.exmail.qq.com"],
        port: 465,
        needs_login: true,
        from: FromRule::MustBeLogin,
        credential: (
            "the mailbox password, or the client password (客户端专用密码) when secure login is on",
            "邮箱密码；开启安全登录后为客户端专用密码",
        ),
        ..PLAIN
    },
    NETEASE,
    Preset { id: "126", hosts: &["smtp.126.com"], domains: &["126.com", "vip.126.com"], ..NETEASE },
    Preset { id: "yeah", hosts: &["smtp.yeah.net"], domains: &["yeah.net"], ..NETEASE },
    Preset {
        id: "gmail",
        hosts: &["smtp.gmail.com", "smtp.googlemail.com"],
        port: 465,
        needs_login: true,
        password: PasswordShape::SixteenLettersInGroups,
        from: FromRule::ReplacedUnlessAlias,
        domains: &["gmail.com", "googlemail.com"],
        credential: (
            "an app password (16 letters; needs 2-step verification), not the Google password",
            "应用专用密码（16 个字母，需先开启两步验证），不是 Google 密码",
        ),
        ..PLAIN
    },
    Preset {
        id: "office365",
        hosts: &["smtp.office365.com"],
        port: 587,
        needs_login: true,
        from: FromRule::NeedsPermission,
        domains: &["outlook.com", "hotmail.com", "live.com"],
        // Its own limit for one mailbox.
        connections: 3,
        credential: (
            "the account's password while the tenant still allows it, else `SMTP_OAUTH_TOKEN`",
            "租户仍允许时为账户密码，否则请用 `SMTP_OAUTH_TOKEN`",
        ),
        ..PLAIN
    },
    Preset {
        id: "aliyun-smtp",
        hosts: &[
            "smtpdm.aliyun.com",
            "smtpdm-ap-southeast-1.aliyuncs.com",
            "smtpdm-ap-southeast-1.aliyun.com",
            "smtpdm-us-east-1.aliyuncs.com",
            "smtpdm-eu-central-1.aliyuncs.com",
            "smtpdm-ap-southeast-2.aliyun.com",
        ],
        port: 465,
        needs_login: true,
        from: FromRule::MustBeLogin,
        credential: (
            "the SMTP password set for the sender address in the DirectMail console, not the AccessKey",
            "邮件推送控制台为发信地址设置的 SMTP 密码，不是 AccessKey",
        ),
        ..PLAIN
    },
];
