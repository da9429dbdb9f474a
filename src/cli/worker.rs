//! `hongyan worker`: delivers what is in the outbox, for as long as it is let.

use std::path::Path;
use std::time::Duration;

use tokio::sync::oneshot;

use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::daemon::reading::read_settled;
use crate::daemon::signals::{Signal, Signals};
use crate::mailer::{Mailer, Need, Setup};
use crate::outbox::{Forgetting, Outbox};
use crate::text;

/// Why a round ended.
enum Round {
    /// It is over; whatever was under way has been finished
    Over,
    /// Secrets are to be read again
    Again,
    /// At once, whatever is under way
    Now,
}

pub fn run(setup: impl Fn() -> Result<Setup, Failure>, voice: &Voice) -> Result<Exit, Failure> {
    super::log::begin_of_service();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io(Path::new("tokio"), &error))?;
    let result = runtime.block_on(work(&setup, voice));
    runtime.shutdown_background();
    result
}

async fn work(setup: &impl Fn() -> Result<Setup, Failure>, voice: &Voice) -> Result<Exit, Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::io(Path::new("signals"), &error))?;
    let (mut mailer, outbox, retention) = open(setup, voice)?;
    let mut forgetting = Forgetting::begin(&outbox, retention);
    tracing::info!("delivering; SIGTERM or Ctrl-C finishes what is under way");
    loop {
        match round(&mailer, &mut signals).await? {
            Round::Over => {
                drop(forgetting);
                mailer.close().await;
                outbox.store().close().await;
                return Ok(Exit::Done);
            }
            Round::Now => {
                voice.note(&text!(
                    "stopped at once: what was being handed over is looked at again by the next worker",
                    "已立即停止：正在移交的邮件由下一个投递进程继续处理"
                ));
                return Ok(Exit::NotNow);
            }
            Round::Again => match renewed(setup, &outbox, voice) {
                Ok((newer, retention)) => {
                    mailer.close().await;
                    mailer = newer;
                    forgetting = Forgetting::begin(&outbox, retention);
                    tracing::info!("configuration, secrets and project were read again");
                }
                Err(failure) => {
                    voice.warn(&failure.faults);
                    tracing::error!("what was read again cannot be used: going on as before");
                }
            },
        }
    }
}

/// Delivers until a signal comes; what is under way is finished then, unless a second one comes.
async fn round(mailer: &Mailer, signals: &mut Signals) -> Result<Round, Failure> {
    let (stop, stopped) = oneshot::channel::<()>();
    let until = async {
        let _ = stopped.await;
    };
    let mut running = std::pin::pin!(mailer.run_worker(until));
    let asked = tokio::select! {
        result = &mut running => return result.map(|()| Round::Over).map_err(Failure::from),
        asked = signals.next() => asked,
    };
    let end = match asked {
        Signal::End => {
            tracing::info!("finishing what is under way; once more to stop at once");
            Round::Over
        }
        Signal::Renew => Round::Again,
    };
    let _ = stop.send(());
    tokio::select! {
        result = &mut running => result.map(|()| end).map_err(Failure::from),
        () = signals.again() => Ok(Round::Now),
    }
}

fn open(
    setup: &impl Fn() -> Result<Setup, Failure>,
    voice: &Voice,
) -> Result<(Mailer, Outbox, Duration), Failure> {
    let setup = setup()?;
    let outfit = setup.service_outfit_of(read_settled(&setup)?);
    voice.warn(&outfit.warnings());
    let builder = outfit.builder(None)?;
    outfit.checked_stage()?;
    // Last: a worker that does not start leaves nothing behind.
    let outbox = outfit.outbox(Need::Always)?;
    let mailer = builder.outbox(outbox.clone()).build()?;
    Ok((mailer, outbox, outfit.outbox_settings().retention))
}

/// The same outbox, and all else anew.
fn renewed(
    setup: &impl Fn() -> Result<Setup, Failure>,
    outbox: &Outbox,
    voice: &Voice,
) -> Result<(Mailer, Duration), Failure> {
    let setup = setup()?;
    let outfit = setup.service_outfit_of(read_settled(&setup)?);
    voice.warn(&outfit.warnings());
    outfit.checked_stage()?;
    let mailer = outfit.builder(None)?.outbox(outbox.clone()).build()?;
    Ok((mailer, outfit.outbox_settings().retention))
}
