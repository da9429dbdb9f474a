//! How servers of well-known providers sound.

/// One kind of server.
#[derive(Debug)]
pub struct Profile {
    pub banner: &'static str,
    /// The first line of the answer to EHLO
    pub name: &'static str,
    /// The lines behind it; STARTTLS, SIZE, PIPELINING and AUTH are the plan's to leave out
    pub keywords: &'static [&'static str],
    pub size: Option<usize>,
    pub pipelining: bool,
    pub mechanisms: &'static [&'static str],
    pub auth_ok: &'static str,
    pub auth_refused: &'static str,
    pub auth_in_clear: &'static str,
    pub auth_needed: &'static str,
    /// When the sender is not the login; none where the server does not mind
    pub other_sender: Option<&'static str>,
    pub too_large: &'static str,
    pub too_fast: &'static str,
    pub too_many: &'static str,
    /// The answer to the final dot; `{id}` is a number
    pub taken: &'static str,
}

/// A server as RFC 5321 has it.
pub const PLAIN: Profile = Profile {
    banner: "220 mail.hongyan.test ESMTP",
    name: "mail.hongyan.test",
    keywords: &["PIPELINING", "SIZE", "STARTTLS", "AUTH", "ENHANCEDSTATUSCODES", "8BITMIME"],
    size: Some(20 * 1024 * 1024),
    pipelining: true,
    mechanisms: &["PLAIN", "LOGIN", "XOAUTH2"],
    auth_ok: "235 2.7.0 Authentication successful",
    auth_refused: "535 5.7.8 Error: authentication failed: bad credentials",
    auth_in_clear: "530 5.7.0 Must issue a STARTTLS command first",
    auth_needed: "530 5.7.0 Authentication required",
    other_sender: Some("553 5.7.1 Sender address rejected: not owned by user"),
    too_large: "552 5.3.4 Message size exceeds fixed limit",
    too_fast: "450 4.7.1 Rate limit exceeded, try again later",
    too_many: "421 4.7.0 Too many messages on this connection",
    taken: "250 2.0.0 Ok: queued as HY{id}",
};

/// smtp.qq.com.
pub const QQ: Profile = Profile {
    banner: "220 newxmesmtplogicsvrszc1-0.qq.com XMail Esmtp QQ Mail Server.",
    name: "smtp.qq.com",
    keywords: &["PIPELINING", "SIZE", "STARTTLS", "AUTH", "AUTH=LOGIN", "MAILCOMPRESS", "8BITMIME"],
    size: Some(73_400_320),
    pipelining: true,
    mechanisms: &["LOGIN", "PLAIN", "XOAUTH", "XOAUTH2"],
    auth_ok: "235 Authentication successful",
    auth_refused: "535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
    auth_in_clear: "530 Error: A secure connection is requiered(such as ssl).",
    auth_needed: "503 Error: need EHLO and AUTH first !",
    other_sender: Some("501 Mail from address must be same as authorization user."),
    too_large: "552 Requested mail action aborted: exceeded mailsize limit",
    too_fast: "550 Mail sending frequency limited, please try again later.",
    too_many: "421 Too many messages in one connection",
    taken: "250 OK: queued as.",
};

/// smtp.163.com.
pub const NETEASE: Profile = Profile {
    banner: "220 163.com Anti-spam GT for Coremail System (163com[20141201])",
    name: "mail",
    keywords: &[
        "PIPELINING",
        "AUTH",
        "AUTH=LOGIN PLAIN",
        "coremail 1Uxr2xKj7kG0xkI17xGrU7I0s8FY2U3Uj8Cz28x1UUUUU7Ic2I0Y2U",
        "STARTTLS",
        "ID",
        "8BITMIME",
    ],
    size: None,
    pipelining: true,
    mechanisms: &["LOGIN", "PLAIN", "XOAUTH2"],
    auth_ok: "235 Authentication successful",
    auth_refused: "535 Error: authentication failed",
    auth_in_clear: "530 Must issue a STARTTLS command first",
    auth_needed: "553 authentication is required,smtp2,DNGowAC3",
    other_sender: Some("553 Mail from must equal authorized user"),
    too_large: "552 Requested mail action aborted: exceeded mailsize limit",
    too_fast: "451 MI:SFQ 163 smtp2,DNGowAC3 1767225600",
    too_many: "450 MI:DMC 163 smtp2,DNGowAC3 1767225600",
    taken: "250 Mail OK queued as smtp2,DNGowAC{id} 1767225600",
};

