//! The names under which a server of ours may be asked for.

use std::net::{IpAddr, SocketAddr};

/// Which Host headers are ours.
#[derive(Debug)]
pub struct Hosts {
    listening: SocketAddr,
    /// `--allow-host`, in lower case, with or without a port
    allowed: Vec<String>,
}

impl Hosts {
    /// The names of a listening address, and those that were allowed.
    pub fn new(listening: SocketAddr, allowed: &[String]) -> Hosts {
        let allowed = allowed.iter().map(|host| host.to_ascii_lowercase()).collect();
        Hosts { listening, allowed }
    }

    /// Whether the request was meant for us. A name that is neither the machine's own nor allowed
    /// may be anybody's who has it lead here; an address cannot be given to somebody else.
    pub fn takes(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let Some((name, port)) = split(&host) else { return false };
        let allowed = |known: &String| match split(known) {
            Some((known, None)) => known == name,
            Some((known, wanted)) => known == name && port == wanted,
            None => false,
        };
        (self.is_own(name) && port.unwrap_or(80) == self.listening.port())
            || self.allowed.iter().any(allowed)
    }

    /// Whether only this machine can reach us.
    pub fn are_local(&self) -> bool {
        self.listening.ip().is_loopback()
    }

    fn is_own(&self, name: &str) -> bool {
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address) => address.is_loopback() || !self.are_local(),
            Err(_) => name == "localhost",
        }
    }
}

/// Name and port; an IPv6 address keeps its brackets.
fn split(host: &str) -> Option<(&str, Option<u16>)> {
    let end = match host.starts_with('[') {
        true => host.find(']')? + 1,
        false => host.find(':').unwrap_or(host.len()),
    };
    let (name, rest) = host.split_at(end);
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((name, None)),
        None => None,
        Some(port) => Some((name, Some(port.parse().ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listening: &str, allowed: &[&str]) -> Hosts {
        let allowed: Vec<String> = allowed.iter().map(|host| (*host).to_owned()).collect();
        Hosts::new(listening.parse().unwrap(), &allowed)
    }

    #[test]
    fn on_loopback_only_its_own_names_are_taken() {
        let local = hosts("127.0.0.1:3025", &[]);
        for host in ["127.0.0.1:3025", "localhost:3025", "LOCALHOST:3025", "[::1]:3025"] {
            assert!(local.takes(host), "{host}");
        }
        for host in [
            "evil.test:3025",
            "evil.test",
            "localhost",
            "localhost:80",
            "localhost.evil.test:3025",
            "192.168.1.5:3025",
            "127.0.0.1:3025@evil.test",
            "127.0.0.1:3025:1",
            "[::1",
            "",
        ] {
            assert!(!local.takes(host), "{host}");
        }
    }

    #[test]
    fn allowed_names_are_taken_with_any_port_or_their_own() {
        let allowed = hosts("127.0.0.1:3025", &["studio.test", "Other.test:8080"]);
        assert!(allowed.takes("studio.test") && allowed.takes("studio.test:443"));
        assert!(allowed.takes("other.test:8080") && !allowed.takes("other.test:81"));
        assert!(!allowed.takes("x.studio.test"));
    }

    #[test]
    fn off_loopback_addresses_are_taken_and_names_are_not() {
        let open = hosts("0.0.0.0:3025", &[]);
        assert!(open.takes("192.168.1.5:3025") && open.takes("[fe80::1]:3025"));
        assert!(!open.takes("192.168.1.5:80") && !open.takes("rebound.test:3025"));
    }
}
