//! Files' texts and places in them.

use std::ops::Range;
use std::sync::Arc;

/// A file's name (relative to the project, with `/`) and its text, cheap to copy.
#[derive(Clone, Debug)]
pub struct SourceText(Arc<(String, String)>);

impl SourceText {
    /// Keeps the name and the text of one file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        SourceText(Arc::new((name.into(), text.into())))
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.0.0
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.0.1
    }

    /// A place in this file, by bytes; cut to the text and to whole characters.
    pub fn span(&self, range: Range<usize>) -> Span {
        let floor = |at: usize| self.text().floor_char_boundary(at.min(self.text().len()));
        let start = floor(range.start);
        Span { source: self.clone(), range: start..floor(range.end).max(start) }
    }
}

/// A range of bytes in a file.
#[derive(Clone, Debug)]
pub struct Span {
    pub(super) source: SourceText,
    pub(super) range: Range<usize>,
}

impl Span {
    /// The file.
    pub fn source(&self) -> &SourceText {
        &self.source
    }

    /// The bytes.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The line it starts on, from 1.
    pub fn line(&self) -> usize {
        self.line_and_column(self.range.start).0
    }

    pub(super) fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = &self.source.text()[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}
