//! The text part, made from the page: headings and paragraphs as lines, lists and tables as lines,
//! links kept, hidden text left out. Chinese is not broken inside sentences.
//!
//! html5ever's tokenizer reads the page. This module does not know mail.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Lines without Chinese are broken at this many columns (RFC 5322 section 2.1.1).
const COLUMNS: usize = 78;
/// Elements that end the line before and behind them.
const BLOCKS: [&str; 17] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "tr",
    "ul",
    "ol",
    "li",
    "blockquote",
    "section",
    "hr",
    "pre",
];
/// Elements with an empty line before and behind them.
const PARAGRAPHS: [&str; 12] =
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "hr"];
/// Elements whose content is not shown.
const UNSEEN: [&str; 4] = ["head", "title", "style", "script"];
/// Elements without an end tag.
const VOID: [&str; 8] = ["br", "hr", "img", "meta", "link", "col", "input", "wbr"];

/// The text of a page.
pub fn from_html(page: &str) -> String {
    Reading::new(page).text(|text| Some(Cow::Borrowed(text))).unwrap_or_default()
}

/// The text of a fragment of inline markup.
pub fn strip_tags(fragment: &str) -> String {
    from_html(fragment).trim_end().to_owned()
}

/// What is read of a page: text and elements without what nobody sees. `T` is a run of text.
pub(crate) struct Reading<T>(Vec<Event<T>>);

enum Event<T> {
    Text(T),
    Open(Open<T>),
    Close(LocalName),
}

/// An element and what is read of its attributes.
struct Open<T> {
    name: LocalName,
    href: T,
    /// Whether it is a table that only arranges
    arranges: bool,
}

impl Reading<String> {
    /// Reads a page.
    pub(crate) fn new(page: &str) -> Reading<String> {
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from(page));
        let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        Reading(tokenizer.sink.read.into_inner())
    }

    /// The same with other runs of text.
    pub(crate) fn try_map<T>(self, map: impl Fn(String) -> Option<T>) -> Option<Reading<T>> {
        let event = |event| {
            Some(match event {
                Event::Text(text) => Event::Text(map(text)?),
                Event::Open(Open { name, href, arranges }) => {
                    Event::Open(Open { name, href: map(href)?, arranges })
                }
                Event::Close(name) => Event::Close(name),
            })
        };
        Some(Reading(self.0.into_iter().map(event).collect::<Option<_>>()?))
    }
}

impl<T> Reading<T> {
    /// Writes it down; `read` gives what a run of text says.
    pub(crate) fn text<'t>(
        &'t self,
        read: impl Fn(&'t T) -> Option<Cow<'t, str>>,
    ) -> Option<String> {
        let mut writer = Writer::default();
        for event in &self.0 {
            match event {
                Event::Text(text) => writer.text(&read(text)?),
                Event::Open(open) => writer.open(open, &read(&open.href)?),
                Event::Close(name) => writer.close(name),
            }
        }
        Some(writer.finish())
    }
}

/// Takes tokens and leaves out what is not seen.
#[derive(Default)]
struct Reader {
    read: RefCell<Vec<Event<String>>>,
    unseen: RefCell<Vec<LocalName>>,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let (mut read, mut unseen) = (self.read.borrow_mut(), self.unseen.borrow_mut());
        match token {
            Token::CharacterTokens(text) if unseen.is_empty() => match read.last_mut() {
                Some(Event::Text(run)) => run.push_str(&text),
                _ => read.push(Event::Text(text.to_string())),
            },
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let ends = VOID.contains(&&*tag.name);
                let is_unseen = is_hidden(&tag) || UNSEEN.contains(&&*tag.name);
                if !ends && (is_unseen || !unseen.is_empty()) {
                    unseen.push(tag.name);
                } else if unseen.is_empty() {
                    read.push(Event::Open(Open::of(tag)));
                }
            }
            Token::TagToken(tag) if unseen.is_empty() => read.push(Event::Close(tag.name)),
            Token::TagToken(tag) => {
                if let Some(at) = unseen.iter().rposition(|open| *open == tag.name) {
                    unseen.truncate(at);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Open<String> {
    fn of(tag: Tag) -> Open<String> {
        Open {
            href: attribute(&tag, "href").unwrap_or_default(),
            arranges: attribute(&tag, "role").as_deref() == Some("presentation"),
            name: tag.name,
        }
    }
}

#[derive(Default)]
struct Writer {
    done: String,
    line: String,
    gap: bool,
    blank_line: bool,
    link: Option<(String, usize)>,
    /// Open tables: whether each holds data
    tables: Vec<bool>,
    lists: Vec<Option<usize>>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() && c != '\u{a0}' {
                self.gap = true;
            } else {
                self.push(c);
            }
        }
    }

    /// A gap in the source is a space, but for one between two Chinese characters.
    fn push(&mut self, c: char) {
        let before = self.line.chars().last();
        if std::mem::take(&mut self.gap)
            && let Some(before) = before
            && !(is_wide(before) && is_wide(c))
            && !"，。：；！？、（）".contains(before)
            && !before.is_whitespace()
        {
            self.line.push(' ');
        }
        self.line.push(if c == '\u{a0}' { ' ' } else { c });
    }

    fn open<T>(&mut self, open: &Open<T>, href: &str) {
        match &*open.name {
            "br" => self.end_line(),
            name @ "table" => {
                self.block(name);
                self.tables.push(!open.arranges);
            }
            "td" | "th" if !self.in_data_table() => self.end_line(),
            "a" => self.link = Some((href.to_owned(), self.line.len())),
            name @ "ul" => {
                self.block(name);
                self.lists.push(None);
            }
            name @ "ol" => {
                self.block(name);
                self.lists.push(Some(0));
            }
            "li" => self.item(),
            name @ "hr" => {
                self.block(name);
                self.line.push_str("--------");
                self.block(name);
            }
            name => self.block(name),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "th" if self.in_data_table() => self.label(),
            "td" if self.in_data_table() => self.gap = true,
            "table" => {
                self.block(name);
                self.tables.pop();
            }
            "ul" | "ol" => {
                self.block(name);
                self.lists.pop();
            }
            name => self.block(name),
        }
    }

    fn in_data_table(&self) -> bool {
        self.tables.last().copied().unwrap_or(false)
    }

    /// `Time: 9:30`, `时间：9:30`.
    fn label(&mut self) {
        let wide = self.line.chars().last().is_some_and(is_wide);
        self.line.push_str(if wide { "：" } else { ":" });
        self.gap = !wide;
    }

    fn item(&mut self) {
        self.end_line();
        let depth = self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        };
        self.line = format!("{}{mark}", "  ".repeat(depth));
    }

