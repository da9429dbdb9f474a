//! What a server says it can do, in its answer to EHLO (RFC 5321 section 4.1.1.1).

use lettre::transport::smtp::authentication::Mechanism;

use super::answer::Answer;

/// The keywords that matter here. lettre's own list knows neither PIPELINING nor SIZE.
#[derive(Clone, Debug, Default)]
pub(super) struct Capabilities {
    /// RFC 2920
    pub pipelining: bool,
    /// RFC 3207
    pub starttls: bool,
    /// RFC 1870: the largest message, where the server sets one
    pub size: Option<usize>,
    /// RFC 4954: the mechanisms, in upper case
    pub auth: Vec<String>,
    /// Every keyword, for `doctor`
    pub keywords: Vec<String>,
}

impl Capabilities {
    /// Reads the answer; its first line is the server's name.
    pub fn read(answer: &Answer) -> Capabilities {
        let mut capabilities = Capabilities::default();
        for line in answer.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            // Old servers write `AUTH=LOGIN PLAIN`.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            let Some(keyword) = words.next() else { continue };
            match keyword {
                "PIPELINING" => capabilities.pipelining = true,
                "STARTTLS" => capabilities.starttls = true,
                "SIZE" => capabilities.size = words.next().and_then(|word| word.parse().ok()),
                "AUTH" => capabilities.add_mechanisms(words),
                _ => {}
            }
            if !capabilities.keywords.iter().any(|known| known == keyword) {
                capabilities.keywords.push(keyword.to_owned());
            }
        }
        // SIZE 0 says that there is no limit.
        capabilities.size = capabilities.size.filter(|size| *size > 0);
        capabilities
    }

    /// The first of those that the server offers.
    pub fn offers(&self, wanted: &[Mechanism]) -> Option<Mechanism> {
        let offered = |wanted: &&Mechanism| self.auth.contains(&wanted.to_string());
        wanted.iter().find(offered).copied()
    }

    fn add_mechanisms<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words {
            if !self.auth.iter().any(|known| known == word) {
                self.auth.push(word.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_auth() {
        let lines = ["mail", "pipelining", "SIZE 73400320", "AUTH LOGIN PLAIN", "AUTH=LOGIN"];
        let answer = Answer { code: 250, lines: lines.map(str::to_owned).to_vec() };
        let read = Capabilities::read(&answer);
        assert!(read.pipelining && !read.starttls);
        assert_eq!(read.size, Some(73_400_320));
        assert_eq!(read.auth, ["LOGIN", "PLAIN"]);
        assert_eq!(read.offers(&[Mechanism::Plain, Mechanism::Login]), Some(Mechanism::Plain));
        assert_eq!(read.offers(&[Mechanism::Xoauth2]), None);
    }
}
