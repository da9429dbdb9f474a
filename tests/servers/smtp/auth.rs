//! AUTH with PLAIN, LOGIN and XOAUTH2; the credentials are those of the plan or refused.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::fault::Stage;
use super::session::Session;

pub(super) async fn run(session: &mut Session, line: &str) -> io::Result<()> {
    let mut words = line.split(' ').skip(1);
    let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
    let initial = words.next().map(str::to_owned);
    if let Some(act) = session.due(Stage::Auth, line) {
        let refused = session.plan.profile.auth_refused;
        while session.wire.act(&act, refused, line).await? == 334 {
            session.command().await?;
        }
        return Ok(());
    }
    let plan = session.plan.clone();
    if !session.wire.is_encrypted() && !plan.login_in_clear {
        return session.say(plan.profile.auth_in_clear).await;
    }
    if !plan.mechanisms.iter().any(|known| *known == mechanism) {
        return session.say("504 5.5.4 Unrecognized authentication type").await;
    }
    let good = match &*mechanism {
        "PLAIN" => {
            let expected = format!("\0{}\0{}", plan.user, plan.password);
            text(session, initial, "").await? == expected
        }
        "LOGIN" => {
            // Each provider writes the prompts as it likes.
            let user = text(session, initial, "dXNlcm5hbWU6").await?;
            text(session, None, "UGFzc3dvcmQ6").await? == plan.password && user == plan.user
        }
        "XOAUTH2" => {
            let expected = format!("user={}\x01auth=Bearer {}\x01\x01", plan.user, plan.token);
            let good = text(session, initial, "").await? == expected;
            if !good {
                let why = r#"{"status":"400","schemes":"Bearer","scope":"mail"}"#;
                text(session, None, &BASE64.encode(why)).await?;
            }
            good
        }
        _ => false,
    };
    if !good {
        return session.say(plan.profile.auth_refused).await;
    }
    session.login = Some(plan.user.clone());
    session.shared.record().logins += 1;
    session.say(plan.profile.auth_ok).await
}

/// What came with the command, else the answer to a prompt.
async fn text(session: &mut Session, initial: Option<String>, prompt: &str) -> io::Result<String> {
    let line = match initial {
        Some(line) => line,
        None => {
            session.say(&format!("334 {prompt}")).await?;
            session.command().await?
        }
    };
    Ok(BASE64.decode(line).map_or_else(|_| "?".into(), |b| String::from_utf8_lossy(&b).into()))
}
