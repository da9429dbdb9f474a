//! The text part, made from the page: headings and paragraphs as lines, lists and tables as lines,
//! links kept, hidden text left out. Chinese is not broken inside sentences.
//!
//! html5ever's tokenizer reads the page. This module does not know mail.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
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
    let sink = Sink(RefCell::new(Writer::default()));
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(page));
    let tokenizer = Tokenizer::new(sink, html5ever::tokenizer::TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// The text of a fragment of inline markup.
pub fn strip_tags(fragment: &str) -> String {
    from_html(fragment).trim_end().to_owned()
}

struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => writer.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => writer.open(&tag),
            Token::TagToken(tag) => writer.close(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Writer {
    done: String,
    line: String,
    gap: bool,
    blank_line: bool,
    unseen: Vec<String>,
    link: Option<(String, usize)>,
    /// Open tables: whether each holds data
    tables: Vec<bool>,
    lists: Vec<Option<usize>>,
}

impl Writer {
    fn hidden(&self) -> bool {
        !self.unseen.is_empty()
    }

    fn text(&mut self, text: &str) {
        if self.hidden() {
            return;
        }
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

    fn open(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if !self.unseen.is_empty() {
            if !VOID.contains(&name) {
                self.unseen.push(name.to_owned());
            }
            return;
        }
        if (is_hidden(tag) || UNSEEN.contains(&name)) && !VOID.contains(&name) {
            self.unseen.push(name.to_owned());
            return;
        }
        match name {
            "br" => self.end_line(),
            "table" => {
                self.block(name);
                self.tables.push(attribute(tag, "role").as_deref() != Some("presentation"));
            }
            "td" | "th" if !self.in_data_table() => self.end_line(),
            "a" => {
                let href = attribute(tag, "href").unwrap_or_default();
                self.link = Some((href, self.line.len()));
            }
            "ul" => {
                self.block(name);
                self.lists.push(None);
            }
            "ol" => {
                self.block(name);
                self.lists.push(Some(0));
            }
            "li" => self.item(),
            "hr" => {
                self.block(name);
                self.line.push_str("--------");
                self.block(name);
            }
            name => self.block(name),
        }
    }

    fn close(&mut self, name: &str) {
        if !self.unseen.is_empty() {
            if let Some(at) = self.unseen.iter().rposition(|open| open == name) {
                self.unseen.truncate(at);
            }
            return;
        }
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
        if href.is_empty() || shown == href || shown == bare || self.hidden() {
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
