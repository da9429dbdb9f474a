//! One form for the spellings of a mailbox, before it is hashed.

use crate::mail::Address;

/// The same mailbox, as its provider sees it: case does not matter anywhere today.
pub(super) fn mailbox(address: &Address) -> String {
    address.as_str().to_ascii_lowercase()
}

/// The same person, for counting only: what follows a plus is gone, and so are Gmail's dots. Two
/// people at an odd provider may fall together.
pub(super) fn person(address: &Address) -> String {
    let local = address.local_part().to_ascii_lowercase();
    let local = local.split('+').next().filter(|local| !local.is_empty()).unwrap_or(&local);
    match address.domain() {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
        domain => format!("{local}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_person_are_counted_together() {
        let cases = [
            ("Wang.Wei+a+b@Example.com", "wang.wei@example.com"),
            ("w.a.n.g+x@googlemail.com", "wang@gmail.com"),
            ("+x@example.com", "+x@example.com"),
        ];
        for (address, person) in cases {
            assert_eq!(super::person(&Address::parse(address).unwrap()), person);
        }
        let address = Address::parse("Wang.Wei+a@Gmail.com").unwrap();
        assert_eq!(mailbox(&address), "wang.wei+a@gmail.com");
    }
}
