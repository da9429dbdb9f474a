//! The names that are read, and those of other frameworks that are not.

/// A variable of ours.
pub(super) struct Known {
    pub name: &'static str,
    /// An older or a cloud's own name for the same thing, read when `name` is not set.
    pub alias: Option<&'static str>,
    /// Setting it says that somebody configures mail.
    pub mail: bool,
    /// Also taken from the file that `NAME_FILE` names.
    pub from_file: bool,
}

const fn mail(name: &'static str) -> Known {
    Known { name, alias: None, mail: true, from_file: false }
}

const fn own(name: &'static str) -> Known {
    Known { mail: false, ..mail(name) }
}

impl Known {
    const fn or(self, alias: &'static str) -> Known {
        Known { alias: Some(alias), ..self }
    }

    const fn or_file(self) -> Known {
        Known { from_file: true, ..self }
    }
}

/// The contract that deployed systems use. The clouds' own names count as mail variables no more
/// than the SDK that set them: a machine that stores files at Alibaba has them too.
pub(super) const KNOWN: &[Known] = &[
    mail("EMAIL_PROVIDER"),
    mail("SMTP_SERVER").or("SMTP_HOST"),
    mail("SMTP_PORT"),
    mail("SMTP_USER").or_file(),
    mail("SMTP_PASSWORD").or_file(),
    mail("SMTP_TLS"),
    mail("SMTP_SSL"),
    mail("SMTP_CA_FILE"),
    // Tokens are renewed while we run: the file is read at each login, not here.
    mail("SMTP_OAUTH_TOKEN"),
    mail("SMTP_OAUTH_TOKEN_FILE"),
    mail("SMTP_OAUTH_TOKEN_COMMAND"),
    mail("EMAILS_FROM_EMAIL"),
    mail("EMAILS_FROM_NAME"),
    mail("ALIYUN_ACCESS_KEY_ID").or("ALIBABA_CLOUD_ACCESS_KEY_ID").or_file(),
    mail("ALIYUN_ACCESS_KEY_SECRET").or("ALIBABA_CLOUD_ACCESS_KEY_SECRET").or_file(),
    mail("ALIYUN_SECURITY_TOKEN").or("ALIBABA_CLOUD_SECURITY_TOKEN").or_file(),
    mail("ALIYUN_REGION"),
    mail("ALIYUN_ACCOUNT_NAME"),
    mail("ALIYUN_ENDPOINT"),
    own("HONGYAN_ENV").or("ENVIRONMENT"),
    own("HONGYAN_PROJECT"),
    own("HONGYAN_LANG"),
    own("HONGYAN_LISTEN"),
    own("HONGYAN_PREVIEW_TOKEN").or_file(),
    own("HONGYAN_API_TOKENS").or_file(),
    own("HONGYAN_OUTBOX").or_file(),
    own("HONGYAN_OUTBOX_KEY").or_file(),
    own("HONGYAN_WEBHOOK_SECRET").or_file(),
    own("SOURCE_DATE_EPOCH"),
];

/// Whether a variable of this name is read, be it as an alias or as `NAME_FILE`.
pub fn is_known(name: &str) -> bool {
    let file_of = name.strip_suffix("_FILE");
    KNOWN.iter().any(|known| {
        known.name == name
            || known.alias == Some(name)
            || (known.from_file && file_of.is_some_and(|of| known.goes_by(of)))
    })
}

impl Known {
    fn goes_by(&self, name: &str) -> bool {
        self.name == name || self.alias == Some(name)
    }

    /// Its name and its alias.
    pub(super) fn spellings(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.name), self.alias].into_iter().flatten()
    }
}

/// Names of Node mailers, Flask-Mail, Laravel, Django and Symfony, and what we call the same.
pub(super) const FOREIGN: &[(&str, &str)] = &[
    ("SMTP_PASS", "SMTP_PASSWORD"),
    ("SMTP_USERNAME", "SMTP_USER"),
    ("SMTP_SECURE", "SMTP_SSL"),
    ("SMTP_FROM", "EMAILS_FROM_EMAIL"),
    ("SMTP_FROM_EMAIL", "EMAILS_FROM_EMAIL"),
    ("SMTP_FROM_NAME", "EMAILS_FROM_NAME"),
    ("MAIL_MAILER", "EMAIL_PROVIDER"),
    ("MAIL_SERVER", "SMTP_SERVER"),
    ("MAIL_HOST", "SMTP_SERVER"),
    ("MAIL_PORT", "SMTP_PORT"),
    ("MAIL_USERNAME", "SMTP_USER"),
    ("MAIL_PASSWORD", "SMTP_PASSWORD"),
    ("MAIL_USE_TLS", "SMTP_TLS"),
    ("MAIL_USE_SSL", "SMTP_SSL"),
    ("MAIL_ENCRYPTION", "SMTP_TLS"),
    ("MAIL_DEFAULT_SENDER", "EMAILS_FROM_EMAIL"),
    ("MAIL_FROM_ADDRESS", "EMAILS_FROM_EMAIL"),
    ("MAIL_FROM_NAME", "EMAILS_FROM_NAME"),
    ("EMAIL_HOST", "SMTP_SERVER"),
    ("EMAIL_PORT", "SMTP_PORT"),
    ("EMAIL_HOST_USER", "SMTP_USER"),
    ("EMAIL_HOST_PASSWORD", "SMTP_PASSWORD"),
    ("EMAIL_USE_TLS", "SMTP_TLS"),
    ("EMAIL_USE_SSL", "SMTP_SSL"),
    ("DEFAULT_FROM_EMAIL", "EMAILS_FROM_EMAIL"),
    ("MAILER_DSN", "SMTP_SERVER"),
];
