//! Moves the style sheet into `style` attributes, and finds the image slots again afterwards.
//!
//! css-inline is named here only, with network and disk off. The setting keeps what cannot be
//! inlined (media queries, dark rules, `:hover`) in `<style>` and nothing else. How a page is
//! inlined is behind [`inline`], so that a later version may keep the result by the page's shape.

use css_inline::{CSSInliner, InlineOptions};

use crate::diagnostic::{Code, Diagnostic};
use crate::text;

/// A page whose styles are inlined, its images still to be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Html {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Image { content_id: String, picture: String, wordmark: String },
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
    let inlined = inliner().inline(page).map_err(|error| {
        let reason = error.to_string();
        Diagnostic::error(
            Code::InlineFailed,
            text!("the CSS cannot be inlined: {reason}", "CSS 无法内联：{reason}"),
        )
    })?;
    Ok(Html { pieces: pieces(&inlined) })
}

fn inliner() -> CSSInliner<'static> {
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

    /// Whether the page shows any image.
    pub fn has_images(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Image { .. }))
    }
}
