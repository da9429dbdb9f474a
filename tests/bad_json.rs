//! The bad inputs that only JSON can express: recipients and attachments of the wrong shape. Each
//! is a line of `render --batch`, and no line of them makes a mail.
#![cfg(feature = "cli")]

mod bad_inputs;

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Exit code, what was rendered, and the faults.
fn batch(line: &Value) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hongyan"))
        .args(["render", "--batch", "-", "--json"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

fn refused(id: &str, line: &Value, code: &str) {
    let (exit, answer) = batch(line);
    assert_eq!((exit, &answer["rendered"]), (1, &json!(0)), "{id}: {answer}");
    assert_eq!(answer["errors"][0]["code"], code, "{id}: {answer}");
}

#[test]
fn recipients_of_the_wrong_shape_make_no_mail() {
    let mut count = 0;
    for case in bad_inputs::group("address") {
        let to = match (case.get("sub"), case.get("id")) {
            (_, "ad-094") => (0..1001).map(|i| json!(format!("u{i}@x.test"))).collect(),
            ("type" | "count", _) => case.json().clone(),
            _ => continue,
        };
        count += 1;
        let vars = json!({"code": "483920"});
        let line = json!({"kind": "verification_code", "vars": vars, "to": to});
        refused(case.get("id"), &line, "vars_not_json");
    }
    assert_eq!(count, 6);
}

#[test]
fn attachments_come_as_bytes_or_not_at_all() {
    let mut count = 0;
    for case in bad_inputs::group("header") {
        if case.get("sub") != "attachment-source" {
            continue;
        }
        count += 1;
        let vars = json!({"code": "483920"});
        let attachments = json!([case.json()]);
        let line = json!({"kind": "verification_code", "vars": vars, "attachments": attachments});
        refused(case.get("id"), &line, "vars_not_json");
    }
    assert_eq!(count, 5);
}
