//! `SOURCE_DATE_EPOCH`: the same mail has the same bytes in any process and through any door.

use std::path::Path;
use std::process::Command;

use hongyan::Mailer;
use hongyan::compose::Profile;
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::snapshot::{CLOCK, RECIPIENT, SENDER};
use hongyan::transport::{FileTransport, InboxTransport};

use super::{composer, drafts};

#[test]
fn render_send_library_and_snapshots_agree() {
    let composer = composer();
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (name, draft) in drafts(&composer) {
        let [kind, locale, sample] = name.split('/').collect::<Vec<_>>()[..] else { panic!() };
        if !["typical", "hostile"].contains(&sample) {
            continue;
        }
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/{name}.eml"));
        let golden = std::fs::read(golden).unwrap();

        let content = [kind, "--locale", locale, "--sample", sample];
        assert!(hongyan(folder.path(), &["render"], &content) == golden, "{name}: render");
        assert!(hongyan(folder.path(), &["render"], &content) == golden, "{name}: render again");

        let said = hongyan(folder.path(), &["send", "--to", RECIPIENT], &content);
        let path = String::from_utf8(said).unwrap();
        let path = folder.path().join(path.lines().last().unwrap());
        assert!(std::fs::read(&path).unwrap() == golden, "{name}: send");
        std::fs::remove_file(path).unwrap();

        let library = folder.path().join("library");
        let file = Mailer::builder().transport(FileTransport::new(&library, plain_profile()));
        let inbox = Mailer::builder().transport(InboxTransport::new(&library, plain_profile()));
        for mailer in [file, inbox] {
            let mailer = mailer.epoch(CLOCK).build().unwrap();
            let sent = mailer.to(RECIPIENT).render_and_send(kind, locale, &draft.vars);
            let path = runtime.block_on(sent).unwrap().path.unwrap();
            assert!(std::fs::read(&path).unwrap() == golden, "{name}: library");
            std::fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn without_an_epoch_no_two_mails_are_equal() {
    let folder = tempfile::tempdir().unwrap();
    let render = || {
        let args = ["--project", "embedded", "render", "verification_code"];
        command(folder.path()).args(args).output().unwrap().stdout
    };
    let (one, other) = (render(), render());
    assert!(one.len() > 10_000 && one != other);
}

fn plain_profile() -> Profile {
    Profile::new(Mailbox::parse(SENDER).unwrap(), ImageMode::Inside)
}

/// What the binary prints in an empty folder, with nothing in the environment but the clock.
fn hongyan(folder: &Path, verb: &[&str], content: &[&str]) -> Vec<u8> {
    let mut command = command(folder);
    command.env("SOURCE_DATE_EPOCH", CLOCK.to_string()).args(["--project", "embedded"]);
    let output = command.args(verb).args(content).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{verb:?} {content:?}: {told}");
    output.stdout
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hongyan"));
    command.env_clear().current_dir(folder);
    command
}