    /// An address stands on a line of its own, so that nothing behind it is taken for a part of it.
    fn end_link(&mut self) {
        let Some((href, start)) = self.link.take() else { return };
        let shown = self.line.get(start..).unwrap_or_default().trim().to_owned();
        let bare = href.trim_start_matches("mailto:");
        if href.is_empty() || shown == href || shown == bare {
            return;
        }
        if href.starts_with("mailto:") {
            self.line.push_str(&format!(" <{bare}>"));
        } else {
            self.end_line();
            self.line.push_str(&href);
            self.end_line();
        }
    }

    fn block(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.end_line();
        }
        if PARAGRAPHS.contains(&name) {
            self.blank_line = true;
        }
    }

    fn end_line(&mut self) {
        self.gap = false;
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        if std::mem::take(&mut self.blank_line) && !self.done.is_empty() {
            self.done.push('\n');
        }
        wrap(line.trim_end(), &mut self.done);
    }

    fn finish(mut self) -> String {
        self.end_line();
        self.done
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| attribute.value.to_string())
}

fn is_hidden(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| match &*attribute.name.local {
        "style" => is_displayed_none(&attribute.value),
        "aria-hidden" => &*attribute.value == "true",
        "hidden" => true,
        _ => false,
    })
}

fn is_displayed_none(style: &str) -> bool {
    // Most styles hold no `none`, and every element has one.
    style.contains("none")
        && style.split(';').any(|declaration| {
            let mut words = declaration.splitn(2, ':').map(str::trim);
            words.next() == Some("display")
                && words.next().is_some_and(|value| value.starts_with("none"))
        })
}

fn is_wide(c: char) -> bool {
    c.width().unwrap_or(0) > 1
}

/// Breaks a line of Latin text between words; Chinese and addresses stay whole.
fn wrap(line: &str, done: &mut String) {
    let whole = line.width() <= COLUMNS || line.chars().any(is_wide) || line.contains("://");
    if whole {
        done.push_str(line);
        done.push('\n');
        return;
    }
    let mut columns = 0;
    for word in line.split(' ') {
        if columns > 0 && columns + 1 + word.width() > COLUMNS {
            done.push('\n');
            columns = 0;
        } else if columns > 0 {
            done.push(' ');
            columns += 1;
        }
        done.push_str(word);
        columns += word.width();
    }
    done.push('\n');
}

#[cfg(test)]
mod tests {
    use super::from_html;

    #[test]
    fn pages() {
        let table = [
            ("<p>a\n  b</p><p>c</p>", "a b\n\nc\n"),
            ("<p>您好，\n王伟：</p>", "您好，王伟：\n"),
            ("<p>有 10\n分钟</p>", "有 10 分钟\n"),
            ("<h1>T</h1><hr><p>x<br>y</p>", "T\n\n--------\n\nx\ny\n"),
            ("<ul><li>a<li>b</ul>", "- a\n- b\n"),
            ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b\n"),
            ("<table><tr><th>Time</th><td>9:30</td></tr></table>", "Time: 9:30\n"),
            ("<table><tr><th>时间</th>\n<td>9:30</td></tr></table>", "时间：9:30\n"),
            ("<a href=\"https://x.test/\">Go</a>", "Go\nhttps://x.test/\n"),
            ("<a href=\"https://x.test/\">https://x.test/</a>", "https://x.test/\n"),
            ("<a href=\"mailto:a@x.test\">a@x.test</a>", "a@x.test\n"),
            ("<div style=\"display: none\">a<br><p>b</p></div>c", "c\n"),
            ("<head><title>t</title></head><p>&lt;b&gt; &amp;</p>", "<b> &\n"),
        ];
        for (html, text) in table {
            assert_eq!(from_html(html), text, "{html}");
        }
    }

    #[test]
    fn latin_is_wrapped_and_chinese_is_not() {
        let latin = from_html(&format!("<p>{}</p>", "word ".repeat(40)));
        assert!(latin.lines().all(|line| line.len() <= 78) && latin.lines().count() > 1);
        assert_eq!(from_html(&format!("<p>{}</p>", "字".repeat(200))).lines().count(), 1);
    }
}
