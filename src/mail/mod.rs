//! The words of mail: addresses, names, subjects, headers, attachments, and how text is cleaned.
//!
//! A value of these types is fit to be written: nothing in it can start a new header line, pass for
//! a second recipient or name a file outside the folder it is saved to. This module knows no
//! template, no transport and no message; [`mime`](crate::mime) writes what stands here.
//!
//! ```
//! use hongyan::mail::{Address, Mailbox};
//!
//! let to = Mailbox::parse("王伟 <wang.wei@例子.测试>")?;
//! assert_eq!(to.address().as_str(), "wang.wei@xn--fsqu00a.xn--0zwm56d");
//! assert_eq!(to.address().masked(), "w***@xn--fsqu00a.xn--0zwm56d");
//! assert!(Address::parse("a@x.test\r\nBcc: e@x.test").is_err());
//! # Ok::<(), hongyan::mail::AddressError>(())
//! ```

mod address;
mod attachment;
mod base64_lines;
pub mod clean;
pub(crate) mod fault;
mod header;
mod mailbox;
mod message_id;
mod subject;

pub use address::{Address, AddressError};
pub use attachment::{Attachment, AttachmentError, MAX_ATTACHMENT_BYTES};
pub use base64_lines::base64_lines;
pub use header::{CustomHeader, HeaderError};
pub use mailbox::{DisplayName, MAX_NAME_CHARACTERS, Mailbox};
pub use message_id::MessageId;
pub use subject::Subject;

/// The most attachments of one mail.
pub const MAX_ATTACHMENTS: usize = 20;

/// Whether a URL's host (lower-case A-labels) is a plain domain name: two labels or more, no IP
/// address, no mixed scripts. The rule is the one for mail domains.
pub fn is_host_name(host: &str) -> bool {
    Address::parse(&format!("host@{host}")).is_ok()
}

/// Who the server is told the mail is from and for: one recipient a transaction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Envelope {
    /// The return path, `MAIL FROM`
    pub from: Address,
    /// The recipient, `RCPT TO`
    pub to: Address,
}
