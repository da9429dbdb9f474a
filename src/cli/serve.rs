//! `hongyan serve`

use serde_json::json;

use super::args::{Args, Serve};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::http::{Ending, Options, Server};
use crate::mailer::{Asked, Setup};
use crate::text;

pub fn run(serve: &Serve, args: &Args, setup: Setup, voice: &Voice) -> Result<Exit, Failure> {
    super::log::begin_of_service();
    let asked = Asked { project: args.project.clone(), env_files: args.env_file.clone() };
    let options = Options {
        listen: serve.listen.clone(),
        no_worker: serve.no_worker,
        watch: serve.watch,
        drain_delay: serve.drain_delay.unwrap_or_default(),
        language: voice.language(),
    };
    let server = Server::open(setup, asked, options)?;
    voice.warn(server.warnings());
    let url = server.url();
    match voice.json {
        true => voice.document(&json!({"url": url})),
        false => voice.say(&text!("service  {url}", "服务  {url}")),
    }
    Ok(match server.run()? {
        Ending::Finished => Exit::Done,
        Ending::Abandoned => Exit::NotNow,
    })
}
