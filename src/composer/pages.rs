//! Filled pages as they stand in mails: inlined, and with the text that is made of them.
//!
//! Both take most of a mail's time, and come out the same for pages of the same shape but for the
//! words. So what was made of a shape is kept, and the words of the next page are filled in.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::diagnostic::Diagnostic;
use crate::inline::shape::{Cloze, Word, cut};
use crate::inline::{Html, Piece, inline};
use crate::plain::{self, Reading};

/// How many shapes are kept: a kind has one for each locale and each way its branches can go.
const SHAPES: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// Longer pages are finished anew each time, in bytes.
const LONGEST: usize = 64 * 1024;

/// Finishes pages, and remembers what became of those that differ in words only.
pub(super) struct Pages {
    kept: Mutex<LruCache<String, Kept>>,
}

/// A finished page and its text.
#[derive(Clone, PartialEq)]
pub(super) struct Page {
    pub html: Html,
    pub text: String,
}

/// What is known of a shape.
#[derive(Clone)]
enum Kept {
    /// It came once: most shapes come once or for ever
    Once,
    /// Its pages can be filled in
    Skeleton(Arc<Skeleton>),
    /// Filling it in gave another page
    Unfit,
}

/// A [`Page`] whose words are to be filled in.
struct Skeleton {
    html: Vec<Gap>,
    reading: Reading<Cloze>,
}

/// A [`Piece`] whose words are to be filled in.
enum Gap {
    Text(Cloze),
    Image { content_id: String, picture: Cloze, wordmark: Cloze },
}

impl Default for Pages {
    fn default() -> Pages {
        Pages { kept: Mutex::new(LruCache::new(SHAPES)) }
    }
}

impl Pages {
    /// Finishes a page; `text` is its text where that does not come from the page.
    ///
    /// # Errors
    /// CSS or HTML that the inliner cannot take.
    pub(super) fn finish(&self, page: &str, text: Option<String>) -> Result<Page, Diagnostic> {
        let Some(cut) = Some(page).filter(|page| page.len() <= LONGEST).and_then(cut) else {
            return anew(page, text);
        };
        let kept = match self.known(&cut.shape) {
            Some(Kept::Skeleton(skeleton)) => {
                let filled = skeleton.fill(&cut.words, text.clone());
                return filled.map_or_else(|| anew(page, text), Ok);
            }
            Some(Kept::Unfit) => return anew(page, text),
            Some(Kept::Once) => match skeleton(&cut.shape) {
                Some(skeleton) if skeleton.fill(&cut.words, None) == anew(page, None).ok() => {
                    Kept::Skeleton(Arc::new(skeleton))
                }
                _ => Kept::Unfit,
            },
            None => Kept::Once,
        };
        let finished = anew(page, text)?;
        self.keep(cut.shape, kept);
        Ok(finished)
    }

    fn known(&self, shape: &str) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(shape).cloned()
    }

    fn keep(&self, shape: String, kept: Kept) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(shape, kept);
    }
}

/// Without looking at what is kept.
fn anew(page: &str, text: Option<String>) -> Result<Page, Diagnostic> {
    let html = inline(page)?;
    let text = text.unwrap_or_else(|| plain::from_html(&html.without_images()));
    Ok(Page { html, text })
}

fn skeleton(shape: &str) -> Option<Skeleton> {
    let html = inline(shape).ok()?;
    let reading = Reading::new(&html.without_images()).try_map(|text| Cloze::of_text(&text))?;
    let gap = |piece: &Piece| {
        Some(match piece {
            Piece::Text(text) => Gap::Text(Cloze::of_page(text)?),
            Piece::Image { content_id, picture, wordmark } => Gap::Image {
                content_id: content_id.clone(),
                picture: Cloze::of_page(picture)?,
                wordmark: Cloze::of_page(wordmark)?,
            },
        })
    };
    Some(Skeleton { html: html.pieces().iter().map(gap).collect::<Option<_>>()?, reading })
}

