//! Where in HTML a piece of template output lands.
//!
//! A [`Place`] is fed the static text of a template in order and keeps the tokenizer's state
//! (WHATWG HTML section 13.2.5, reduced to what decides how a value is read). It does not know
//! templates; it reports tags and attributes as it leaves them.

use std::ops::Range;

/// The tokenizer's state between two pieces of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    state: State,
    tag: String,
    attribute: String,
    value: String,
    /// A value was written as the whole of this URL attribute; nothing may follow it.
    filled: bool,
    raw: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Text,
    TagOpen,
    Markup,
    Comment,
    TagName,
    BeforeAttribute,
    AttributeName,
    BeforeValue,
    Quoted(char),
    Unquoted,
    Raw,
}

/// What a value's surroundings make of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Context {
    /// Text between tags, or the text of `<title>`
    Text,
    /// A quoted attribute that is no URL
    Attribute,
    /// The very beginning of a quoted URL attribute
    UrlStart,
    /// Behind the beginning of a quoted URL attribute
    UrlInside,
    /// A `style` attribute or sheet
    Style,
    /// Anywhere else: comment, script, unquoted attribute, name of a tag or attribute
    Forbidden(&'static str),
}

/// What was passed while feeding.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// A start tag's name
    Tag(String),
    /// An attribute with its static value; a value from a variable reads as `\u{fffc}`
    Attribute {
        /// the tag
        tag: String,
        /// the attribute, lower case
        name: String,
        /// its value
        value: String,
    },
    /// Text behind a value that must be the whole of its attribute
    BehindUrl,
}

/// Stands for a value in the text of an attribute.
pub const SLOT: char = '\u{fffc}';
/// Attributes that a mail client follows or loads.
const URL_ATTRIBUTES: [&str; 8] =
    ["href", "src", "action", "background", "cite", "poster", "formaction", "longdesc"];
/// Elements whose content is not markup.
const RAW_ELEMENTS: [&str; 7] =
    ["script", "style", "title", "textarea", "xmp", "noembed", "noframes"];

impl Place {
    /// What a value put here would be read as.
    pub fn context(&self) -> Context {
        match self.state {
            State::Text => Context::Text,
            State::Raw if matches!(self.raw, Some("title" | "textarea")) => Context::Text,
            State::Raw if self.raw == Some("style") => Context::Style,
            State::Raw => Context::Forbidden("a script"),
            State::Comment => Context::Forbidden("a comment"),
            State::Unquoted | State::BeforeValue => Context::Forbidden("an unquoted attribute"),
            State::Quoted(_) => self.quoted_context(),
            State::TagOpen | State::TagName | State::Markup => Context::Forbidden("a tag"),
            State::BeforeAttribute | State::AttributeName => {
                Context::Forbidden("an attribute's name")
            }
        }
    }

    fn quoted_context(&self) -> Context {
        match self.attribute.as_str() {
            "style" => Context::Style,
            "srcdoc" | "srcset" => Context::Forbidden("this attribute"),
            name if name.starts_with("on") => Context::Forbidden("a script"),
            name if URL_ATTRIBUTES.contains(&name) && self.value.trim().is_empty() => {
                Context::UrlStart
            }
            name if URL_ATTRIBUTES.contains(&name) => Context::UrlInside,
            _ => Context::Attribute,
        }
    }

    /// Puts a value here. A whole-URL value lets nothing follow it in its attribute.
    pub fn put_value(&mut self, whole_url: bool) {
        self.value.push(SLOT);
        self.filled = whole_url;
        if self.state == State::BeforeValue {
            self.state = State::Unquoted;
        }
    }

    /// Reads static text; `told` gets each event with the bytes it came from.
    pub fn feed(&mut self, text: &str, told: &mut dyn FnMut(Event, Range<usize>)) {
        for (at, c) in text.char_indices() {
            let here = at..at + c.len_utf8();
            match self.state {
                State::Text if c == '<' => self.begin_tag(),
                State::Text => {}
                State::TagOpen => self.tag_open(c),
                State::Markup => self.markup(c),
                State::Comment => self.comment(c),
                State::TagName => self.tag_name(c, here, told),
                State::BeforeAttribute => self.before_attribute(c),
                State::AttributeName => self.attribute_name(c, here, told),
                State::BeforeValue => self.before_value(c, here, told),
                State::Quoted(quote) => self.quoted(c, quote, here, told),
                State::Unquoted => self.unquoted(c, here, told),
                State::Raw => self.raw_text(c),
            }
        }
    }

    fn begin_tag(&mut self) {
        self.state = State::TagOpen;
        self.tag.clear();
        self.value.clear();
    }

    fn tag_open(&mut self, c: char) {
        match c {
            '!' => self.state = State::Markup,
            '/' | 'a'..='z' | 'A'..='Z' => {
                self.tag.push(c.to_ascii_lowercase());
                self.state = State::TagName;
            }
            _ => self.state = State::Text,
        }
    }

    /// `<!--` opens a comment; other markup (`<!doctype …>`, `<![endif]…>`) ends at `>`.
    fn markup(&mut self, c: char) {
        self.value.push(c);
        match c {
            '-' if self.value == "--" => {
                self.state = State::Comment;
                self.value.clear();
            }
            '>' => self.end_tag(),
            _ => {}
        }
    }

    fn comment(&mut self, c: char) {
        self.value.push(c);
        if self.value.ends_with("-->") || self.value == ">" || self.value == "->" {
            self.end_tag();
        }
    }

    fn end_tag(&mut self) {
        self.raw = RAW_ELEMENTS.into_iter().find(|raw| *raw == self.tag);
        self.state = if self.raw.is_some() { State::Raw } else { State::Text };
        self.tag.clear();
        self.attribute.clear();
        self.value.clear();
        self.filled = false;
    }

