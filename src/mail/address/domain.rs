use icu_properties::{CodePointMapData, props::GeneralCategory};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, ScriptExtension};

use super::AddressError;

/// The domain in lower case and as A-labels, if it is one.
pub(super) fn canonical(domain: &str) -> Result<String, AddressError> {
    check_shape(domain)?;
    let plain = domain.is_ascii() && !domain.split('.').any(is_a_label);
    let domain = if plain { domain.to_ascii_lowercase() } else { international(domain)? };
    if domain.len() > 253 || domain.split('.').any(|label| label.len() > 63) {
        return Err(AddressError::DomainTooLong);
    }
    let top_level = domain.rsplit('.').next().unwrap_or_default();
    if !top_level.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(AddressError::DomainNumeric);
    }
    Ok(domain)
}

fn check_shape(domain: &str) -> Result<(), AddressError> {
    if domain.is_empty() {
        return Err(AddressError::DomainEmpty);
    }
    if domain.starts_with('[') {
        return Err(AddressError::DomainLiteral);
    }
    if domain.contains(is_full_width) {
        return Err(AddressError::DomainFullWidth);
    }
    if domain.split('.').any(str::is_empty) {
        return Err(AddressError::DomainDots);
    }
    let is_ldh = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if let Some(character) = domain.chars().find(|&c| c.is_ascii() && !is_ldh(c)) {
        return Err(AddressError::DomainCharacter { character });
    }
    if domain.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Err(AddressError::DomainHyphen);
    }
    if !domain.contains('.') {
        return Err(AddressError::DomainOneLabel);
    }
    Ok(())
}

/// What UTS 46 would map to ASCII; a person who typed it should know, not guess.
fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '。' | '｡')
}

fn is_a_label(label: &str) -> bool {
    label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"))
}

/// UTS 46, non-transitional, and only where the mapping changes nothing but case and composition:
/// otherwise one mailbox would have several spellings.
fn international(domain: &str) -> Result<String, AddressError> {
    let typed: String = domain.chars().flat_map(char::to_lowercase).nfc().collect();
    let uts46 = Uts46::new();
    let (unicode, valid) = uts46.to_unicode(typed.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    if valid.is_err() || !same_labels(&typed, &unicode) {
        return Err(AddressError::DomainInvalid);
    }
    unicode.split('.').try_for_each(check_label)?;
    uts46
        .to_ascii(typed.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
        .map(|ascii| ascii.into_owned())
        .map_err(|_| AddressError::DomainInvalid)
}

fn same_labels(typed: &str, unicode: &str) -> bool {
    let same = |(typed, unicode): (&str, &str)| is_a_label(typed) || typed == unicode;
    typed.split('.').count() == unicode.split('.').count()
        && typed.split('.').zip(unicode.split('.')).all(same)
}

fn check_label(label: &str) -> Result<(), AddressError> {
    if label.is_ascii() {
        return Ok(());
    }
    if !label.chars().all(|c| is_letter(c) || (c == '・' && is_japanese(label))) {
        return Err(AddressError::DomainNotLetters);
    }
    if !is_highly_restrictive(label) {
        return Err(AddressError::MixedScripts);
    }
    Ok(())
}

/// Letters, marks, digits and the hyphen, as IDNA 2008 has it; UTS 46 alone lets symbols by.
fn is_letter(c: char) -> bool {
    use GeneralCategory as G;
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    c == '-'
        || matches!(
            category,
            G::LowercaseLetter
                | G::OtherLetter
                | G::ModifierLetter
                | G::NonspacingMark
                | G::SpacingMark
                | G::DecimalNumber
        )
}

/// RFC 5892 A.7: the middle dot wants one character of Japanese beside it.
fn is_japanese(label: &str) -> bool {
    use unicode_script::UnicodeScript;
    let scripts = [Script::Han, Script::Hiragana, Script::Katakana];
    label.chars().any(|c| c != '・' && scripts.contains(&c.script()))
}

/// UTS 39 §5.2: one script, or Latin with the scripts of one East Asian language.
fn is_highly_restrictive(label: &str) -> bool {
    const EAST_ASIAN: [&[Script]; 3] = [
        &[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana],
        &[Script::Latin, Script::Han, Script::Bopomofo],
        &[Script::Latin, Script::Han, Script::Hangul],
    ];
    let fits = |allowed: &[Script]| {
        label.chars().all(|c| {
            let scripts = ScriptExtension::from(c);
            allowed.iter().any(|&script| scripts.contains_script(script))
        })
    };
    !ScriptExtension::for_str(label).is_empty() || EAST_ASIAN.iter().any(|allowed| fits(allowed))
}
