use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::shape::{Cloze, Word, cut};
use super::{Html, Piece, inline};
use crate::diagnostic::Diagnostic;

/// How many shapes are kept: a kind has one for each locale and each way its branches can go.
const SHAPES: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// Longer pages are inlined anew each time, in bytes.
const LONGEST: usize = 64 * 1024;

/// Inlines pages, and remembers what it made of those that differ in words only.
///
/// What comes out is what [`inline`] makes of the same page.
pub struct Inliner {
    kept: Mutex<LruCache<String, Kept>>,
}

/// What is known of a shape.
#[derive(Clone)]
enum Kept {
    /// It came once: most shapes come once or for ever
    Once,
    /// Its pages can be filled in
    Skeleton(Arc<Vec<Gap>>),
    /// Filling it in gave another page
    Unfit,
}

/// A [`Piece`] whose words are to be filled in.
enum Gap {
    Text(Cloze),
    Image { content_id: String, picture: Cloze, wordmark: Cloze },
}

impl Default for Inliner {
    fn default() -> Inliner {
        Inliner { kept: Mutex::new(LruCache::new(SHAPES)) }
    }
}

impl Inliner {
    /// Inlines a page.
    ///
    /// # Errors
    /// As [`inline`].
    pub fn inline(&self, page: &str) -> Result<Html, Diagnostic> {
        let Some(cut) = Some(page).filter(|page| page.len() <= LONGEST).and_then(cut) else {
            return inline(page);
        };
        match self.known(&cut.shape) {
            Some(Kept::Skeleton(gaps)) => fill(&gaps, &cut.words).map_or_else(|| inline(page), Ok),
            Some(Kept::Unfit) => inline(page),
            Some(Kept::Once) => {
                let html = inline(page)?;
                let kept = match skeleton(&cut.shape) {
                    Some(gaps) if fill(&gaps, &cut.words).as_ref() == Some(&html) => {
                        Kept::Skeleton(Arc::new(gaps))
                    }
                    _ => Kept::Unfit,
                };
                self.keep(cut.shape, kept);
                Ok(html)
            }
            None => {
                let html = inline(page)?;
                self.keep(cut.shape, Kept::Once);
                Ok(html)
            }
        }
    }

    fn known(&self, shape: &str) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(shape).cloned()
    }

    fn keep(&self, shape: String, kept: Kept) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(shape, kept);
    }
}

fn skeleton(shape: &str) -> Option<Vec<Gap>> {
    let gap = |piece: &Piece| {
        Some(match piece {
            Piece::Text(text) => Gap::Text(Cloze::new(text)?),
            Piece::Image { content_id, picture, wordmark } => Gap::Image {
                content_id: content_id.clone(),
                picture: Cloze::new(picture)?,
                wordmark: Cloze::new(wordmark)?,
            },
        })
    };
    inline(shape).ok()?.pieces.iter().map(gap).collect()
}

fn fill(gaps: &[Gap], words: &[Word<'_>]) -> Option<Html> {
    let piece = |gap: &Gap| {
        Some(match gap {
            Gap::Text(text) => Piece::Text(text.fill(words)?),
            Gap::Image { content_id, picture, wordmark } => Piece::Image {
                content_id: content_id.clone(),
                picture: picture.fill(words)?,
                wordmark: wordmark.fill(words)?,
            },
        })
    };
    Some(Html { pieces: gaps.iter().map(piece).collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::super::slot;
    use super::*;

    /// Pages with `{}` where words stand; the last ones are never cut.
    const PAGES: [&str; 15] = [
        "<!DOCTYPE html><html><head><title>{}</title><style>p{color:red}</style></head>\
            <body><p> {} </p><a href=\"{}\" title=\"{}\">{}</a></body></html>",
        "{}<p>a{}",
        "<table>{}<tr><td>{}</td></tr></table>",
        "<table><tr>{}<td width=\"10\">{}</table>{}",
        "<pre>\n{}</pre><ul><li>{}<li>{}</ul>",
        "<style>a[href]{color:red} p:empty{color:blue}</style><p>{}</p><a href=\"{}\">x</a>",
        "<style>[ title=\"x\" ]{color:red}</style><p title=\"{}\">{}</p>",
        "<style>[data-ogsc] p{color:red}</style><p alt=\"{}\">{}</p>",
        "<p href=\"{}\" href=\"{}\" title='{}' alt={}>{}</p>",
        "<title>{}<b></title><p>{}</p><!-- {} --><a href=\"\">{}</a>",
        "<link rel=\"stylesheet\" href=\"{}\"><base href=\"{}\"><p class=\"{}\">{}</p>",
        "<select><option>{}</select><svg><title>{}</title></svg>",
        "<noscript>{}</noscript><textarea>\n{}</textarea><template>{}</template>",
        "<script>'{}'</script><style>p{content:'{}'}</style><p>{}</p>",
        "<p>1 < 2 {}</p><!--x--!>{}<?x {}>",
    ];

    /// As the engine escapes them, and some that it never writes.
    const WORDS: [&str; 20] = [
        "Ada",
        "王伟，您好",
        "",
        " ",
        "\n",
        " a  b\n\tc ",
        "&lt;b&gt;&amp;&quot;&#x27;&#x2f;&#39;",
        "&nbsp;\u{a0}é",
        "&amp;lt;",
        "&copy &notit; &#60; &",
        "\u{feff}x\u{feff}",
        "a\u{0}b",
        "a\rb\r\nc",
        "\u{c}x\u{b}",
        "\u{e000}0\u{e001}",
        "\u{e000}",
        "&lt;!--hongyan:image:x-->",
        "https://x.test/?a=1&amp;b=%20",
        "javascript:alert(1)",
        "{}]]>",
    ];

    #[test]
    fn a_page_of_a_known_shape_is_what_it_would_be_without() {
        let slots = format!("<p>{}i-->{{}}{}{{}}{}</p>", slot::OPEN, slot::ELSE, slot::CLOSE);
        for page in PAGES.iter().copied().chain([&*slots]) {
            let inliner = Inliner::default();
            for word in ["Grace", "Hopper"].iter().chain(&WORDS) {
                let page = page.replace("{}", word);
                assert!(inliner.inline(&page).ok() == inline(&page).ok(), "{page:?}");
            }
        }
    }

    #[test]
    fn the_third_page_of_a_shape_is_filled_in() {
        let inliner = Inliner::default();
        let page = |word: &str| PAGES[0].replace("{}", word);
        let pages = ["Ada", "Grace", "Barbara", "王伟"].map(page);
        for (seen, page) in pages.iter().enumerate() {
            let _ = inliner.inline(page);
            let kept = inliner.known(&cut(page).unwrap().shape).unwrap();
            assert_eq!(matches!(kept, Kept::Skeleton(_)), seen > 0);
            assert_eq!(inliner.kept.lock().unwrap().len(), 1);
        }
    }
}
