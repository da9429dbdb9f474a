//! `hongyan send`

use serde_json::Value as Json;

use super::args::Send;
use super::exit::{Exit, Failure};
use super::render::{locale, vars};
use super::voice::Voice;
use super::wait::wait;
use crate::compose::Adapted;
use crate::composer::Draft;
use crate::config::Via;
use crate::diagnostic::{Diagnostic, Diagnostics, Text};
use crate::error::Error;
use crate::mail::Attachment;
use crate::mailer::{Delivery, Mailer, Setup, failed_receipt};
use crate::text;
use crate::transport::{Cause, SendError, Stage, Tried};

pub fn run(send: &Send, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let via = send.via.as_deref().map(Via::parse).transpose();
    let via = via.map_err(|faults| Failure { exit: Exit::Usage, faults })?;
    let outfit = setup.outfit()?;
    let builder = outfit.builder(via.as_ref())?;
    if via.is_none() {
        voice.warn(&outfit.warnings());
    }
    let mailer = builder.build()?;
    let drafts = drafts(send, &mailer)?;
    if outfit.is_unset() && via.is_none() {
        tell_of_inbox(setup, voice);
    }
    super::log::begin();
    let results = wait(async {
        let mut results = Vec::with_capacity(drafts.len());
        let mut interrupted = false;
        for draft in drafts {
            let result = match interrupted {
                true => Err(not_sent().into()),
                false => send_one(&mailer, &draft, &mut interrupted, voice).await,
            };
            tell(&draft, &result, voice);
            results.push((draft, result));
        }
        mailer.close().await;
        results
    })?;
    Ok(report(&results, voice))
}

/// Sends one mail. At the first Ctrl-C it is still sent, and no other; at the second it is left as
/// it is, and whether it went out is not known.
async fn send_one(
    mailer: &Mailer,
    draft: &Draft,
    interrupted: &mut bool,
    voice: &Voice,
) -> Result<Delivery, Error> {
    let mut sending = std::pin::pin!(mailer.send(draft));
    tokio::select! {
        result = &mut sending => return result,
        _ = tokio::signal::ctrl_c() => {}
    }
    *interrupted = true;
    voice.note(&text!(
        "stopping after this mail; once more to stop now",
        "发完这一封就停止；再按一次立即停止"
    ));
    tokio::select! {
        result = &mut sending => result,
        _ = tokio::signal::ctrl_c() => Err(left_open().into()),
    }
}

fn not_sent() -> SendError {
    let what = text!("not sent: it was interrupted before", "未发送：在此之前已被中断");
    SendError::new(Stage::Prepare, Cause::Transient, what)
}

fn left_open() -> SendError {
    let what = text!(
        "interrupted while it was being sent: whether it went out is not known",
        "发送过程中被中断：不知道是否已经发出"
    );
    SendError::new(Stage::HandOver, Cause::InDoubt, what)
}

/// Nothing is sent unless every mail could be put together.
fn drafts(send: &Send, mailer: &Mailer) -> Result<Vec<Draft>, Failure> {
    let composer = mailer.composer();
    let mut faults = Diagnostics::new();
    let kind = composer.catalog().kind(&send.kind)?.clone();
    let locale = locale(&composer, &send.content);
    let vars = vars(&kind, &locale, &send.content, &composer, None)?;
    let attachments = attachments(send)?;
    let mut drafts = Vec::new();
    for (index, to) in send.to.iter().enumerate() {
        match Draft::new(&kind.name, &locale, to) {
            Ok(draft) => {
                drafts.push(Draft { vars: vars.clone(), attachments: attachments.clone(), ..draft })
            }
            // Which of several it is: addresses are not repeated in faults.
            Err(problems) if send.to.len() > 1 => {
                let place = |fault: Diagnostic| fault.pointer(format!("/to/{index}"));
                faults.extend(problems.into_iter().map(place));
            }
            Err(problems) => faults.extend(problems),
        }
    }
    if let Some(draft) = drafts.first() {
        faults.extend(composer.render(draft).err().into_iter().flatten());
    }
    Ok(faults.ok(drafts)?)
}

