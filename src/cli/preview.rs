//! `hongyan preview`

use serde_json::json;

use super::args::{Args, Preview};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::mailer::Setup;
use crate::preview::{self, Options};
use crate::text;

pub fn run(preview: &Preview, args: &Args, setup: Setup, voice: &Voice) -> Result<Exit, Failure> {
    super::log::begin();
    let options = Options {
        listen: preview.listen.clone(),
        allowed_hosts: preview.allow_host.clone(),
        language: args.lang.or(setup.settings.language),
        terminal: voice.language(),
    };
    let studio = preview::Preview::open(setup, options)?;
    let url = studio.url();
    match voice.json {
        true => voice.document(&json!({"url": url})),
        false => {
            voice.warn(&studio.faults());
            voice.say(&text!("studio  {url}", "预览台  {url}"));
        }
    }
    studio.serve()?;
    Ok(Exit::Done)
}
