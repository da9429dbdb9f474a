//! What of a page decides how its styles are inlined, and what does not.
//!
//! Elements, attributes and style sheets decide. A run of text does not, as long as it stays one,
//! nor does where a link leads. [`cut`] takes such words out and leaves marks; it reads HTML as
//! browsers do (WHATWG HTML section 13.2.5), and where it is not sure it leaves the word in the
//! shape, or gives up.

use std::ops::Range;

/// Around the number of a word that was taken out: private use, so no page needs them.
const MARK: (char, char) = ('\u{e000}', '\u{e001}');
/// Attributes whose values may be taken out.
const OPEN_ATTRIBUTES: [&str; 4] = ["href", "title", "alt", "aria-label"];
/// Elements whose attributes say how the page is read.
const CLOSED_ELEMENTS: [&str; 5] = ["html", "head", "base", "link", "meta"];
/// Elements whose text is read, or written, by rules of their own.
const STRANGE_ELEMENTS: [&str; 14] = [
    "script",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "listing",
    "template",
    "select",
    "frameset",
    "svg",
    "math",
];
/// What the template engine and the inliner write, and nothing else is understood.
const ENTITIES: [(&str, char); 9] = [
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
    ("&#x27;", '\''),
    ("&#39;", '\''),
    ("&#x2f;", '/'),
    ("&#47;", '/'),
    ("&nbsp;", '\u{a0}'),
];

/// A page whose words are taken out.
pub(crate) struct Cut<'p> {
    /// The page with marks
    pub shape: String,
    /// What stood there
    pub words: Vec<Word<'p>>,
}

/// A word as the page has it, with entities.
#[derive(Clone, Copy)]
pub(crate) struct Word<'p>(&'p str);

/// Where a word stands.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    Text,
    Attribute,
    /// No longer in a page, but in what is read from it
    Read,
}

/// A stretch of a finished page, or of what is read from it, whose words are to be filled in.
pub(crate) struct Cloze(Vec<Segment>);

enum Segment {
    Literal(String),
    Word(usize, Stands),
}

/// Takes the words out of a page. `None` where that is not safe.
pub(crate) fn cut(page: &str) -> Option<Cut<'_>> {
    if page.contains(MARK.0) || page.contains(MARK.1) {
        return None;
    }
    let mut scan = Scan { page, at: 0, words: Vec::new(), selected: false };
    scan.whole()?;
    let mut cut = Cut { shape: String::with_capacity(page.len()), words: Vec::new() };
    let mut end = 0;
    for (range, stands) in scan.words {
        if stands == Stands::Attribute && scan.selected || !is_understood(&page[range.clone()]) {
            continue;
        }
        cut.shape.push_str(&page[end..range.start]);
        push_mark(&mut cut.shape, cut.words.len());
        cut.words.push(Word(&page[range.clone()]));
        end = range.end;
    }
    cut.shape.push_str(&page[end..]);
    Some(cut)
}

fn push_mark(shape: &mut String, number: usize) {
    use std::fmt::Write as _;
    let _ = write!(shape, "{}{number}{}", MARK.0, MARK.1);
}

/// No characters that a parser drops or changes, and no entity but the known ones.
fn is_understood(word: &str) -> bool {
    let odd = |c: char| (c < ' ' && c != '\n' && c != '\t') || c == '\u{feff}';
    let known = |at: usize| ENTITIES.iter().any(|(name, _)| word[at..].starts_with(name));
    !word.contains(odd) && word.match_indices('&').all(|(at, _)| known(at))
}

impl Word<'_> {
    /// In a page as the inliner writes it there, and otherwise as it is read.
    fn write(self, stands: Stands, page: &mut String) {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\u{a0}']) {
            page.push_str(&rest[..at]);
            rest = &rest[at..];
            let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
            let first = rest.chars().next().unwrap_or_default();
            let (length, c) =
                entity.map_or((first.len_utf8(), first), |(name, c)| (name.len(), *c));
            match (c, stands) {
                (c, Stands::Read) => page.push(c),
                ('&', _) => page.push_str("&amp;"),
                ('<', _) => page.push_str("&lt;"),
                ('>', _) => page.push_str("&gt;"),
                ('\u{a0}', _) => page.push_str("&nbsp;"),
                ('"', Stands::Attribute) => page.push_str("&quot;"),
                (c, _) => page.push(c),
            }
            rest = &rest[length..];
        }
        page.push_str(rest);
    }
}

impl Cloze {
    /// Finds the marks in a stretch of a finished page.
    pub(crate) fn of_page(stretch: &str) -> Option<Cloze> {
        let mut quoted = false;
        Cloze::new(stretch, |before| {
            quoted = ends_in_tag(before, quoted);
            if quoted { Stands::Attribute } else { Stands::Text }
        })
    }

    /// Finds the marks in what was read from a page.
    pub(crate) fn of_text(text: &str) -> Option<Cloze> {
        Cloze::new(text, |_| Stands::Read)
    }

    fn new(stretch: &str, mut stands_behind: impl FnMut(&str) -> Stands) -> Option<Cloze> {
        let mut segments = Vec::new();
        let mut rest = stretch;
        while let Some((before, marked)) = rest.split_once(MARK.0) {
            let (number, after) = marked.split_once(MARK.1)?;
            let stands = stands_behind(before);
            segments.push(Segment::Literal(before.to_owned()));
            segments.push(Segment::Word(number.parse().ok()?, stands));
            rest = after;
        }
        segments.push(Segment::Literal(rest.to_owned()));
        Some(Cloze(segments))
    }

