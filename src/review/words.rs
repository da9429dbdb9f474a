//! The words of the page.

use crate::diagnostic::Language;

/// A word by its key; a test sees to it that every template's words are here.
pub fn word(key: &str, language: Language) -> &'static str {
    let found = WORDS.iter().find(|(known, ..)| *known == key);
    found.map_or("", |(_, zh, en)| if language == Language::Zh { zh } else { en })
}

const WORDS: [(&str, &str, &str); 37] = [
    ("title", "邮件变更报告", "Mail changes"),
    ("lead", "发布前请逐封查看，确认后签字。", "To be looked at and signed before a release."),
    ("old", "旧", "Old"),
    ("new", "新", "New"),
    ("old_from", "旧邮件", "Old mails"),
    ("new_from", "新邮件", "New mails"),
    ("working_tree", "工作目录中的 snapshots/", "snapshots/ in the working tree"),
    ("revision", "snapshots/，版本", "snapshots/ at"),
    ("rendered", "项目现在渲染的结果", "as the project renders them now"),
    ("none_old", "（没有快照）", "(there are none)"),
    ("files", "文件", "Files"),
    ("changed", "有变化", "changed"),
    ("missing", "新增", "new"),
    ("extra", "已移除", "removed"),
    (
        "nothing",
        "没有差异：所有邮件与快照逐字节相同。",
        "No differences: all mails are the same to the byte.",
    ),
    ("contents", "有差异的类型", "Kinds that differ"),
    ("unchanged", "没有变化", "Unchanged"),
    ("same_mails", "相同", "The same"),
    ("derived", "自动推导的样例", "Derived samples"),
    ("derived_note", "有差异", "differ"),
    ("sample", "样例", "Sample"),
    ("subject", "主题", "Subject"),
    ("subject_same", "主题相同", "same subject"),
    ("text", "纯文本", "Text"),
    ("text_same", "纯文本相同。", "The text is the same."),
    ("html", "HTML 源码", "HTML source"),
    ("html_same", "HTML 相同。", "The HTML is the same."),
    ("eml", "完整报文", "Whole message"),
    ("eml_only", "只有报文头、编码或图片变了。", "Only headers, encoding or images differ."),
    ("images", "邮件中的图片变了。", "The images in the mail differ."),
    ("light", "浅色", "light"),
    ("dark", "深色", "dark"),
    ("cut", "…其余略去", "… the rest is left out"),
    ("signed", "签字", "Signed off by"),
    ("date", "日期", "Date"),
    ("remarks", "备注", "Remarks"),
    ("separator", "：", ": "),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_templates_is_known_and_every_known_one_is_used() {
        let templates = super::super::page::TEMPLATES.concat();
        let source = include_str!("page.rs");
        for part in templates.split("{{:").skip(1) {
            let key = part.split("}}").next().unwrap();
            assert!(!word(key, Language::En).is_empty(), "{key}");
        }
        for (key, ..) in WORDS {
            let quoted = format!("\"{key}\"");
            assert!(
                templates.contains(&format!("{{{{:{key}}}}}")) || source.contains(&quoted),
                "{key}"
            );
        }
    }
}
