//! For tests of applications that send mail: a mailer that remembers instead of sending.
//!
//! ```
//! # fn main() -> Result<(), hongyan::Error> {
//! # futures_lite(async {
//! use hongyan::{testing, vars};
//!
//! let (mailer, recording) = testing::mailer(hongyan::shipped())?;
//! mailer
//!     .to("a@example.com")
//!     .render_and_send("verification_code", "en", vars! { code: "483920" })
//!     .await?;
//! testing::assert_sent_to(&recording, "a@example.com", "verification_code");
//! # Ok(())
//! # })
//! # }
//! # fn futures_lite<F: Future>(work: F) -> F::Output {
//! #     tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
//! # }
//! ```

use std::path::Path;

use crate::compose::Profile;
use crate::composer::Composer;
use crate::error::Error;
use crate::inline::ImageMode;
use crate::mail::Mailbox;
use crate::mailer::Mailer;
use crate::snapshot::{self, CLOCK, SENDER};
use crate::source::Tree;
pub use crate::transport::{Recorded, Recording};

/// A mailer that remembers what it was asked to send. Ids and dates are fixed.
///
/// # Errors
/// Every fault of the project.
pub fn mailer(project: Tree) -> Result<(Mailer, Recording), Error> {
    let from = Mailbox::parse(SENDER).map_err(|error| Error::from(error.diagnostic()))?;
    let recording = Recording::new(Profile::new(from, ImageMode::Inside));
    let mailer =
        Mailer::builder().project(project).transport(recording.clone()).epoch(CLOCK).build()?;
    Ok((mailer, recording))
}

/// Asserts that exactly one mail of a kind went to an address, and returns it.
///
/// # Panics
/// When it did not.
pub fn assert_sent_to(recording: &Recording, address: &str, kind: &str) -> Recorded {
    let mails = recording.mails();
    let fits = |mail: &&Recorded| {
        mail.message.envelope().to.as_str() == address && mail.rendered.kind == kind
    };
    let found: Vec<&Recorded> = mails.iter().filter(fits).collect();
    match found[..] {
        [mail] => mail.clone(),
        _ => panic!("{} mails of `{kind}` went to that address, not one", found.len()),
    }
}

/// Asserts that a project's mails are as its `snapshots/` say, as `hongyan snapshot` does. It
/// never writes.
///
/// # Panics
/// When they are not, with the paths that differ.
pub fn assert_snapshots(project: &Path) {
    let tree = Tree::open(project).unwrap_or_else(|faults| panic!("{}", Error::from(faults)));
    let composer = Composer::load(&tree).unwrap_or_else(|faults| panic!("{}", Error::from(faults)));
    let taken =
        snapshot::take(&composer).unwrap_or_else(|faults| panic!("{}", Error::from(faults)));
    let golden = snapshot::read(&project.join("snapshots"))
        .unwrap_or_else(|error| panic!("snapshots cannot be read: {error}"));
    let differences: Vec<String> = snapshot::compare(&golden, &taken)
        .iter()
        .map(|(path, difference)| format!("{path}: {}", difference.as_str()))
        .collect();
    assert!(differences.is_empty(), "snapshots differ:\n{}", differences.join("\n"));
}
