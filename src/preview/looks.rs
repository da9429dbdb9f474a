//! A mail's page as a frame shows it: images inside, and what some clients take away or change.
//!
//! Works on the HTML that is sent, byte for byte but for what a look asks. A caught mail may be
//! anybody's, so that nothing here relies on how our own pages are written; what makes a page safe
//! is the policy of the frame, not this.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What leads out of a page, and the attribute that keeps it in.
const NOWHERE: [(&str, &str); 5] = [
    ("link", "rel=off"),
    ("iframe", "src=about:blank"),
    ("frame", "src=about:blank"),
    ("object", "data=about:blank"),
    ("embed", "src=about:blank"),
];

/// An image that a page names by `cid:`.
pub struct Inside {
    /// Without angle brackets
    pub content_id: String,
    /// `image/png`
    pub content_type: String,
    /// Its bytes
    pub bytes: Vec<u8>,
}

/// Which colour scheme the page is to believe in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Whatever the browser says
    #[default]
    Browser,
    /// Light, whatever the browser says
    Light,
    /// Dark, by the mail's own rules
    Dark,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour scheme
    pub scheme: Scheme,
    /// Images are not loaded
    pub without_images: bool,
    /// `<style>` is thrown away, as Gmail's app does for other providers' accounts
    pub without_styles: bool,
}

impl Look {
    /// The look that a query asks for: `dark`, `images`, `css`. Partial and full inversion are
    /// simulated in the page itself, from the light one.
    pub fn asked(value: impl Fn(&str) -> Option<String>) -> Look {
        let scheme = match value("dark").as_deref() {
            Some("author") => Scheme::Dark,
            Some(_) => Scheme::Light,
            None => Scheme::Browser,
        };
        let off = |name| value(name).as_deref() == Some("off");
        Look { scheme, without_images: off("images"), without_styles: off("css") }
    }

    /// The page under this look.
    pub fn apply(&self, page: &str, images: &[Inside]) -> String {
        let page = on_its_own(page);
        let page = if self.without_styles { without_styles(&page) } else { page };
        let page = match self.scheme {
            Scheme::Browser => page,
            Scheme::Light => in_scheme(&page, "light", "dark"),
            Scheme::Dark => in_scheme(&page, "dark", "light"),
        };
        match self.without_images {
            true => without_images(&page),
            false => with_images(&page, images),
        }
    }
}

/// The page with its images as `data:` URLs: it can be shown and saved alone.
fn with_images(page: &str, images: &[Inside]) -> String {
    images.iter().fold(page.to_owned(), |page, image| {
        let Inside { content_id, content_type, bytes } = image;
        let plain = |c: char| c.is_ascii_alphanumeric() || "/+-.".contains(c);
        let is_image = content_type.starts_with("image/") && content_type.chars().all(plain);
        match is_image && !content_id.is_empty() {
            true => {
                let data = format!("data:{content_type};base64,{}", STANDARD.encode(bytes));
                page.replace(&format!("cid:{content_id}"), &data)
            }
            false => page,
        }
    })
}

/// The page with `src` taken from every image, so that its text shows.
fn without_images(page: &str) -> String {
    each_tag(page, "img", |tag| {
        let Some(at) = find(tag, " src=") else { return tag.to_owned() };
        let value = at + " src=".len();
        let end = match tag[value..].chars().next() {
            Some(quote @ ('"' | '\'')) => {
                tag[value + 1..].find(quote).map_or(tag.len(), |end| value + end + 2)
            }
            _ => tag[value..].find([' ', '>']).map_or(tag.len(), |end| value + end),
        };
        format!("{}{}", &tag[..at], &tag[end..])
    })
}

/// The page with what leads out of it made to lead nowhere. The policy of a frame keeps all of this
/// from loading, but not from looking up a host and connecting to it: browsers do that for
/// `preconnect` whatever the policy says, and for pages in the page before they look at it. Of two
/// attributes of a name the first holds.
fn on_its_own(page: &str) -> String {
    NOWHERE.iter().fold(page.to_owned(), |page, (name, attribute)| {
        each_tag(&page, name, |tag| {
            let (open, rest) = tag.split_at(name.len() + 1);
            match rest.starts_with(|next: char| next.is_ascii_whitespace() || "/>".contains(next)) {
                true => format!("{open} {attribute}{rest}"),
                false => tag.to_owned(),
            }
        })
    })
}