    fn tag_name(&mut self, c: char, here: Range<usize>, told: &mut dyn FnMut(Event, Range<usize>)) {
        match c {
            '>' | '/' if self.tag == "/" => self.tag.push(c),
            c if c == '>' || c == '/' || is_blank(c) => {
                let start = here.start.saturating_sub(self.tag.len() + 1);
                told(Event::Tag(self.tag.clone()), start..here.start);
                if c == '>' { self.end_tag() } else { self.state = State::BeforeAttribute }
            }
            c => self.tag.push(c.to_ascii_lowercase()),
        }
    }

    fn before_attribute(&mut self, c: char) {
        match c {
            '>' => self.end_tag(),
            c if c == '/' || is_blank(c) => {}
            '=' if !self.attribute.is_empty() => self.state = State::BeforeValue,
            c => {
                self.attribute = c.to_ascii_lowercase().to_string();
                self.value.clear();
                self.state = State::AttributeName;
            }
        }
    }

    fn attribute_name(
        &mut self,
        c: char,
        here: Range<usize>,
        told: &mut dyn FnMut(Event, Range<usize>),
    ) {
        match c {
            '=' => self.state = State::BeforeValue,
            '>' => {
                self.tell(here, told);
                self.end_tag();
            }
            c if c == '/' || is_blank(c) => {
                self.tell(here, told);
                self.state = State::BeforeAttribute;
            }
            c => self.attribute.push(c.to_ascii_lowercase()),
        }
    }

    fn before_value(
        &mut self,
        c: char,
        here: Range<usize>,
        told: &mut dyn FnMut(Event, Range<usize>),
    ) {
        match c {
            '"' | '\'' => self.state = State::Quoted(c),
            '>' => {
                self.tell(here, told);
                self.end_tag();
            }
            c if is_blank(c) => {}
            c => {
                self.value.push(c);
                self.state = State::Unquoted;
            }
        }
    }

    fn quoted(
        &mut self,
        c: char,
        quote: char,
        here: Range<usize>,
        told: &mut dyn FnMut(Event, Range<usize>),
    ) {
        if c == quote {
            self.tell(here, told);
            self.filled = false;
            self.state = State::BeforeAttribute;
            return;
        }
        if self.filled {
            told(Event::BehindUrl, here);
            self.filled = false;
        }
        self.value.push(c);
    }

    fn unquoted(&mut self, c: char, here: Range<usize>, told: &mut dyn FnMut(Event, Range<usize>)) {
        match c {
            '>' => {
                self.tell(here, told);
                self.end_tag();
            }
            c if is_blank(c) => {
                self.tell(here, told);
                self.state = State::BeforeAttribute;
            }
            c => self.value.push(c),
        }
    }

    /// Raw text ends at its own end tag only.
    fn raw_text(&mut self, c: char) {
        self.value.push(c.to_ascii_lowercase());
        if c != '>' {
            return;
        }
        let end = self.raw.map(|raw| format!("</{raw}")).unwrap_or_default();
        let ends = |at: usize| {
            self.value[at + end.len()..].starts_with(|c| is_blank(c) || c == '/' || c == '>')
        };
        if self.value.rfind(&end).is_some_and(ends) {
            self.raw = None;
            self.end_tag();
        } else {
            self.value.clear();
        }
    }

    fn tell(&self, here: Range<usize>, told: &mut dyn FnMut(Event, Range<usize>)) {
        let length = self.value.len() + self.attribute.len() + 2;
        told(
            Event::Attribute {
                tag: self.tag.clone(),
                name: self.attribute.clone(),
                value: self.value.clone(),
            },
            here.start.saturating_sub(length)..here.start,
        );
    }

    /// Whether two places would read what follows alike.
    pub fn same_as(&self, other: &Place) -> bool {
        let text = self.state == State::Text;
        let same_tag = self.tag == other.tag
            && self.attribute == other.attribute
            && self.filled == other.filled
            && self.value.is_empty() == other.value.is_empty();
        self.state == other.state && self.raw == other.raw && (text || same_tag)
    }

    /// Whether this is plain text, where a page may end.
    pub fn is_text(&self) -> bool {
        self.state == State::Text
    }
}

/// White space as HTML has it: a full-width blank is none.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::{Context, Place};

    fn context(html: &str) -> Context {
        let mut place = Place::default();
        place.feed(html, &mut |_, _| {});
        place.context()
    }

    #[test]
    fn contexts() {
        let table = [
            ("", Context::Text),
            ("<p>", Context::Text),
            ("<p title=\"a>b", Context::Attribute),
            ("<p title='", Context::Attribute),
            ("<a href=\"", Context::UrlStart),
            ("<a href=\"https://x/", Context::UrlInside),
            ("<p style=\"color:", Context::Style),
            ("<style>p { color: ", Context::Style),
            ("<style>p { }</style>", Context::Text),
            ("<title>", Context::Text),
            ("<title>a</title><p>", Context::Text),
            ("<a href=", Context::Forbidden("an unquoted attribute")),
            ("<a href=x", Context::Forbidden("an unquoted attribute")),
            ("<a ", Context::Forbidden("an attribute's name")),
            ("<", Context::Forbidden("a tag")),
            ("<!-- ", Context::Forbidden("a comment")),
            ("<!-- a -->", Context::Text),
            ("<!--[if mso]><table><![endif]-->", Context::Text),
            ("<!doctype html>", Context::Text),
            ("<script>", Context::Forbidden("a script")),
            ("<script>if (a > b) {", Context::Forbidden("a script")),
            ("<p onclick=\"", Context::Forbidden("a script")),
            ("1 < 2", Context::Text),
        ];
        for (html, expected) in table {
            assert_eq!(context(html), expected, "{html}");
        }
    }
}
