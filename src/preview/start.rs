//! From options to a server that listens.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::sync::{Semaphore, broadcast};

use super::builder::{self, Builder};
use super::caught::Folders;
use super::drafts::Drafts;
use super::routes::routes;
use super::security::Session;
use super::state::State;
use super::{Shared, Studio};
use crate::config::TransportSetting;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language};
use crate::mailer::Setup;
use crate::text;
use crate::web::hosts::Hosts;
use crate::web::listen::{self, StartError};
use crate::web::server::{Limits, serve};

/// The variable that holds the token.
const TOKEN: &str = "HONGYAN_PREVIEW_TOKEN";
/// The shortest token that is taken off loopback: it is all that stands before the mails.
const SHORTEST_TOKEN: usize = 16;
/// How many pages may listen at once; connections are left for everything else.
const LISTENERS: usize = 16;

/// The most connections at once.
const CONNECTIONS: u32 = 32;
const STUDIO: listen::Listener = listen::Listener {
    name: ("studio", "预览台"),
    other: "127.0.0.1:3030",
    usual: "127.0.0.1:3025",
};

/// How a studio is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Address and port
    pub listen: String,
    /// Names beside the machine's own under which it may be asked for
    pub allowed_hosts: Vec<String>,
    /// The language of the page, whatever the browser prefers
    pub language: Option<Language>,
    /// The language where nothing says another
    pub terminal: Language,
}

impl Options {
    /// A studio at an address.
    pub fn at(listen: &str) -> Options {
        Options { listen: listen.to_owned(), ..Options::default() }
    }
}

/// A studio that listens and has loaded its project.
pub struct Preview {
    studio: Shared,
    listener: TcpListener,
    address: SocketAddr,
    builder: Builder,
}

impl Preview {
    /// Takes the port and loads the project. A project that cannot be loaded is no reason not to
    /// start: the page says what is wrong with it.
    ///
    /// # Errors
    /// A port that is taken; other machines that could look without a token.
    pub fn open(setup: Setup, options: Options) -> Result<Preview, StartError> {
        let (listener, address) = listen::listen(&options.listen, STUDIO)?;
        let hosts = Hosts::new(address, &options.allowed_hosts);
        let token = setup.environment.get(TOKEN).map(|variable| variable.value.clone());
        let short = token.as_ref().is_none_or(|token| token.expose().len() < SHORTEST_TOKEN);
        if !hosts.are_local() && short {
            let fault = Box::new(open_to_all(token.is_some()));
            return Err(StartError::Configuration { fault });
        }
        // A name that leads here from outside is for readers on other machines too.
        let asked = !hosts.are_local() || !options.allowed_hosts.is_empty();
        let studio = Arc::new(Studio {
            caught: folders(&setup),
            setup,
            language: options.language,
            terminal: options.terminal,
            hosts,
            session: Session::new(address.port(), token.filter(|_| asked)),
            state: State::default(),
            drafts: Drafts::default(),
            news: broadcast::channel(256).0,
            streams: Arc::new(Semaphore::new(LISTENERS)),
        });
        let builder = builder::first(&studio);
        Ok(Preview { studio, listener, address, builder })
    }

    /// Where it is to be looked at.
    pub fn url(&self) -> String {
        let (ip, port) = (self.address.ip(), self.address.port());
        match ip {
            ip if ip.is_unspecified() => format!("http://127.0.0.1:{port}/"),
            _ => format!("http://{}/", self.address),
        }
    }

    /// What is wrong with the project as it is now.
    pub fn faults(&self) -> Diagnostics {
        self.studio.state.now().faults.clone()
    }

    /// Serves for as long as the process lives.
    ///
    /// # Errors
    /// A runtime that cannot be made.
    pub fn serve(self) -> Result<(), StartError> {
        let Preview { studio, listener, builder, .. } = self;
        std::thread::spawn(move || builder.follow());
        let failed = |error: io::Error| StartError::of_system(&error);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        runtime.block_on(async {
            listener.set_nonblocking(true).map_err(failed)?;
            let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
            let limits = Limits::of(CONNECTIONS);
            serve(listener, routes(studio), limits, std::future::pending()).await;
            Ok(())
        })
    }
}

/// Where the transports in use leave mails: in an inbox of their own or the usual one, and in the
/// folders of `file`.
fn folders(setup: &Setup) -> Folders {
    let mut folders = Folders { inbox: setup.inbox(), files: Vec::new() };
    let Ok(outfit) = setup.outfit() else { return folders };
    for named in outfit.lines().in_use() {
        let Some(folder) = outfit.folder(&named.setting) else { continue };
        match &named.setting {
            TransportSetting::Inbox(_) => folders.inbox = folder,
            _ => folders.files.push(folder),
        }
    }
    folders
}

fn open_to_all(short: bool) -> Diagnostic {
    let title = match short {
        true => text!("`{TOKEN}` is too short", "`{TOKEN}` 太短"),
        false => text!(
            "other machines could reach the studio, and `{TOKEN}` is not set",
            "其他机器可以访问预览台，但没有设置 `{TOKEN}`"
        ),
    };
    Diagnostic::error(Code::ListenOpen, title).hint(text!(
        "set it to at least {SHORTEST_TOKEN} characters that nobody guesses, or listen at `127.0.0.1:3025`",
        "请将其设为至少 {SHORTEST_TOKEN} 个难以猜到的字符，或只监听 `127.0.0.1:3025`"
    ))
}
