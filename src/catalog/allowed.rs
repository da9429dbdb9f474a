//! `preview.send_to`: whom the studio may send tests to.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::mail::Address;
use crate::text;
use crate::yaml::{Fields, Node, Value};

/// Addresses and domains that tests may go to; none unless said.
#[derive(Clone, Debug, Default)]
pub struct SendTo {
    addresses: Vec<Address>,
    domains: Vec<String>,
}

impl SendTo {
    /// Whether nobody may be sent a test.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.domains.is_empty()
    }

    /// Whether a test may go to this address. Domains are compared as a whole: `@example.com` is
    /// not for `mail.example.com`.
    pub fn takes(&self, to: &Address) -> bool {
        let same = |known: &Address| {
            known.local_part() == to.local_part() && known.domain() == to.domain()
        };
        self.addresses.iter().any(same) || self.domains.iter().any(|domain| domain == to.domain())
    }

    /// Reads the key `preview`.
    pub(super) fn read(node: &Node, faults: &mut Diagnostics) -> SendTo {
        let mut allowed = SendTo::default();
        if matches!(node.value, Value::Null) {
            return allowed;
        }
        let mut fields = Fields::of(node, faults);
        match fields.get("send_to") {
            Some(Node { value: Value::Sequence(items), .. }) => {
                items.iter().for_each(|item| faults.extend(allowed.add(item).err()));
            }
            Some(node) => {
                faults.push(node.wrong_type(("a list of addresses", "地址列表")).hint(text!(
                    "write `[\"you@example.com\", \"@example.com\"]`",
                    "请写成 `[\"you@example.com\", \"@example.com\"]`"
                )))
            }
            None => {}
        }
        fields.finish(faults);
        allowed
    }

    fn add(&mut self, item: &Node) -> Result<(), Diagnostic> {
        let written = item.text().unwrap_or_default().trim();
        // The rules for a domain are those of an address that has it.
        let whole = match written.starts_with('@') {
            true => format!("anyone{written}"),
            false => written.to_owned(),
        };
        let address = Address::parse(&whole)
            .map_err(|error| error.diagnostic().at(item.span.clone()).hint(forms()))?;
        match written.starts_with('@') {
            true => self.domains.push(address.domain().to_owned()),
            false => self.addresses.push(address),
        }
        Ok(())
    }
}

fn forms() -> crate::diagnostic::Text {
    text!(
        "an address, or a domain with its `@`: `you@example.com`, `\"@example.com\"`",
        "写地址，或带 `@` 的域名：`you@example.com`、`\"@example.com\"`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Settings;
    use crate::source::Tree;

    fn read(yaml: &str) -> (SendTo, Diagnostics) {
        let mut tree = Tree::new();
        tree.insert("hongyan.yaml", yaml.as_bytes().to_vec());
        tree.insert("locales/zh-CN.yaml", b"a: b".as_slice());
        let mut faults = Diagnostics::new();
        (Settings::load(&tree, &mut faults).send_to, faults)
    }

    #[test]
    fn addresses_and_whole_domains_are_taken() {
        let (allowed, faults) = read("preview: { send_to: [qa@example.com, \"@Team.Example\"] }");
        assert!(faults.is_empty(), "{faults}");
        let takes = |to: &str| allowed.takes(&Address::parse(to).unwrap());
        assert!(takes("qa@example.com") && takes("qa@EXAMPLE.com") && takes("any@team.example"));
        for other in ["qb@example.com", "qa@mail.example.com", "a@x.team.example", "a@eam.example"]
        {
            assert!(!takes(other), "{other}");
        }
    }

    #[test]
    fn nobody_unless_said() {
        assert!(read("time_zone: Asia/Shanghai").0.is_empty());
        for yaml in
            ["preview: { send_to: [\"@\"] }", "preview: { send_to: a@b.c }", "preview: { to: [] }"]
        {
            let (allowed, faults) = read(yaml);
            assert!(allowed.is_empty() && faults.has_errors(), "{yaml}");
        }
    }
}
