//! The code in `docs/` is the code in `examples/`, which is run.

use std::fs;
use std::path::Path;

const FILES: [(&str, &str); 4] =
    [("python", "mail.py"), ("js", "mail.mjs"), ("go", "mail.go"), ("ts", "code.fixture.ts")];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_snippets_are_the_examples() {
    for page in ["docs/http.md", "docs/http.zh-CN.md"] {
        let text = read(page);
        for (language, file) in FILES {
            let code = read(&format!("examples/http/{file}"));
            assert!(text.contains(&format!("```{language}\n{code}```")), "{page}: {file}");
        }
    }
}

#[test]
fn pages_in_both_languages_have_the_same_parts() {
    let parts = |page: &str| {
        let text = read(page);
        let heads: Vec<usize> = text
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.chars().take_while(|c| *c == '#').count())
            .collect();
        (heads, text.matches("```").count(), text.lines().filter(|l| l.starts_with('|')).count())
    };
    for page in ["http", "outbox"] {
        let (en, zh) = (format!("docs/{page}.md"), format!("docs/{page}.zh-CN.md"));
        assert_eq!(parts(&en), parts(&zh), "{page}");
    }
}
