//! A deployment: a folder with the project and its env file, and the provider's server.

use serde_json::Value as Json;

use crate::place::{Place, Ran, reviewed_as};
use crate::smtp::{GMAIL, NETEASE, OFFICE365, Plan, Profile, QQ, SmtpServer};

/// Where the teams keep it.
pub const FILE: &str = "backend/.env.production";

/// An env file with its provider.
pub struct Deployed {
    pub file: &'static str,
    pub profile: &'static Profile,
    /// The name in the file, and where it leads ([`crate::namespace`])
    pub host: (&'static str, &'static str),
    /// The login, as the file has it
    pub user: &'static str,
    pub password: &'static str,
    /// The provider's id
    pub id: &'static str,
    pub sender_must_be_login: bool,
}

pub const QQ_MAIL: Deployed = Deployed {
    file: include_str!("../data/env/qq.env"),
    profile: &QQ,
    host: ("smtp.qq.com", "127.0.0.11"),
    user: "10001234@qq.com",
    password: "abcdefghijklmnop",
    id: "qq",
    sender_must_be_login: true,
};

pub const MAIL_163: Deployed = Deployed {
    file: include_str!("../data/env/163.env"),
    profile: &NETEASE,
    host: ("smtp.163.com", "127.0.0.12"),
    user: "your-email@163.com",
    password: "your-163-auth-code",
    id: "163",
    sender_must_be_login: true,
};

pub const GOOGLE: Deployed = Deployed {
    file: include_str!("../data/env/gmail.env"),
    profile: &GMAIL,
    host: ("smtp.gmail.com", "127.0.0.13"),
    user: "your-email@gmail.com",
    password: "your-app-password",
    id: "gmail",
    sender_must_be_login: false,
};

pub const MICROSOFT: Deployed = Deployed {
    file: include_str!("../data/env/office365.env"),
    profile: &OFFICE365,
    host: ("smtp.office365.com", "127.0.0.14"),
    user: "notice@example.com",
    password: "abcdefgh",
    id: "office365",
    sender_must_be_login: true,
};

impl Deployed {
    /// The provider's server, as it is when all is well.
    pub fn plan(&self) -> Plan {
        Plan {
            host: self.host.1.into(),
            port: 587,
            tls_port: 465,
            names: vec![self.host.0.into()],
            user: self.user.into(),
            password: self.password.into(),
            mail_must_match_login: self.sender_must_be_login,
            ..Plan::of(self.profile)
        }
    }

    /// The folder with the file as it is.
    pub fn place(&self) -> Place {
        let place = Place::with_project();
        place.write(FILE, self.file);
        place
    }

    /// The folder, and the server running.
    pub fn with_server(&self, plan: Plan) -> (Place, SmtpServer) {
        let server = SmtpServer::start(plan);
        let place = self.place().env("SMTP_CA_FILE", server.ca_file().to_str().unwrap());
        (place, server)
    }
}

/// Runs a command with the env file.
pub fn run<'a>(place: &Place, args: impl IntoIterator<Item = &'a str>) -> Ran {
    place.run(args.into_iter().chain(["--env-file", FILE]))
}

pub fn doctor(place: &Place) -> Ran {
    run(place, ["doctor", "--json"])
}

/// `STEP STATUS` of the only transport, up to the last step that was tried.
pub fn steps(document: &Json) -> Vec<String> {
    let steps = all_steps(document).iter().map(|step| {
        format!("{} {}", step["step"].as_str().unwrap(), step["status"].as_str().unwrap())
    });
    let mut steps: Vec<String> = steps.collect();
    while steps.last().is_some_and(|step| step.ends_with(" not_tried")) {
        steps.pop();
    }
    steps
}

/// The step that is wrong; all before it are well, all behind it were not tried.
#[track_caller]
pub fn wrong(document: &Json) -> Json {
    let steps = all_steps(document);
    let at = steps.iter().position(|step| step["status"] == "wrong");
    let at = at.unwrap_or_else(|| panic!("nothing is wrong: {document:#}"));
    assert!(steps[..at].iter().all(|step| step["status"] == "ok"), "{document:#}");
    assert!(steps[at + 1..].iter().all(|step| step["status"] == "not_tried"), "{document:#}");
    assert_eq!(document["ok"], false);
    steps[at].clone()
}

fn all_steps(document: &Json) -> &Vec<Json> {
    document["transports"][0]["steps"].as_array().unwrap()
}

/// `doctor` stops at a step with an exit code; the step.
#[track_caller]
pub fn stops(place: &Place, step: &str, code: i32) -> Json {
    let document = doctor(place).exits(code).json();
    let wrong = wrong(&document);
    assert_eq!(wrong["step"], step, "{document:#}");
    wrong
}

/// Compares what a person sees with `tests/snapshots/deployments__<name>.snap`.
#[track_caller]
pub fn reviewed(name: &str, screens: &[&Ran]) {
    reviewed_as(&format!("deployments__{name}"), screens);
}
