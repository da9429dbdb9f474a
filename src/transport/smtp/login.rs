//! AUTH (RFC 4954) with PLAIN, LOGIN or XOAUTH2. Never on a connection that is not encrypted.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::answer::Answer;
use super::fault;
use super::open::Connection;
use super::wire::{REPLY, Wire};
use crate::config::{Login, Proof, TokenSource};
use crate::diagnostic::Text;
use crate::secret::Secret;
use crate::text;
use crate::transport::{Cause, Retry, SendError, Stage};

/// The most bytes of a token; those of Microsoft have about 3,000.
const MAX_TOKEN: u64 = 16 * 1024;
/// Shorter users are words of any sentence.
const MIN_USER: usize = 6;
/// How long a command may take to print a token.
const TOKEN_COMMAND: Duration = Duration::from_secs(30);

/// Logs in and says by which mechanism.
pub(super) async fn log_in(
    connection: &mut Connection,
    login: &Login,
    provider: &str,
) -> Result<String, SendError> {
    if !connection.wire.stream.is_encrypted() {
        return Err(in_clear());
    }
    let until = connection.wire.until;
    let (secret, wanted): (Secret, &[Mechanism]) = match &login.proof {
        Proof::Password(password) => (password.clone(), &[Mechanism::Plain, Mechanism::Login]),
        Proof::Token(source) => (token(source, until).await?, &[Mechanism::Xoauth2]),
    };
    let Some(mechanism) = connection.capabilities.offers(wanted) else {
        return Err(no_mechanism(wanted, &connection.capabilities.auth));
    };
    let credentials = Credentials::new(login.user.clone(), secret.expose().to_owned());
    let mut sent = Vec::new();
    let mut answer = exchange(&mut connection.wire, mechanism, credentials, &mut sent).await?;
    hide(&mut answer, &secret, &sent);
    hide_user(&mut answer, &login.user);
    match answer.class() {
        2 => Ok(mechanism.to_string()),
        4 | 5 => Err(SendError::refused(provider, Stage::Auth, answer.to_reply())),
        _ => Err(fault::unexpected(Stage::Auth, &answer)),
    }
}

/// The dialogue up to the server's verdict; what was said in it goes into `sent`.
async fn exchange(
    wire: &mut Wire,
    mechanism: Mechanism,
    credentials: Credentials,
    sent: &mut Vec<String>,
) -> Result<Answer, SendError> {
    let mut next = match mechanism {
        // Servers word the prompts of LOGIN as they like; their order is what counts.
        Mechanism::Login => login_lines(&credentials),
        // After a failure XOAUTH2 asks for an empty line before it says 535.
        _ => vec![String::new()],
    }
    .into_iter();
    let auth = Auth::new(mechanism, credentials, None).map_err(|_| fault::unusable_login())?;
    let command = auth.to_string();
    sent.extend(command.split_whitespace().skip(2).map(str::to_owned));
    let mut answer = wire.ask(&command, Stage::Auth).await.map_err(suspicious)?;
    while answer.code == 334 {
        let Some(line) = next.next() else { break };
        wire.send(&format!("{line}\r\n"), Stage::Auth).await?;
        answer = wire.read(Stage::Auth, REPLY).await.map_err(suspicious)?;
        sent.push(line);
    }
    Ok(answer)
}

/// Some servers repeat the command that they refuse. Their words go into errors, so the secret, and
/// what was sent of it in base64 or a long piece of that, is taken out. A piece of the secret itself
/// may be a common word, whose absence would tell.
fn hide(answer: &mut Answer, secret: &Secret, sent: &[String]) {
    let secret = Some(secret.expose()).filter(|secret| secret.len() >= 4);
    let separates = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '=');
    let repeated = |word: &&str| word.len() >= 8 && sent.iter().any(|sent| sent.contains(*word));
    for line in &mut answer.lines {
        let mut shown = secret.map_or_else(|| line.clone(), |secret| line.replace(secret, "***"));
        for word in line.split(separates).filter(repeated) {
            shown = shown.replace(word, "***");
        }
        *line = shown;
    }
}

/// An address is masked with all others; any other user goes here, unless it may be a word of the
/// answer.
fn hide_user(answer: &mut Answer, user: &str) {
    if user.len() >= MIN_USER && !user.contains('@') {
        answer.lines.iter_mut().for_each(|line| *line = line.replace(user, "***"));
    }
}

fn login_lines(credentials: &Credentials) -> Vec<String> {
    ["Username:", "Password:"]
        .into_iter()
        .filter_map(|prompt| Mechanism::Login.response(credentials, Some(prompt)).ok())
        .map(|line| BASE64.encode(line))
        .collect()
}

/// QQ hangs up without a word when the authorization code was revoked, and too many logins lock an
/// account: the next try has time.
fn suspicious(error: SendError) -> SendError {
    match error.cause {
        Cause::Network => error.retry(Retry::After(Duration::from_secs(300))),
        _ => error,
    }
}

