use super::AddressError;
use crate::mail::clean;

/// Refuses what is not one bare address at all, with the reason that helps most.
///
/// Every look is one pass, so 100 kB of at-signs costs no more than 100 kB of letters.
pub(super) fn check(input: &str) -> Result<(), AddressError> {
    if input.is_empty() {
        return Err(AddressError::Empty);
    }
    characters(input)?;
    punctuation(input)?;
    at_signs(input)?;
    if input.chars().count() > super::MAX_OCTETS {
        return Err(AddressError::TooLong);
    }
    Ok(())
}

fn characters(input: &str) -> Result<(), AddressError> {
    if input.contains(clean::is_line_break) {
        return Err(AddressError::LineBreak);
    }
    if input.contains(|c: char| c.is_control() && c != '\t') {
        return Err(AddressError::Control);
    }
    if input.contains('＠') {
        return Err(AddressError::FullWidthAtSign);
    }
    if input.starts_with(char::is_whitespace) || input.ends_with(char::is_whitespace) {
        return Err(AddressError::SpaceAround);
    }
    if input.contains(clean::is_invisible) {
        return Err(AddressError::Invisible);
    }
    Ok(())
}

fn punctuation(input: &str) -> Result<(), AddressError> {
    let begins_with_mailto = input.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("mailto:"));
    if begins_with_mailto {
        return Err(AddressError::Mailto);
    }
    if input.ends_with('>') && input.contains('<') {
        return Err(AddressError::DisplayName);
    }
    if input.contains('"') {
        return Err(AddressError::LocalPartQuoted);
    }
    if input.contains(['<', '>']) {
        return Err(AddressError::AngleBracket);
    }
    if input.contains(['(', ')']) {
        return Err(AddressError::Comment);
    }
    if input.contains(':') && input.ends_with(';') {
        return Err(AddressError::Group);
    }
    if input.contains([',', ';', '，', '；', '、']) {
        return Err(AddressError::SeveralAddresses);
    }
    Ok(())
}

fn at_signs(input: &str) -> Result<(), AddressError> {
    let several = match input.matches('@').count() {
        0 => return Err(AddressError::NoAtSign),
        count => count > 1,
    };
    match input.contains(char::is_whitespace) {
        true if several => Err(AddressError::SeveralAddresses),
        true => Err(AddressError::SpaceInside),
        false if input.starts_with('@') && input.contains(':') => Err(AddressError::Route),
        false if several => Err(AddressError::SeveralAtSigns),
        false => Ok(()),
    }
}