fn without_styles(page: &str) -> String {
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = find(rest, "<style") {
        let end = find(&rest[at..], "</style").and_then(|end| {
            let close = rest[at + end..].find('>')?;
            Some(at + end + close + 1)
        });
        kept.push_str(&rest[..at]);
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    kept.push_str(rest);
    kept
}

/// The page for one colour scheme: queries for it always hold, those for the other never do, and
/// what the page supports is this one.
fn in_scheme(page: &str, wanted: &str, other: &str) -> String {
    let page = replace_features(page, wanted, other);
    let page = each_tag(&page, "meta", |tag| match find(tag, "color-scheme").is_some() {
        true => tag.replace(" dark\"", "\"").replace("\"light\"", &format!("\"{wanted}\"")),
        false => tag.to_owned(),
    });
    ["color-scheme: light dark", "color-scheme:light dark"]
        .iter()
        .fold(page, |page, both| page.replace(both, &format!("color-scheme: {wanted}")))
}

fn replace_features(page: &str, wanted: &str, other: &str) -> String {
    const FEATURE: &str = "(prefers-color-scheme";
    let mut done = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = find(rest, FEATURE) {
        let Some(length) = rest[at..].find(')').map(|end| end + 1) else { break };
        let value = rest[at + FEATURE.len()..at + length - 1].trim_start_matches([' ', ':']).trim();
        done.push_str(&rest[..at]);
        done.push_str(match value {
            value if value.eq_ignore_ascii_case(wanted) => "(min-width: 0px)",
            value if value.eq_ignore_ascii_case(other) => "(max-width: 0px)",
            _ => &rest[at..at + length],
        });
        rest = &rest[at + length..];
    }
    done.push_str(rest);
    done
}

/// The page with every tag of a name changed.
fn each_tag(page: &str, name: &str, change: impl Fn(&str) -> String) -> String {
    let mut done = String::with_capacity(page.len());
    let mut rest = page;
    let open = format!("<{name}");
    while let Some(at) = find(rest, &open) {
        let end = tag_end(&rest[at..]);
        done.push_str(&rest[..at]);
        done.push_str(&change(&rest[at..at + end]));
        rest = &rest[at + end..];
    }
    done.push_str(rest);
    done
}

/// The length of a tag, quoted `>` included.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    tag.len()
}

/// Where a text stands, in any case of its letters.
fn find(text: &str, wanted: &str) -> Option<usize> {
    let same = |window: &[u8]| window.eq_ignore_ascii_case(wanted.as_bytes());
    text.as_bytes().windows(wanted.len()).position(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pairs: &[(&str, &str)]) -> Look {
        Look::asked(|name| {
            pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn images_become_data_or_their_text() {
        let page = "<p>cid:x</p><IMG alt=\"a > b\" src=\"cid:logo@hongyan\" width=\"1\">";
        let image = Inside {
            content_id: "logo@hongyan".into(),
            content_type: "image/png".into(),
            bytes: vec![1, 2, 3],
        };
        let images = [image];
        let shown = look(&[]).apply(page, &images);
        assert_eq!(shown, page.replace("cid:logo@hongyan", "data:image/png;base64,AQID"));
        let off = look(&[("images", "off")]).apply(page, &images);
        assert_eq!(off, "<p>cid:x</p><IMG alt=\"a > b\" width=\"1\">");
    }

    #[test]
    fn a_type_that_is_none_stays_out() {
        let image = Inside {
            content_id: "a@b".into(),
            content_type: "image/png\"><script>".into(),
            bytes: vec![1],
        };
        assert_eq!(look(&[]).apply("<img src=\"cid:a@b\">", &[image]), "<img src=\"cid:a@b\">");
    }

    #[test]
    fn links_of_the_page_lead_nowhere() {
        let page =
            "<LINK rel=preconnect href=//a.test><linked><frameset><frame/src=x><p title='<link>'>";
        let shown = look(&[]).apply(page, &[]);
        assert_eq!(
            shown,
            "<LINK rel=off rel=preconnect href=//a.test><linked><frameset><frame src=about:blank/src=x><p title='<link rel=off>'>"
        );
    }

    #[test]
    fn styles_can_be_thrown_away() {
        let page = "<head><style>a{}</style><STYLE type=x>b</STYLE ></head><p style=\"c\">d";
        let shown = look(&[("css", "off")]).apply(page, &[]);
        assert_eq!(shown, "<head></head><p style=\"c\">d");
        assert_eq!(look(&[("css", "off")]).apply("a<style>b", &[]), "a");
    }

    #[test]
    fn one_scheme_holds_whatever_the_browser_prefers() {
        let page = "<meta name=\"color-scheme\" content=\"light dark\"><style>:root { color-scheme: light dark; }\
            @media (prefers-color-scheme:dark) {a} @media screen and (Prefers-Color-Scheme: LIGHT) {b}</style>";
        let dark = look(&[("dark", "author")]).apply(page, &[]);
        assert_eq!(
            dark,
            "<meta name=\"color-scheme\" content=\"dark\"><style>:root { color-scheme: dark; }\
            @media (min-width: 0px) {a} @media screen and (max-width: 0px) {b}</style>"
        );
        for name in ["off", "partial", "full"] {
            let light = look(&[("dark", name)]).apply(page, &[]);
            assert!(light.contains("@media (max-width: 0px) {a}"), "{light}");
            assert!(light.contains("content=\"light\""), "{light}");
        }
        assert_eq!(look(&[]).apply(page, &[]), page);
    }

    #[test]
    fn half_a_page_is_no_trouble() {
        for page in [
            "<img",
            "<img src=\"",
            "<style",
            "(prefers-color-scheme",
            "<meta color-scheme",
            "字<im",
        ] {
            for dark in ["author", "off"] {
                let pairs = [("dark", dark), ("images", "off"), ("css", "off")];
                let _ = look(&pairs).apply(page, &[]);
            }
        }
    }
}
