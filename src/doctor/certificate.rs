//! What a server's certificate says: for whom, from whom, until when.

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::diagnostic::Text;
use crate::locale::Instant;
use crate::text;

/// How long before its end a certificate is told of.
const SOON: i64 = 14 * 24 * 60 * 60;

/// How many of its names are shown: some have dozens.
const SHOWN: usize = 3;

/// A certificate, as far as a person wants to know.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The names that it is for
    pub names: Vec<String>,
    /// Who signed it
    pub issuer: String,
    /// Its first and last moment, in seconds since 1970
    pub valid: (i64, i64),
}

impl Seen {
    /// Reads a certificate in DER; none when it cannot be read.
    pub fn read(der: &[u8]) -> Option<Seen> {
        let certificate = Certificate::from_der(der).ok()?;
        let content = certificate.tbs_certificate();
        let validity = content.validity();
        let seconds = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
        };
        let names = content.get_extension::<SubjectAltName>().ok().flatten();
        Some(Seen {
            names: names.map(|(_, names)| shown(&names)).unwrap_or_default(),
            issuer: content.issuer().to_string(),
            valid: (seconds(&validity.not_before), seconds(&validity.not_after)),
        })
    }

    /// One line for people. Who signed it shows whether something stands in between.
    pub fn line(&self) -> Text {
        let last = Instant::from_unix_seconds(self.valid.1).map(|at| at.to_string());
        let last = last.unwrap_or_default();
        let day = last.split('T').next().unwrap_or_default();
        let more = if self.names.len() > SHOWN { " …" } else { "" };
        let names = self.names[..self.names.len().min(SHOWN)].join(" ") + more;
        let issuer = &self.issuer;
        text!(
            "certificate for {names} from {issuer}, until {day}",
            "证书 {names}，签发者 {issuer}，有效期至 {day}"
        )
    }

    /// Whether it ends within two weeks.
    pub fn ends_soon(&self, now: i64) -> bool {
        self.valid.1 - now < SOON
    }
}

fn shown(names: &SubjectAltName) -> Vec<String> {
    names
        .0
        .iter()
        .filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(name.to_string()),
            GeneralName::IpAddress(bytes) => ip(bytes.as_bytes()),
            _ => None,
        })
        .collect()
}

fn ip(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(sixteen).to_string())
}