    /// The stretch with its words.
    pub(crate) fn fill(&self, words: &[Word<'_>]) -> Option<String> {
        let mut page = String::with_capacity(self.size(words));
        for segment in &self.0 {
            match segment {
                Segment::Literal(text) => page.push_str(text),
                Segment::Word(number, stands) => words.get(*number)?.write(*stands, &mut page),
            }
        }
        Some(page)
    }

    fn size(&self, words: &[Word<'_>]) -> usize {
        let sizes = self.0.iter().map(|segment| match segment {
            Segment::Literal(text) => text.len(),
            Segment::Word(number, _) => words.get(*number).map_or(0, |word| word.0.len() * 5 / 4),
        });
        sizes.sum()
    }
}

/// Whether a finished page is within a tag behind this text, where angle brackets are escaped.
fn ends_in_tag(text: &str, before: bool) -> bool {
    match text.rfind(['<', '>']) {
        Some(at) => text[at..].starts_with('<'),
        None => before,
    }
}

/// Goes through a page once.
struct Scan<'p> {
    page: &'p str,
    at: usize,
    words: Vec<(Range<usize>, Stands)>,
    /// Whether a style sheet selects by one of the open attributes
    selected: bool,
}

impl<'p> Scan<'p> {
    fn rest(&self) -> &'p str {
        &self.page[self.at..]
    }

    fn whole(&mut self) -> Option<()> {
        while !self.rest().is_empty() {
            let length = self.rest().find('<').unwrap_or(self.rest().len());
            self.text(length);
            if self.rest().is_empty() {
                break;
            }
            self.markup()?;
        }
        Some(())
    }

    /// A run of text: its core without the blanks around it, which parsers treat by themselves.
    fn text(&mut self, length: usize) {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r');
        let run = &self.rest()[..length];
        let core = run.trim_matches(is_blank);
        if !core.is_empty() {
            let start = self.at + run.len() - run.trim_start_matches(is_blank).len();
            self.words.push((start..start + core.len(), Stands::Text));
        }
        self.at += length;
    }

    fn markup(&mut self) -> Option<()> {
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("-->")?;
            let odd = |what| comment[..end].contains(what);
            let abrupt = comment.starts_with('>') || comment.starts_with("->");
            if abrupt || odd("<!--") || odd("--!>") {
                return None;
            }
            self.at += "<!--".len() + end + "-->".len();
            return Some(());
        }
        if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
            self.at += rest.find('>')? + 1;
            return Some(());
        }
        self.tag()
    }

    fn tag(&mut self) -> Option<()> {
        let closes = self.rest().starts_with("</");
        self.at += if closes { 2 } else { 1 };
        if !self.rest().starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let name = self.name()?.to_ascii_lowercase();
        let open = !closes && !CLOSED_ELEMENTS.contains(&name.as_str());
        self.attributes(open)?;
        match name.as_str() {
            "style" if !closes => self.sheet(),
            "title" if !closes => self.title(),
            name if STRANGE_ELEMENTS.contains(&name) => None,
            _ => Some(()),
        }
    }

    fn attributes(&mut self, open: bool) -> Option<()> {
        loop {
            self.take(|c| is_space(c) || c == '/');
            if self.rest().starts_with('>') {
                self.at += 1;
                return Some(());
            }
            let name = self.name()?;
            self.take(is_space);
            if self.rest().starts_with('=') {
                self.at += 1;
                self.take(is_space);
                let is_open = OPEN_ATTRIBUTES.iter().any(|open| open.eq_ignore_ascii_case(name));
                self.value(open && is_open)?;
            }
        }
    }

    /// The name of a tag or an attribute, where it is a plain one.
    fn name(&mut self) -> Option<&'p str> {
        let name = self.take(|c| !is_space(c) && !matches!(c, '/' | '>' | '='));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_' | '.');
        (!name.is_empty() && name.chars().all(is_plain)).then_some(name)
    }

    fn value(&mut self, open: bool) -> Option<()> {
        let quote = self.rest().chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some(quote) = quote else {
            self.take(|c| !is_space(c) && c != '>');
            return Some(());
        };
        let start = self.at + 1;
        let end = start + self.page[start..].find(quote)?;
        if open && quote == '"' && start < end {
            self.words.push((start..end, Stands::Attribute));
        }
        self.at = end + 1;
        Some(())
    }

    fn sheet(&mut self) -> Option<()> {
        let length = self.end_of("</style")?;
        let mut selectors = self.rest()[..length].split('[').skip(1);
        self.selected |= selectors.any(|selector| !is_harmless(selector));
        self.at += length;
        Some(())
    }

    /// The title is text, but for tags in it, which are text as well.
    fn title(&mut self) -> Option<()> {
        let length = self.end_of("</title")?;
        if self.rest()[..length].contains('<') {
            self.at += length;
        } else {
            self.text(length);
        }
        Some(())
    }

    fn end_of(&self, tag: &str) -> Option<usize> {
        let at = self.rest().find(tag)?;
        let behind = self.rest()[at + tag.len()..].chars().next()?;
        (is_space(behind) || behind == '>').then_some(at)
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> &'p str {
        let rest = self.rest();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r')
}

/// Whether a selector `[…]` surely names none of the open attributes.
fn is_harmless(selector: &str) -> bool {
    let selector = selector.trim_start();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let length = selector.find(|c| !plain(c)).unwrap_or(selector.len());
    let (name, behind) = selector.split_at(length);
    let clear = !name.is_empty() && !behind.starts_with(['\\', '|', '/']);
    clear && !OPEN_ATTRIBUTES.iter().any(|open| open.eq_ignore_ascii_case(name))
}
