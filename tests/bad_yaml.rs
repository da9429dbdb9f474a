//! The `yaml` group of bad inputs, each at the matching key of an otherwise valid file.

mod bad_inputs;

use bad_inputs::{Case, group, project};
use hongyan::composer::Composer;
use hongyan::diagnostic::{Code, Diagnostics};
use hongyan::source::Tree;
use hongyan::vars::VariableType;

const SETTINGS: &str = "hongyan.yaml";

/// What each entry is refused as; none: it is harmless, and a test below says how.
const EXPECTED: [(&str, Option<Code>); 27] = [
    ("ya-001", Some(Code::YamlLimit)),
    ("ya-002", Some(Code::YamlSyntax)),
    ("ya-003", Some(Code::YamlSyntax)),
    ("ya-004", Some(Code::YamlSyntax)),
    ("ya-005", Some(Code::YamlSyntax)),
    ("ya-006", Some(Code::YamlDuplicateKey)),
    ("ya-007", None),
    ("ya-008", Some(Code::YamlSyntax)),
    ("ya-009", Some(Code::YamlBadValue)),
    ("ya-010", Some(Code::YamlWrongType)),
    ("ya-011", Some(Code::YamlWrongType)),
    ("ya-012", Some(Code::YamlUnknownKey)),
    ("ya-013", Some(Code::YamlSyntax)),
    ("ya-014", Some(Code::YamlSyntax)),
    ("ya-015", Some(Code::YamlSyntax)),
    ("ya-016", Some(Code::YamlMissingKey)),
    ("ya-017", Some(Code::YamlSyntax)),
    ("ya-018", None),
    ("ya-019", None),
    ("ya-020", Some(Code::YamlUnknownKey)),
    ("ya-021", Some(Code::YamlUnknownKey)),
    ("ya-022", Some(Code::YamlUnknownKey)),
    ("ya-023", Some(Code::LocaleMalformed)),
    ("ya-024", Some(Code::YamlLimit)),
    ("ya-025", Some(Code::YamlLimit)),
    ("ya-026", Some(Code::FileNotUtf8)),
    ("ya-027", Some(Code::FileNotUtf8)),
];

#[test]
fn every_file_ends_as_it_must() {
    let wrong: Vec<String> = group("yaml").iter().filter_map(ends_wrongly).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn ends_wrongly(case: &Case) -> Option<String> {
    let id = case.get("id");
    let (_, expected) = EXPECTED.iter().find(|(known, _)| *known == id)?;
    let found = Composer::load(&tree(case)).err().map(|faults| shown(case, &faults));
    (found.as_deref() != expected.as_ref().map(std::slice::from_ref))
        .then(|| format!("{id}: {found:?}"))
}

/// The codes; on the way, what else a fault must say.
fn shown(case: &Case, faults: &Diagnostics) -> Vec<Code> {
    let first = faults.iter().next().unwrap();
    match case.get("id") {
        "ya-012" => assert!(first.remedy().unwrap().en.contains("`subject`")),
        "ya-013" => assert!(first.position().is_some()),
        "ya-026" => assert!(first.title().en.contains("line 14")),
        "ya-027" => assert!(first.remedy().unwrap().en.contains("UTF-16")),
        _ => {}
    }
    project::codes(faults)
}

/// The fixture with the entry at the key that is ours for it.
fn tree(case: &Case) -> Tree {
    let declaration = project::text(project::DECLARATION);
    let Some(input) = case.input() else {
        let mut bytes = match case.get("id") {
            "ya-027" => Vec::new(),
            _ => declaration.into_bytes(),
        };
        bytes.extend(case.bytes());
        return project::with(project::DECLARATION, bytes);
    };
    let description = declaration.lines().next().unwrap();
    let value = input.split_once(": ").map_or("", |(_, value)| value.trim_end());
    let replaced = |line: &str, by: String| declaration.replace(line, &by);
    let written = match case.get("id") {
        "ya-003" | "ya-004" | "ya-005" => replaced(description, format!("description: {value}")),
        "ya-006" => format!("{declaration}description: b\n"),
        "ya-007" => {
            declaration.replace("[sign_in, payment], default: sign_in", "[no, en], default: no")
        }
        "ya-008" | "ya-009" => replaced("lifetime: expires_in", format!("lifetime: {value}")),
        "ya-010" => replaced("max_length: 2000", format!("max_length: {value}")),
        "ya-011" => {
            format!("category: security\nvariables: {value}\nsamples: {{ typical: {{}} }}\n")
        }
        "ya-012" => format!("{declaration}subjct: b\n"),
        "ya-015" => format!("%YAML 9.9\n---\n{declaration}"),
        "ya-016" => String::new(),
        "ya-018" => replaced(description, "description: ${SMTP_PASSWORD}".into()),
        "ya-019" => format!("{declaration}{input}"),
        "ya-023" => return project::with(SETTINGS, format!("locales: {{ default: {value} }}\n")),
        "ya-024" | "ya-025" => replaced(description, format!("description: {input}")),
        _ => format!("{declaration}{input}"),
    };
    let mut tree = project::with(project::DECLARATION, written);
    if case.get("id") == "ya-007" {
        for locale in ["en", "zh-CN"] {
            let name = format!("locales/{locale}.yaml");
            let text = project::text(&name).replace("sign_in:", "no:").replace("payment:", "en:");
            tree.insert(name, text.into_bytes());
        }
    }
    tree
}

fn load(id: &str) -> Composer {
    let cases = group("yaml");
    let case = cases.iter().find(|case| case.get("id") == id).unwrap();
    Composer::load(&tree(case)).unwrap()
}

#[test]
fn no_is_a_text() {
    let composer = load("ya-007");
    let kind = composer.catalog().kind("verify").unwrap();
    let purpose = kind.variables.get("purpose").unwrap();
    let VariableType::Enum { values } = &purpose.kind else { panic!() };
    assert_eq!(values, &["no", "en"]);
    let settings = Composer::load(&project::with(SETTINGS, "locales: [no, en]\n"));
    assert_eq!(project::codes(&settings.err().unwrap()), [Code::YamlWrongType]);
}

#[test]
fn nothing_is_read_from_the_environment_or_run() {
    let composer = load("ya-018");
    assert_eq!(composer.catalog().kind("verify").unwrap().description, "${SMTP_PASSWORD}");
    let rendered = load("ya-019").render(&project::draft(project::vars())).unwrap();
    assert_eq!(rendered.subject.as_str(), "$(id)");
}

#[test]
fn a_kind_with_a_path_for_a_name_is_not_found() {
    let composer = Composer::load(&project::tree()).unwrap();
    for name in ["a/b", "../verify", "verify/", "verify\0"] {
        let mut draft = project::draft(project::vars());
        draft.kind = name.into();
        assert_eq!(project::codes(&composer.render(&draft).unwrap_err()), [Code::KindUnknown]);
    }
}
