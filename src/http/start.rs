//! From settings to a service that listens, and to its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::live::{Current, Found, Live};
use super::measure::Requests;
use super::routes::routes;
use super::{Phase, Service, Shared};
use crate::daemon::orders::{Order, Orders};
use crate::daemon::reading::fingerprint;
use crate::daemon::workers::Workers;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language};
use crate::error::Error;
use crate::mailer::{Asked, Setup};
use crate::outbox::Forgetting;
use crate::text;
use crate::web::hosts::Hosts;
use crate::web::listen::{self, StartError};
use crate::web::server::{Limits, serve};

/// Where it listens unless said.
const USUAL: &str = "127.0.0.1:3026";
/// The most connections at once.
const CONNECTIONS: u32 = 512;

const SERVICE: listen::Listener =
    listen::Listener { name: ("service", "服务"), other: "127.0.0.1:3036", usual: USUAL };

/// How a service is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Address and port; what the environment says otherwise
    pub listen: Option<String>,
    /// Nothing is delivered here: a worker does that
    pub no_worker: bool,
    /// The project is loaded again when its files change
    pub watch: bool,
    /// How long everything goes on after the order to end, so that balancers hear of it first
    pub drain_delay: Duration,
    /// The language where a request says none
    pub language: Language,
}

/// How a service ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// What was begun is finished
    Finished,
    /// It was told twice: the next to start looks again at what was being handed over
    Abandoned,
}

/// A service that listens and has its mailer.
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    warnings: Diagnostics,
    serving: Serving,
}

impl Server {
    /// Reads everything and takes the port.
    ///
    /// # Errors
    /// What is wrong with project and settings; a port that is taken; other machines that could
    /// ask without a token.
    pub fn open(setup: Setup, asked: Asked, options: Options) -> Result<Server, StartError> {
        let print = fingerprint(&setup.project);
        let found = Found::read(&setup)?;
        let settings = &found.settings;
        let wanted = options.listen.as_deref().or(settings.listen.as_deref()).unwrap_or(USUAL);
        let (listener, address) = listen::listen(wanted, SERVICE)?;
        let hosts = Hosts::new(address, &[]);
        if settings.tokens.is_empty() && !hosts.are_local() {
            return Err(StartError::Configuration { fault: Box::new(open_to_all()) });
        }
        // Last: a service that does not start leaves nothing behind.
        let outbox = found.outbox()?;
        let warnings = found.warnings.clone();
        let live = Live::new(found, outbox)?;
        let failed = |error: io::Error| StartError::of_system(&error);
        let runtime = Builder::new_multi_thread().enable_all().build().map_err(failed)?;
        // Before anybody is told that it is there, and may signal.
        let orders = runtime.block_on(async { Orders::new(print, options.watch) });
        let orders = orders.map_err(failed)?;
        let service = Arc::new(Service {
            current: Current::new(live),
            hosts,
            language: options.language,
            requests: Requests::default(),
            reload_failures: AtomicU64::default(),
            phase: watch::Sender::default(),
        });
        let serving = Serving { service, setup, asked, options, orders };
        Ok(Server { runtime, listener, address, warnings, serving })
    }

    /// Where it is to be asked.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was noticed and does not stop anything.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// Serves until it is told to end. What was begun is finished then, unless it is told again.
    ///
    /// # Errors
    /// A port that cannot be waited at.
    pub fn run(self) -> Result<Ending, StartError> {
        let result = self.runtime.block_on(async {
            self.listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            Ok(self.serving.until_told(listener).await)
        });
        self.runtime.shutdown_background();
        result.map_err(|error: io::Error| StartError::of_system(&error))
    }
}

/// What is served, and what it was made of.
struct Serving {
    service: Shared,
    setup: Setup,
    asked: Asked,
    options: Options,
    orders: Orders,
}