impl Skeleton {
    fn fill(&self, words: &[Word<'_>], text: Option<String>) -> Option<Page> {
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
        let pieces = self.html.iter().map(piece).collect::<Option<_>>()?;
        let text = match text {
            Some(text) => text,
            None => self.reading.text(|text| text.fill(words).map(Cow::Owned))?,
        };
        Some(Page { html: Html::from_pieces(pieces), text })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::composer::{Composer, Draft};
    use crate::inline::slot;

    fn same(pages: &Pages, page: &str) -> bool {
        pages.finish(page, None).ok() == anew(page, None).ok()
    }

    /// Pages with `{}` where words stand; the last ones are never cut.
    const PAGES: [&str; 16] = [
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
        "<p>{}<a\"-->{}</a\"-->{}<a b'c=\"{}\">",
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
            let pages = Pages::default();
            for word in ["Grace", "Hopper"].iter().chain(&WORDS) {
                let page = page.replace("{}", word);
                assert!(same(&pages, &page), "{page:?}");
            }
        }
    }

    #[test]
    fn the_third_page_of_a_shape_is_filled_in() {
        let pages = Pages::default();
        let words = ["Ada", "Grace", "Barbara", "王伟"];
        for (seen, page) in words.map(|word| PAGES[0].replace("{}", word)).iter().enumerate() {
            assert!(same(&pages, page));
            let kept = pages.known(&cut(page).unwrap().shape).unwrap();
            assert_eq!(matches!(kept, Kept::Skeleton(_)), seen > 0);
            assert_eq!(pages.kept.lock().unwrap().len(), 1);
        }
    }

    #[test]
    fn the_shapes_of_the_shipped_kinds_are_kept() {
        let composer = Composer::load(&crate::shipped()).unwrap();
        let catalog = composer.catalog();
        for (kind, locale) in catalog.kinds().flat_map(|k| catalog.locales().map(move |l| (k, l))) {
            let mut draft = Draft::new(&kind.name, locale.as_str(), "ada@x.test").unwrap();
            draft.vars = kind.sample("typical", locale).unwrap();
            for _ in 0..2 {
                composer.render(&draft).unwrap();
            }
        }
        let kept = composer.pages.kept.lock().unwrap();
        let skeletons = kept.iter().filter(|(_, kept)| matches!(kept, Kept::Skeleton(_))).count();
        assert!(skeletons >= catalog.kinds().count());
        assert_eq!(skeletons, kept.len());
    }

    #[test]
    fn a_text_of_its_own_is_kept() {
        let pages = Pages::default();
        for _ in 0..3 {
            let page = pages.finish(PAGES[1], Some("own".into())).unwrap();
            assert_eq!(page.text, "own");
        }
    }

    /// Text dense in what HTML reads as its own.
    fn markup() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "<",
            ">",
            "\"",
            "'",
            "=",
            "&",
            "&lt;",
            "&#60;",
            "&nbsp;",
            "/",
            "<!--",
            "-->",
            "]]>",
            "<p",
            "<p>",
            "</p>",
            "<table>",
            "</table>",
            "<td>",
            "<a href=",
            " title=\"",
            "<script>",
            "<style>",
            "</style>",
            "<title>",
            "<plaintext>",
            "<div hidden>",
            "</div>",
            "<ol><li>",
            "<br>",
            "\r",
            "\n",
            "\t",
            "\0",
            "\u{a0}",
            "\u{feff}",
            "鸿雁",
            "a",
            " ",
            "display:none",
            "\u{e000}1\u{e001}",
        ]);
        let pieces = prop_oneof![pieces.prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_page_is_what_it_would_be_without(markup in markup(), word in markup()) {
            let word = word.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            let pages = Pages::default();
            for word in ["Ada", "Grace", &word] {
                let page = format!(
                    "<head><title>{word}</title><style>p {{ color: red }}</style></head>\
                     <p title=\"{word}\">{word}{markup}<a href=\"{word}\">{word}</a>{markup}",
                );
                prop_assert!(same(&pages, &page), "{page:?}");
            }
        }
    }
}
