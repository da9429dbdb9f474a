//! The binary's commands. clap is named in this folder only.
//!
//! A command returns an [`Exit`] or a failure; `main` ends the process. Results go to stdout,
//! everything else to stderr, in the reader's language.

pub(crate) mod args;
mod batch;
mod chinese;
mod doctor;
mod exit;
mod health;
mod init;
mod kinds;
mod log;
mod new;
mod outbox;
mod preview;
mod render;
mod report;
mod schema;
mod send;
mod serve;
mod snapshot;
mod snapshot_report;
mod token;
mod usage;
mod voice;
mod wait;
mod worker;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use args::{Args, Command, Token};
pub use exit::Exit;
use exit::Failure;
use voice::Voice;

use crate::diagnostic::Language;
use crate::mailer::{Asked, Setup};

/// Runs the command line of this process.
pub fn run() -> Exit {
    let language = voice::language_before_parsing(std::env::args());
    let command = chinese::localised(Args::command(), language);
    let args = match command.try_get_matches().and_then(|found| Args::from_arg_matches(&found)) {
        Ok(args) => args,
        Err(error) => return not_parsed(&error, language),
    };
    let mut voice = Voice::new(language, args.says_json());
    let exit = dispatch(&args, &mut voice).unwrap_or_else(|failure| voice.fail(&failure));
    voice.close(exit)
}

/// `--help` and `--version` are answers, everything else is a mistake. clap shows it with the
/// usage, but speaks English only.
fn not_parsed(error: &clap::Error, language: Language) -> Exit {
    let json = std::env::args().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    let no_command = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let stray = usage::is_stray(error);
    if error.use_stderr() && (json || stray || (language == Language::Zh && !no_command)) {
        return Voice::new(language, json).fail(&Failure::usage(usage::fault(error)));
    }
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn dispatch(args: &Args, voice: &mut Voice) -> Result<Exit, Failure> {
    match &args.command {
        Command::Init { folder } => init::run(folder.as_deref(), voice),
        Command::New(new) => new::run(new, &setup(args, voice)?, voice),
        Command::Kinds => kinds::run(&setup(args, voice)?, voice),
        Command::Render(render) if render.batch.is_some() => {
            batch::run(render, &setup(args, voice)?, voice)
        }
        Command::Render(render) => render::run(render, &setup(args, voice)?, voice),
        Command::Send(send) => send::run(send, &setup(args, voice)?, voice),
        Command::Preview(preview) => preview::run(preview, args, setup(args, voice)?, voice),
        Command::Serve(serve) => serve::run(serve, args, setup(args, voice)?, voice),
        Command::Check(check) if check.codes => report::codes(voice),
        Command::Check(check) => report::run(check, &setup(args, voice)?, voice),
        Command::Snapshot(snapshot) => snapshot::run(snapshot, &setup(args, voice)?, voice),
        Command::Doctor(doctor) => doctor::run(doctor, &setup(args, voice)?, voice),
        Command::Worker => worker::run(|| setup_quiet(args), voice),
        Command::Health { url } => health::run(url.as_deref(), || setup_quiet(args), voice),
        Command::Outbox(task) => outbox::run(task, &setup(args, voice)?, voice),
        Command::Token(Token::New(new)) => token::new(new, || setup_quiet(args), voice),
        Command::Schema(schema) => schema::run(schema, || setup_quiet(args), voice),
        Command::Openapi => schema::openapi(&setup_quiet(args)?, voice),
        Command::Completions { shell } => {
            completions(*shell, voice);
            Ok(Exit::Done)
        }
    }
}

fn completions(shell: clap_complete::Shell, voice: &Voice) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "hongyan", &mut script);
    voice.raw(&script);
}

fn setup(args: &Args, voice: &mut Voice) -> Result<Setup, Failure> {
    let setup = setup_quiet(args)?;
    if let Some(language) = setup.settings.language
        && args.lang.is_none()
    {
        voice.speak(language);
    }
    voice.warn(&setup.warnings);
    Ok(setup)
}

fn setup_quiet(args: &Args) -> Result<Setup, Failure> {
    let asked = Asked { project: args.project.clone(), env_files: args.env_file.clone() };
    Ok(Setup::from_env(&asked)?)
}
