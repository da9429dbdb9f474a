//! How a transport is used, beside where it is: pace, quota, signature. Values only.

use std::path::PathBuf;
use std::time::Duration;

use crate::locale::TimeZone;

/// At most so many mails in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many, one or more
    pub mails: u32,
    /// In how long
    pub per: Duration,
}

impl Pace {
    /// Reads `N/DURATION`, as the rates of a kind are written: `1/6s`, `30/1m`.
    ///
    /// ```
    /// use hongyan::config::Pace;
    ///
    /// assert_eq!(Pace::parse("30/1m").unwrap().between().as_secs(), 2);
    /// assert!(Pace::parse("0/1m").is_none() && Pace::parse("1/soon").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Pace> {
        let (mails, per) = text.split_once('/')?;
        let mails = mails.trim().parse().ok().filter(|mails| *mails > 0)?;
        let per = crate::locale::Duration::parse(per.trim()).ok()?.into();
        Some(Pace { mails, per })
    }

    /// The time between two mails that are spread evenly.
    pub fn between(self) -> Duration {
        self.per / self.mails
    }
}

/// How many mails a transport takes on one day.
#[derive(Clone, Debug)]
pub struct Quota {
    /// How many
    pub per_day: u32,
    /// Where the day begins at midnight: the project's zone, unless said
    pub zone: TimeZone,
    /// How many of them are kept for security mail
    pub reserve_for_security: u32,
}

/// The DKIM signature of a transport whose server does not sign (RFC 6376).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimSetting {
    /// `s=`
    pub selector: String,
    /// `d=`, in lower case, as A-labels
    pub domain: String,
    /// The private key (PEM), relative to the project
    pub key_file: PathBuf,
}
