//! `hongyan worker`: delivers what is in the outbox, for as long as it is let.

use std::path::Path;
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::daemon::fixed::Fixed;
use crate::daemon::orders::{Order, Orders};
use crate::daemon::reading::{fingerprint, read_settled};
use crate::daemon::workers::Workers;
use crate::mailer::{Mailer, MailerBuilder, Need, Outfit, Setup};
use crate::outbox::{Forgetting, Outbox};
use crate::text;

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
    let found = setup()?;
    let orders = Orders::new(fingerprint(&found.project), false);
    let mut orders = orders.map_err(|error| Failure::io(Path::new("signals"), &error))?;
    let (Means { mailer, retention, fixed }, outbox) = open(&found, voice)?;
    let mut workers = Workers::new(true);
    workers.begin(&mailer);
    let mut forgetting = Forgetting::begin(&outbox, retention);
    tracing::info!("delivering; SIGTERM or Ctrl-C finishes what is under way");
    while !matches!(orders.next(&found.project).await, Order::End) {
        match renewed(setup, &outbox, voice) {
            Ok(means) => {
                fixed.tell_changes(&means.fixed);
                workers.begin(&means.mailer);
                forgetting = Forgetting::begin(&outbox, means.retention);
                tracing::info!("configuration, secrets and project were read again");
            }
            Err(failure) => {
                voice.warn(&failure.faults);
                tracing::error!("what was read again cannot be used: going on as before");
            }
        }
    }
    tracing::info!("finishing what is under way; once more to stop at once");
    let end = async {
        workers.end().await;
        drop(forgetting);
        outbox.store().close().await;
    };
    tokio::select! {
        () = end => Ok(Exit::Done),
        () = orders.again() => {
            voice.note(&text!(
                "stopped at once: what was being handed over is looked at again by the next worker",
                "已立即停止：正在移交的邮件由下一个投递进程继续处理"
            ));
            Ok(Exit::NotNow)
        }
    }
}

/// What a worker works with, of one moment.
struct Means {
    mailer: Mailer,
    retention: Duration,
    fixed: Fixed,
}

fn open(setup: &Setup, voice: &Voice) -> Result<(Means, Outbox), Failure> {
    let (outfit, builder) = checked(setup, voice)?;
    // Last: a worker that does not start leaves nothing behind.
    let outbox = outfit.outbox(Need::Always)?;
    Ok((means(&outfit, builder, &outbox)?, outbox))
}

/// The same outbox, and all else anew.
fn renewed(
    setup: &impl Fn() -> Result<Setup, Failure>,
    outbox: &Outbox,
    voice: &Voice,
) -> Result<Means, Failure> {
    let setup = setup()?;
    let (outfit, builder) = checked(&setup, voice)?;
    means(&outfit, builder, outbox)
}

fn checked<'s>(setup: &'s Setup, voice: &Voice) -> Result<(Outfit<'s>, MailerBuilder), Failure> {
    let outfit = setup.service_outfit_of(read_settled(setup)?);
    voice.warn(&outfit.warnings());
    let builder = outfit.builder(None)?;
    outfit.checked_stage()?;
    Ok((outfit, builder))
}

fn means(outfit: &Outfit<'_>, builder: MailerBuilder, outbox: &Outbox) -> Result<Means, Failure> {
    Ok(Means {
        mailer: builder.outbox(outbox.clone()).build()?,
        retention: outfit.outbox_settings().retention,
        fixed: Fixed::of(outfit, None),
    })
}
