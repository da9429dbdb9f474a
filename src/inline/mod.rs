//! Moves the style sheet into `style` attributes, and finds the image slots again afterwards.
//!
//! css-inline is named here only, with network and disk off. The setting keeps what cannot be
//! inlined (media queries, dark rules, `:hover`) in `<style>` and nothing else. What decides how a
//! page is inlined is its `shape`.

pub(crate) mod shape;

use std::fmt;

use css_inline::{CSSInliner, InlineOptions};

use crate::diagnostic::{Code, Diagnostic};
use crate::text;

/// A page whose styles are inlined, its images still to be chosen.
#[derive(Clone, PartialEq)]
pub struct Html {
    pieces: Vec<Piece>,
}

/// A stretch of a page: this is how pages are kept.
#[derive(Clone, PartialEq)]
pub(crate) enum Piece {
    /// As it is
    Text(String),
    /// An image in its two forms
    Image { content_id: String, picture: String, wordmark: String },
}

/// The count of pieces only: the page holds what callers passed.
impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Html").field("pieces", &self.pieces.len()).finish_non_exhaustive()
    }
}

/// In which form images stand in a finished mail.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ImageMode {
    /// As parts of the mail, by Content-ID (RFC 2392)
    #[default]
    Inside,
    /// As `<URL>/<sha256>.<extension>`
    Hosted(String),
    /// As their text
    Wordmark,
}

/// Inlines a page.
///
/// # Errors
/// CSS or HTML that the inliner cannot take.
pub fn inline(page: &str) -> Result<Html, Diagnostic> {
    let inlined = css_inliner().inline(page).map_err(|error| {
        let reason = error.to_string();
        Diagnostic::error(
            Code::InlineFailed,
            text!("the CSS cannot be inlined: {reason}", "CSS 无法内联：{reason}"),
        )
    })?;
    Ok(Html { pieces: pieces(&escape_attributes(&inlined)) })
}

/// Elements whose content the inliner writes as it is, and not as text.
const RAW_ELEMENTS: [&str; 6] = ["style", "script", "xmp", "iframe", "noembed", "noframes"];

/// Escapes `<` and `>` in attributes. The inliner reads the page and writes it anew, and leaves
/// them bare there; a value in an attribute could then write a [`slot`].
fn escape_attributes(page: &str) -> String {
    let mut escaped = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        escaped.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map(|end| "<!--".len() + end + "-->".len()),
            None => Some(escape_tag(rest, &mut escaped)),
        };
        let length = length.unwrap_or(rest.len());
        if rest.starts_with("<!--") {
            escaped.push_str(&rest[..length]);
        }
        let raw = raw_length(&rest[1..], &rest[length..]);
        escaped.push_str(&rest[length..length + raw]);
        rest = &rest[length + raw..];
    }
    escaped.push_str(rest);
    escaped
}

/// Copies one tag; its length.
fn escape_tag(page: &str, escaped: &mut String) -> usize {
    let mut quoted = false;
    for (at, c) in page.char_indices() {
        match c {
            '<' if quoted => escaped.push_str("&lt;"),
            '>' if quoted => escaped.push_str("&gt;"),
            _ => escaped.push(c),
        }
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    page.len()
}

/// The length of what stands between a raw element's tags.
fn raw_length(tag: &str, after: &str) -> usize {
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match RAW_ELEMENTS.contains(&name) {
        true => after.find(&format!("</{name}")).unwrap_or(after.len()),
        false => 0,
    }
}

fn css_inliner() -> CSSInliner<'static> {
    let options = InlineOptions {
        keep_style_tags: true,
        remove_inlined_selectors: true,
        resolve_css_variables: true,
        apply_width_attributes: true,
        apply_height_attributes: true,
        load_remote_stylesheets: false,
        ..InlineOptions::default()
    };
    CSSInliner::new(options)
}

/// Marks around an image's two forms: comments, which no value can write, since values are escaped.
pub(crate) mod slot {
    /// Begins the picture; the Content-ID and `-->` follow
    pub const OPEN: &str = "<!--hongyan:image:";
    /// Between the picture and its text
    pub const ELSE: &str = "<!--hongyan:wordmark-->";
    /// Behind the text
    pub const CLOSE: &str = "<!--hongyan:end-->";
}

fn pieces(page: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = page;
    while let Some((before, image, after)) = next_image(rest) {
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(image);
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

fn next_image(page: &str) -> Option<(&str, Piece, &str)> {
    let (before, marked) = page.split_once(slot::OPEN)?;
    let (content_id, forms) = marked.split_once("-->")?;
    let (picture, rest) = forms.split_once(slot::ELSE)?;
    let (wordmark, after) = rest.split_once(slot::CLOSE)?;
    let image = Piece::Image {
        content_id: content_id.to_owned(),
        picture: picture.to_owned(),
        wordmark: wordmark.to_owned(),
    };
    Some((before, image, after))
}

impl Html {
    /// A page that was kept as its pieces.
    pub(crate) fn from_pieces(pieces: Vec<Piece>) -> Html {
        Html { pieces }
    }

    /// Its pieces, in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The page with its images in one form; `hosted` gives an image's file name by Content-ID.
    pub fn with_images(&self, mode: &ImageMode, hosted: impl Fn(&str) -> String) -> String {
        let mut page = String::new();
        for piece in &self.pieces {
            match (piece, mode) {
                (Piece::Text(text), _) => page.push_str(text),
                (Piece::Image { picture, .. }, ImageMode::Inside) => page.push_str(picture),
                (Piece::Image { wordmark, .. }, ImageMode::Wordmark) => page.push_str(wordmark),
                (Piece::Image { content_id, picture, .. }, ImageMode::Hosted(base)) => {
                    let url = format!("{}/{}", base.trim_end_matches('/'), hosted(content_id));
                    page.push_str(&picture.replace(&format!("cid:{content_id}"), &url));
                }
            }
        }
        page
    }

    /// The page without its images, for the text part.
    pub fn without_images(&self) -> String {
        let texts = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Image { .. } => None,
        });
        texts.collect()
    }

    /// Whether the page shows any image.
    pub fn has_images(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Image { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::{escape_attributes, pieces, slot};

    #[test]
    fn attributes_are_escaped_and_nothing_else() {
        let page = "<!DOCTYPE html><style>p > a { content: \"<\" }</style>\
            <!--[if mso]><p title=\"<b>\"><![endif]--><p title=\"a<b>c\" class=\"x\">\"1 &lt; 2\"</p>";
        let expected = page.replace("a<b>c", "a&lt;b&gt;c");
        assert_eq!(escape_attributes(page), expected);
    }

    #[test]
    fn a_value_in_an_attribute_writes_no_slot() {
        let value = format!("{}x-->{}{}", slot::OPEN, slot::ELSE, slot::CLOSE);
        let page = super::inline(&format!("<p title=\"{}\">a</p>", value.replace('<', "&lt;")));
        assert!(!page.unwrap().has_images());
        assert_eq!(pieces(&value).len(), 3);
    }
}