/// An access token, read anew for each login: it lives for an hour.
async fn token(source: &TokenSource, until: Instant) -> Result<Secret, SendError> {
    let bytes = match source {
        TokenSource::Given(token) => return Ok(token.clone()),
        TokenSource::File(path) => {
            let read = tokio::time::timeout_at(until.into(), read_token(path)).await;
            let read = read.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            read.map_err(|error| {
                let Text { en, zh } = Text::of_io(&error);
                no_token(text!("`SMTP_OAUTH_TOKEN_FILE`: {en}", "`SMTP_OAUTH_TOKEN_FILE`：{zh}"))
            })?
        }
        TokenSource::Command(line) => run(line, until).await?,
    };
    let token = String::from_utf8(bytes).ok().map(|text| text.trim().to_owned());
    match token.filter(|token| !token.is_empty() && !token.contains(char::is_control)) {
        Some(token) => Ok(Secret::new(token)),
        None => Err(no_token(text!(
            "the OAuth token that was read is empty or not one line",
            "读到的 OAuth 令牌为空或不止一行"
        ))),
    }
}

async fn read_token(path: &Path) -> io::Result<Vec<u8>> {
    let mut token = Vec::new();
    tokio::fs::File::open(path).await?.take(MAX_TOKEN).read_to_end(&mut token).await?;
    Ok(token)
}

/// What the command prints. Its error output may hold secrets, so it goes nowhere.
async fn run(line: &Secret, until: Instant) -> Result<Vec<u8>, SendError> {
    let failed = || {
        no_token(text!(
            "`SMTP_OAUTH_TOKEN_COMMAND` failed or took more than 30 s",
            "`SMTP_OAUTH_TOKEN_COMMAND` 执行失败或超过 30 秒"
        ))
    };
    let mut child = Command::new("sh")
        .args(["-c", line.expose()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|_| failed())?;
    let mut token = Vec::new();
    let read = async {
        if let Some(stdout) = child.stdout.take() {
            stdout.take(MAX_TOKEN).read_to_end(&mut token).await?;
        }
        child.wait().await
    };
    let until = until.min(Instant::now() + TOKEN_COMMAND);
    match tokio::time::timeout_at(until.into(), read).await {
        Ok(Ok(status)) if status.success() => Ok(token),
        _ => Err(failed()),
    }
}

fn no_token(what: Text) -> SendError {
    SendError::new(Stage::Auth, Cause::Auth, what).hint(text!(
        "the file or command gives an access token alone, such as `gcloud auth print-access-token` prints",
        "文件或命令应只给出访问令牌，例如 `gcloud auth print-access-token` 的输出"
    ))
}

fn in_clear() -> SendError {
    let what = text!(
        "the connection is not encrypted, so the login was not sent",
        "连接未加密，因此没有发送登录信息"
    );
    SendError::new(Stage::Auth, Cause::Configuration, what).hint(text!(
        "remove `SMTP_TLS=false`, or the login",
        "请删除 `SMTP_TLS=false`，或去掉登录信息"
    ))
}

fn no_mechanism(wanted: &[Mechanism], offered: &[String]) -> SendError {
    let wanted = wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let what = match offered {
        [] => text!("the server offers no login on this connection", "服务器在此连接上不提供登录"),
        offered => {
            let offered = offered.join(", ");
            text!(
                "the server takes {offered} for the login; what is set here needs {wanted}",
                "服务器支持的登录方式是 {offered}，而当前设置需要 {wanted}"
            )
        }
    };
    SendError::new(Stage::Auth, Cause::Configuration, what).hint(text!(
        "a password needs PLAIN or LOGIN, `SMTP_OAUTH_TOKEN` needs XOAUTH2; a relay without logins wants no `SMTP_USER`",
        "密码需要 PLAIN 或 LOGIN，`SMTP_OAUTH_TOKEN` 需要 XOAUTH2；无需登录的中继请不要设置 `SMTP_USER`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_not_repeated() {
        let (secret, sent) = (Secret::new("my/password"), ["AHVzZXIAbXkvcGFzc3dvcmQ=".to_owned()]);
        let cases = [
            ("what is \"AUTH PLAIN AHVzZXIAbXkvcGFzc3dvcmQ=\"?", "what is \"AUTH PLAIN ***\"?"),
            ("AUTH PLAIN AHVzZXIAbXk...", "AUTH PLAIN ***..."),
            ("my/password is wrong", "*** is wrong"),
            (
                "5.7.9 Application-specific password required",
                "5.7.9 Application-specific password required",
            ),
        ];
        for (said, shown) in cases {
            let mut answer = Answer { code: 500, lines: vec![said.to_owned()] };
            hide(&mut answer, &secret, &sent);
            hide_user(&mut answer, "mailer-7");
            assert_eq!(answer.lines, [shown]);
        }
    }
}
