//! Mistakes that designers make: each `tests/cases/err_*.txt` puts files over those of
//! `tests/fixtures/verify`, and the screens that follow are a snapshot.
//!
//! A case begins with what is wrong, and with `screens: 2` if that is two places; `=== path` begins a file, and `=== vars` the variables of a
//! mail to render.

mod bad_inputs;

use bad_inputs::project;
use hongyan::composer::Composer;
use hongyan::diagnostic::{Diagnostics, Language};

#[test]
fn every_mistake_has_one_screen() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut several = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("err_") {
            continue;
        }
        let case = std::fs::read_to_string(&path).unwrap();
        let faults = faults(&case);
        let screens = case.lines().find_map(|line| line.strip_prefix("screens: "));
        if faults.iter().count().to_string() != screens.unwrap_or("1") {
            several.push(name.clone());
        }
        let [en, zh] =
            [Language::En, Language::Zh].map(|language| faults.to_terminal(language, false));
        settings.bind(|| insta::assert_snapshot!(name, format!("{en}\n{zh}")));
    }
    assert_eq!(several, [""; 0], "more than one screen, or none");
}

fn faults(case: &str) -> Diagnostics {
    let mut tree = project::tree();
    let mut vars = project::vars();
    for section in case.split("\n=== ").skip(1) {
        let (name, content) = section.split_once('\n').unwrap();
        match name {
            "vars" => vars = serde_json::from_str(content).unwrap(),
            _ => tree.insert(name, content.to_owned().into_bytes()),
        }
    }
    match Composer::load(&tree) {
        Err(faults) => faults,
        Ok(composer) if composer.warnings().is_empty() => {
            composer.render(&project::draft(vars)).unwrap_err()
        }
        Ok(composer) => composer.warnings().clone(),
    }
}