fn attachments(send: &Send) -> Result<Vec<Attachment>, Failure> {
    let mut attachments = Vec::new();
    for path in &send.attach {
        let bytes = std::fs::read(path).map_err(|error| Failure::io(path, &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let attachment = Attachment::new(&name, None, bytes).map_err(|error| error.diagnostic())?;
        attachments.push(attachment);
    }
    Ok(attachments)
}

fn tell_of_inbox(setup: &Setup, voice: &Voice) {
    voice.note(&text!(
        "no mail variable is set: the mail is caught in the file inbox, nothing is sent",
        "没有设置任何邮件变量：邮件会存入文件收件箱，不会真正发出"
    ));
    let hint: Diagnostics = setup.files.production_hint().into_iter().collect();
    voice.warn(&hint);
}

fn report(results: &[(Draft, Result<Delivery, Error>)], voice: &Voice) -> Exit {
    let exit = results.iter().fold(Exit::Done, |exit, (_, result)| match result {
        Ok(_) => exit,
        Err(error) => exit.worst(Exit::of(error)),
    });
    if voice.json {
        let receipts = results.iter().map(|(draft, result)| match result {
            Ok(delivery) => serde_json::to_value(delivery).unwrap_or(Json::Null),
            Err(error) => failed_receipt(draft, error, voice.language()),
        });
        voice.document(&receipts.collect());
    }
    exit
}

/// For people, each mail as soon as it is done.
fn tell(draft: &Draft, result: &Result<Delivery, Error>, voice: &Voice) {
    match result {
        _ if voice.json => {}
        Ok(delivery) => told(delivery, voice),
        Err(error) => {
            let to = draft.to.address().masked();
            let about = |fault: Diagnostic| fault.within(&text!("{to}", "{to}"));
            voice.warn(&error.diagnostics().into_iter().map(about).collect());
        }
    }
}

/// A mail that lies on this machine is told by its path alone, so that a script can take it.
fn told(delivery: &Delivery, voice: &Voice) {
    let Delivery { kind, locale, to, transport, .. } = delivery;
    match &delivery.path {
        Some(path) => {
            voice.note(&text!(
                "caught `{kind}` ({locale}) for {to}",
                "已存下 `{kind}`（{locale}），收件人 {to}"
            ));
            voice.line(&path.display().to_string());
        }
        None => {
            voice.say(&text!(
                "sent `{kind}` ({locale}) to {to} by `{transport}`",
                "已通过 `{transport}` 发送 `{kind}`（{locale}）给 {to}"
            ));
            details(delivery, voice);
        }
    }
}

/// What the server said and how long it took, for people.
fn details(delivery: &Delivery, voice: &Voice) {
    let said = delivery.reply.as_ref().map(ToString::to_string).unwrap_or_default();
    let id = &delivery.message_id;
    voice.say(&text!("  server said  {said}", "  服务器答复  {said}"));
    voice.say(&text!("  Message-ID   {id}", "  Message-ID  {id}"));
    if let Some(id) = &delivery.provider_id {
        voice.say(&text!("  provider id  {id}", "  服务商编号  {id}"));
    }
    for Adapted { what, how } in &delivery.adapted {
        voice.say(&text!("  adapted      {what}: {how}", "  已调整      {what}：{how}"));
    }
    for Tried { transport, error, .. } in &delivery.tried {
        let Text { en, zh } = &error.what;
        voice
            .say(&text!("  tried before `{transport}`: {en}", "  此前尝试    `{transport}`：{zh}"));
    }
    for copy in &delivery.copies {
        let (to, state) = (&copy.to, copy.state.as_str());
        voice.say(&text!("  copy         {to}: {state}", "  副本        {to}：{state}"));
    }
    let steps = delivery.timings_ms.iter().filter(|(name, _)| *name != "deliver");
    let steps: Vec<String> = steps.map(|(name, took)| format!("{name} {took:.0} ms")).collect();
    let (steps_en, steps_zh) = (steps.join(", "), steps.join("，"));
    voice.say(&text!("  took         {steps_en}", "  耗时        {steps_zh}"));
}
