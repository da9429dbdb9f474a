//! DirectMail.

use crate::canaries::{CODE, LINK, RECIPIENT, RECIPIENT_MASKED, SENDER, hides_all, mail_echoes};
use crate::directmail::{Fault, KEY_ID, KEY_SECRET, Server, Step, TOKEN};
use crate::place::{Place, Ran};
use crate::runs::{place, run_all, said, send_all};

fn client(server: &Server) -> Place {
    server.send_from(SENDER);
    let variables = server.variables();
    variables.iter().fold(place(), |place, (name, value)| place.env(name, value))
}

/// The exit codes; the keys of the account are among the canaries.
fn codes(what: &str, runs: Vec<Ran>) -> Vec<i32> {
    let look = |ran: Ran| {
        hides_all(what, &said(&ran), &[KEY_ID, KEY_SECRET, TOKEN]);
        ran.code
    };
    runs.into_iter().map(look).collect()
}

fn body(code: &str, message: &str) -> String {
    serde_json::json!({"Code": code, "Message": message, "RequestId": "R-1"}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_goes_well_is_told_without_what_went() {
    for token in [false, true] {
        let server = Server::start().await;
        if token {
            server.want_token();
        }
        assert_eq!(codes("taken", run_all("taken", &client(&server))), [0; 6]);
        assert_eq!(server.mails().len(), 4);
        let told = format!(r#"{{"EnvId":"E {RECIPIENT}","RequestId":"{CODE} {LINK} {KEY_ID}"}}"#);
        server.always(Step::body(200, told).accepted());
        let runs = send_all("an id that repeats", &client(&server));
        assert!(runs.iter().all(|ran| said(ran).contains(RECIPIENT_MASKED)));
        assert_eq!(codes("an id that repeats", runs), [0; 2]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_server_that_repeats_a_request_is_not_quoted() {
    let signed = format!(
        "Specified signature is not matched with our calculation. server string to sign is:POST\n\
         x-acs-security-token:{TOKEN} {KEY_ID}/{KEY_SECRET}"
    );
    let keys = format!("no key {KEY_ID} {KEY_SECRET} {TOKEN}");
    let mut words = vec![signed, keys, format!("{RECIPIENT} is no address: {CODE} {LINK}")];
    words.extend(mail_echoes());
    let answers = [
        (400, "SignatureDoesNotMatch"),
        (404, "InvalidAccessKeyId.NotFound"),
        (400, "InvalidToAddress"),
        (400, "Throttling.User"),
        (500, "InternalError"),
        (502, "Whatever"),
    ];
    for (at, words) in words.iter().enumerate() {
        for (status, code) in [answers[at], answers[(at + 3) % 6]] {
            let server = Server::start().await;
            server.want_token();
            server.always(Step::body(status, body(code, words)));
            let what = format!("{status} {code}: {words}");
            let codes = codes(&what, send_all(&what, &client(&server)));
            assert!(codes.iter().all(|code| *code != 0), "{what}");
        }
    }
}

/// What looks at the account knows of no mail, but of the keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn keys_that_are_repeated_to_doctor_are_not_quoted() {
    let words = format!("{KEY_ID} {KEY_SECRET} {TOKEN}, string to sign is: {TOKEN}");
    for (status, code) in [(400, "SignatureDoesNotMatch"), (403, "Forbidden.RAM"), (500, "X")] {
        let server = Server::start().await;
        server.want_token();
        server.always(Step::body(status, body(code, &words)));
        let codes = codes(code, run_all(code, &client(&server)));
        assert!(codes.iter().all(|code| *code != 0), "{status} {code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn noise_is_no_way_out_either() {
    let headers = vec![("Location".to_owned(), format!("{LINK}&{KEY_SECRET}"))];
    let page = format!("<html>{LINK} {CODE} {KEY_SECRET} {RECIPIENT}</html>");
    let xml = format!("<Error><Code>X{CODE}</Code><Message>{page}</Message></Error>");
    for step in [
        Step::body(200, &page),
        Step::body(400, &xml),
        Step::body(503, &page),
        Step::fault(Fault::Raw(302, headers, page.clone().into_bytes())),
        Step::fault(Fault::CloseBefore),
        Step::fault(Fault::CloseMid),
    ] {
        let server = Server::start().await;
        server.always(step.clone());
        let what = format!("{step:?}");
        codes(&what, send_all(&what, &client(&server)));
    }
}
