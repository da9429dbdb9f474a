//! The binary's commands. clap is named in this folder only.
//!
//! A command returns an [`Exit`] or a failure; `main` ends the process. Results go to stdout,
//! everything else to stderr, in the reader's language.

pub(crate) mod args;
mod batch;
mod chinese;
mod exit;
mod init;
mod kinds;
mod new;
mod render;
mod report;
mod schema;
mod send;
mod snapshot;
mod voice;

use clap::{CommandFactory, FromArgMatches};

use args::{Args, Command};
pub use exit::Exit;
use exit::Failure;
use voice::Voice;

use crate::mailer::{Asked, Setup};

/// Runs the command line of this process.
pub fn run() -> Exit {
    let language = voice::language_before_parsing(std::env::args());
    let command = chinese::localised(Args::command(), language);
    let args = match command.try_get_matches().and_then(|found| Args::from_arg_matches(&found)) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let mut voice = Voice::new(language, args.json);
    match dispatch(&args, &mut voice) {
        Ok(exit) => exit,
        Err(failure) => voice.fail(&failure),
    }
}

/// `--help` and `--version` are answers, everything else is a mistake.
fn usage(error: &clap::Error) -> Exit {
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
        Command::Check(check) if check.codes => report::codes(voice),
        Command::Check(check) => report::run(check, &setup(args, voice)?, voice),
        Command::Snapshot(snapshot) => snapshot::run(snapshot, &setup(args, voice)?, voice),
        Command::Schema(schema) => schema::run(schema, || setup_quiet(args), voice),
        Command::Completions { shell } => {
            let mut command = Args::command();
            clap_complete::generate(*shell, &mut command, "hongyan", &mut std::io::stdout());
            Ok(Exit::Done)
        }
    }
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
