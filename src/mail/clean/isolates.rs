/// Drops the isolates U+2066–2069 that have no partner in their line: the bidirectional algorithm
/// ends them with the paragraph, and an open one would swallow the template's text behind it.
pub(super) fn balance(text: &str) -> String {
    if !text.contains(is_isolate) {
        return text.to_owned();
    }
    let lines: Vec<String> = text.split('\n').map(balance_line).collect();
    lines.join("\n")
}

fn balance_line(line: &str) -> String {
    let mut open = Vec::new();
    let mut paired = Vec::new();
    for (at, c) in line.char_indices().filter(|&(_, c)| is_isolate(c)) {
        if c != '\u{2069}' {
            open.push(at);
        } else if let Some(start) = open.pop() {
            paired.extend([start, at]);
        }
    }
    paired.sort_unstable();
    let keep = |&(at, c): &(usize, char)| !is_isolate(c) || paired.binary_search(&at).is_ok();
    line.char_indices().filter(keep).map(|(_, c)| c).collect()
}

pub(super) fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}
