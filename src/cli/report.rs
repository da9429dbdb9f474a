//! `hongyan check`

use super::args::{Check, Report};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::check::check;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::mailer::Setup;
use crate::text;

pub fn run(arguments: &Check, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let faults = match setup.open_project() {
        Ok(tree) => check(&tree, &arguments.kinds).into_iter().chain(of_routes(setup)).collect(),
        Err(error) => error.diagnostics(),
    };
    match (voice.json, arguments.format) {
        (true, _) | (_, Report::Json) => voice.document(&faults.to_json(voice.language())),
        (_, Report::Sarif) => voice.document(&faults.to_sarif(voice.language())),
        (_, Report::Github) => voice.raw(faults.to_github(voice.language()).as_bytes()),
        (_, Report::Human) => human(&faults, voice),
    }
    let strict = arguments.strict && faults.count(Severity::Warning) > 0;
    Ok(if faults.has_errors() || strict { Exit::Wrong } else { Exit::Done })
}

/// What is wrong with `transports` and `routes` in `hongyan.yaml`, and which transports can never
/// carry a kind. What the environment lacks is no fault of the project: `doctor` tells it.
fn of_routes(setup: &Setup) -> Diagnostics {
    let Ok(outfit) = setup.outfit() else { return Diagnostics::new() };
    let of_file = |fault: &Diagnostic| fault.file() == Some("hongyan.yaml");
    let told = outfit.errors().into_iter().chain(outfit.warnings()).filter(of_file);
    told.chain(outfit.foresee().unwrap_or_default()).collect()
}

fn human(faults: &Diagnostics, voice: &Voice) {
    voice.warn(faults);
    let (errors, warnings) = (faults.count(Severity::Error), faults.count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => voice.say(&text!("nothing wrong was found", "没有发现问题")),
        _ => {
            let (one, two) = (counted(errors, "error"), counted(warnings, "warning"));
            voice.say(&text!("{one}, {two}", "{errors} 个错误，{warnings} 个警告"));
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `hongyan check --codes`
pub fn codes(voice: &Voice) -> Result<Exit, Failure> {
    let language = voice.language();
    if voice.json {
        let list = Code::ALL.iter().map(|code| {
            let meaning = code.describe();
            serde_json::json!({"code": code.as_str(), "meaning": meaning.get(language)})
        });
        voice.document(&list.collect());
        return Ok(Exit::Done);
    }
    for code in Code::ALL {
        voice.line(&format!("{:28}  {}", code.as_str(), code.describe().get(language)));
    }
    Ok(Exit::Done)
}
