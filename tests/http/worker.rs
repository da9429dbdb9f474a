//! `hongyan worker` beside a service that only accepts: what it does when it is told to read its
//! settings again, and to end.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::renewal::{until, variables};
use crate::service::{Service, code};
use crate::smtp::{Fault, Plan, SmtpServer, Stage};

/// A service, the worker that delivers for it, and the server that takes the mails: it takes none
/// for `slow@x.test`.
struct House {
    service: Service,
    server: SmtpServer,
    worker: Child,
}

impl House {
    fn open() -> House {
        let plan = Plan::default();
        let hanging = Fault::at(Stage::Rcpt).containing("slow@").delay(Duration::from_secs(100));
        let password = plan.password.clone();
        let server = SmtpServer::start(plan.with(hanging));
        let place = Place::with_project();
        place.write("password", password);
        let variables = variables(&server, &place);
        let borrowed: Vec<_> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
        let service = Service::with(place, &["--no-worker"], &borrowed);
        let log = File::create(service.place.path("worker.log")).unwrap();
        let worker = Command::new(env!("CARGO_BIN_EXE_hongyan"))
            .arg("worker")
            .current_dir(service.place.path(""))
            .env_clear()
            .env("HOME", service.place.path(""))
            .envs(variables)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let house = House { service, server, worker };
        house.says("delivering", 1);
        house
    }

    /// Waits until the worker has said something so often.
    #[track_caller]
    fn says(&self, words: &str, times: usize) {
        let log = || self.service.place.read("worker.log");
        wait(|| log().matches(words).count() >= times, log);
    }

    fn signal(&self, name: &str) {
        let id = self.worker.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Has a mail under way that the server does not take.
    fn hang(&self) {
        self.service.post("/v1/messages", &code("slow@x.test")).is(202);
        wait(|| self.server.record().logins > 0, || self.service.place.read("worker.log"));
    }

    /// Waits until a mail has left.
    #[track_caller]
    fn delivers(&self, to: &str) {
        let id = self.service.post("/v1/messages", &code(to)).is(202).json()["id"].clone();
        until(&self.service, &id, |mail| mail["state"] == "sent");
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.worker.kill();
        let _ = self.worker.wait();
    }
}

#[track_caller]
fn wait(is: impl Fn() -> bool, log: impl Fn() -> String) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(Instant::now() < deadline, "{}", log());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_hangs_holds_up_no_mail_when_settings_are_read_again() {
    let house = House::open();
    house.hang();
    house.signal("HUP");
    house.says("were read again", 1);
    house.delivers("a@x.test");
    house.signal("HUP");
    house.says("were read again", 2);
    house.delivers("b@x.test");
}

#[test]
fn what_is_wrong_leaves_the_last_good_one_at_work() {
    let house = House::open();
    let file = "templates/verification_code/body.html.j2";
    let good = house.service.place.read(file);
    house.service.place.write(file, format!("{good}{{{{ nope }}}}\n"));
    house.signal("HUP");
    house.says("going on as before", 1);
    house.delivers("a@x.test");
    house.service.place.write(file, good);
    house.signal("HUP");
    house.says("were read again", 1);
    house.delivers("b@x.test");
}

#[test]
fn told_to_end_twice_it_ends_at_once() {
    let mut house = House::open();
    house.hang();
    house.signal("HUP");
    house.says("were read again", 1);
    house.signal("TERM");
    house.says("finishing what is under way", 1);
    assert!(house.worker.try_wait().unwrap().is_none());
    house.signal("TERM");
    let begun = Instant::now();
    assert_eq!(house.worker.wait().unwrap().code(), Some(75));
    assert!(begun.elapsed() < Duration::from_secs(10));
}