/// smtp.gmail.com.
pub const GMAIL: Profile = Profile {
    banner: "220 smtp.gmail.com ESMTP 3f1490d57ef6 - gsmtp",
    name: "smtp.gmail.com at your service, [127.0.0.1]",
    keywords: &[
        "SIZE",
        "8BITMIME",
        "STARTTLS",
        "AUTH",
        "ENHANCEDSTATUSCODES",
        "PIPELINING",
        "CHUNKING",
        "SMTPUTF8",
    ],
    size: Some(35_882_577),
    pipelining: true,
    mechanisms: &["LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"],
    auth_ok: "235 2.7.0 Accepted",
    auth_refused: "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials 3f1490d57ef6 - gsmtp",
    auth_in_clear: "530 5.7.0 Must issue a STARTTLS command first. 3f1490d57ef6 - gsmtp",
    auth_needed: "530-5.7.0 Authentication Required. For more information, go to\n530 5.7.0  https://support.google.com/mail/?p=WantAuthError 3f1490d57ef6 - gsmtp",
    other_sender: None,
    too_large: "552-5.3.4 Your message exceeded Google's message size limits.\n552 5.3.4 3f1490d57ef6 - gsmtp",
    too_fast: "421-4.7.0 Try again later, closing connection.\n421 4.7.0 3f1490d57ef6 - gsmtp",
    too_many: "421 4.7.0 Try again later, closing connection. 3f1490d57ef6 - gsmtp",
    taken: "250 2.0.0 OK  1767225600 3f1490d57ef6-{id} - gsmtp",
};

/// smtp.office365.com.
pub const OFFICE365: Profile = Profile {
    banner: "220 SG2PR01CA0123.outlook.office365.com Microsoft ESMTP MAIL Service ready at Thu, 1 Jan 2026 00:00:00 +0000",
    name: "SG2PR01CA0123.outlook.office365.com Hello [127.0.0.1]",
    keywords: &[
        "SIZE",
        "PIPELINING",
        "DSN",
        "ENHANCEDSTATUSCODES",
        "STARTTLS",
        "AUTH",
        "8BITMIME",
        "BINARYMIME",
        "CHUNKING",
        "SMTPUTF8",
    ],
    size: Some(157_286_400),
    pipelining: true,
    mechanisms: &["LOGIN", "XOAUTH2"],
    auth_ok: "235 2.7.0 Authentication successful",
    auth_refused: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [SG2PR01CA0123.apcprd01.prod.exchangelabs.com]",
    auth_in_clear: "530 5.7.57 Client not authenticated to send mail. [SG2PR01CA0123.apcprd01.prod.exchangelabs.com]",
    auth_needed: "530 5.7.57 Client not authenticated to send mail. [SG2PR01CA0123.apcprd01.prod.exchangelabs.com]",
    other_sender: Some(
        "554 5.7.60 SMTP; Client does not have permissions to send as this sender [SG2PR01CA0123.apcprd01.prod.exchangelabs.com]",
    ),
    too_large: "552 5.3.4 Message size exceeds fixed maximum message size",
    too_fast: "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
    too_many: "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
    taken: "250 2.0.0 OK <{id}@SG2PR01MB0123.apcprd01.prod.exchangelabs.com> [Hostname=SG2PR01MB0123.apcprd01.prod.exchangelabs.com]",
};