impl Serving {
    async fn until_told(self, listener: tokio::net::TcpListener) -> Ending {
        let (close, closing) = watch::channel(false);
        let app = routes(self.service.clone());
        let server = tokio::spawn(serve(listener, app, Limits::of(CONNECTIONS), raised(closing)));
        let mut workers = Workers::new(!self.options.no_worker);
        let live = self.service.current.get();
        workers.begin(&live.mailer);
        let mut forgetting = Forgetting::begin(&live.outbox, live.retention);
        drop(live);
        let (mut setup, mut orders) = (self.setup, self.orders);
        loop {
            match orders.next(&setup.project).await {
                Order::End => break,
                Order::Reload => reload(&self.service, &setup),
                Order::Renew => {
                    if renew(&self.service, &self.asked, &mut setup) {
                        let live = self.service.current.get();
                        workers.begin(&live.mailer);
                        forgetting = Forgetting::begin(&live.outbox, live.retention);
                    }
                }
            }
        }
        let (service, delay) = (self.service, self.options.drain_delay);
        let end = async {
            leave(&service, delay).await;
            workers.end().await;
            drop(forgetting);
            let _ = close.send(true);
            let _ = server.await;
            let live = service.current.get();
            live.mailer.close().await;
            live.outbox.store().close().await;
        };
        tokio::select! {
            () = end => Ending::Finished,
            () = orders.again() => {
                tracing::warn!("ended in the midst of it");
                Ending::Abandoned
            }
        }
    }
}

/// Balancers hear of the end first, and until they have, everything goes on. Then no more mails are
/// taken, and those who wait for the end of one are answered; other requests are answered until
/// nothing is under way.
async fn leave(service: &Service, delay: Duration) {
    service.phase.send_replace(Phase::Leaving);
    if !delay.is_zero() {
        tracing::info!(?delay, "ending soon: `/readyz` says so; once more to end now");
        tokio::time::sleep(delay).await;
    }
    service.phase.send_replace(Phase::Draining);
    tracing::info!("ending: what was begun is finished; once more to end now");
}

/// Settings and secrets are read again; faults leave everything as it is. Whether they are others.
fn renew(service: &Shared, asked: &Asked, setup: &mut Setup) -> bool {
    let kept = service.current.get().outbox.clone();
    let read =
        Setup::from_env(asked).and_then(|new| Ok((Live::new(Found::read(&new)?, kept)?, new)));
    match read {
        Ok((live, _)) if live.tokens.is_empty() && !service.hosts.are_local() => {
            count_failure(service);
            tracing::error!("settings were not renewed: there is no token any more");
            false
        }
        Ok((mut live, new)) => {
            let fixed = service.current.get().fixed.clone();
            fixed.tell_changes(&live.fixed);
            live.fixed = fixed;
            service.current.replace(live);
            *setup = new;
            tracing::info!("settings were read again");
            true
        }
        Err(error) => {
            count_failure(service);
            tell("settings were not renewed", &error);
            false
        }
    }
}

/// The project is loaded again; faults leave the last good one.
fn reload(service: &Shared, setup: &Setup) {
    match service.current.get().with_project(setup) {
        Ok(live) => {
            service.current.replace(live);
            tracing::info!("the project was loaded again");
        }
        Err(error) => {
            count_failure(service);
            tell("the project was not loaded again", &error);
        }
    }
}

fn count_failure(service: &Shared) {
    service.reload_failures.fetch_add(1, Ordering::Relaxed);
}

/// What keeps everything as it is: a line for each fault.
fn tell(what: &str, error: &Error) {
    for fault in error.diagnostics().iter() {
        tracing::error!("{what}: {}", fault.to_line(Language::En));
    }
}

async fn raised(mut flag: watch::Receiver<bool>) {
    let _ = flag.wait_for(|raised| *raised).await;
}

fn open_to_all() -> Diagnostic {
    let title = text!(
        "other machines could reach the service, and `HONGYAN_API_TOKENS` is not set",
        "其他机器可以访问服务，但没有设置 `HONGYAN_API_TOKENS`"
    );
    Diagnostic::error(Code::ListenOpen, title).hint(text!(
        "`hongyan token new NAME` makes one; or listen at `{USUAL}`",
        "用 `hongyan token new 名称` 生成令牌，或只监听 `{USUAL}`"
    ))
}
