//! The rules about the quality of finished mails. A rule is a function and a line in [`RULES`].

use unicode_width::UnicodeWidthStr;

use crate::compose::Rendered;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::inline::ImageMode;
use crate::text;

/// One rule.
type Rule = fn(&Rendered) -> Option<Diagnostic>;

/// All rules, in the order in which they report.
const RULES: [Rule; 2] = [gmail_clip, subject_length];

/// Runs all rules over one mail.
pub(super) fn run(mail: &Rendered) -> Diagnostics {
    RULES.iter().filter_map(|rule| rule(mail)).collect()
}

/// Gmail cuts HTML off at about 102 KB.
fn gmail_clip(mail: &Rendered) -> Option<Diagnostic> {
    const WARN: usize = 80 * 1024;
    const CLIPPED: usize = 102_400;
    let size = mail.html.with_images(&ImageMode::Inside, |_| String::new()).len();
    let title = text!("the HTML has {size} bytes", "HTML 有 {size} 字节");
    let fault = match size {
        CLIPPED.. => Diagnostic::error(Code::GmailClip, title),
        WARN.. => Diagnostic::warning(Code::GmailClip, title),
        _ => return None,
    };
    Some(fault.hint(text!(
        "Gmail cuts a mail off at {CLIPPED} bytes of HTML: shorten it",
        "Gmail 会在 {CLIPPED} 字节处截断 HTML：请精简"
    )))
}

/// Columns as lists show them: a Chinese character takes two.
fn subject_length(mail: &Rendered) -> Option<Diagnostic> {
    const WARN: usize = 60;
    const MOST: usize = 150;
    let columns = mail.subject.as_str().width();
    let title = text!("the subject takes {columns} columns", "主题占 {columns} 列");
    let fault = match columns {
        0 => {
            return Some(Diagnostic::error(
                Code::SubjectLength,
                text!("the subject is empty", "主题为空"),
            ));
        }
        columns if columns > MOST => Diagnostic::error(Code::SubjectLength, title),
        columns if columns > WARN => Diagnostic::warning(Code::SubjectLength, title),
        _ => return None,
    };
    Some(fault.hint(text!(
        "phones show about 40 columns; put what matters first",
        "手机约显示 40 列；请把重点放在前面"
    )))
}
