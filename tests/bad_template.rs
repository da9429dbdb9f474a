//! The `template` group of bad inputs, in place of a body: each ends in the fault that is meant
//! for it, at load or when the mail is rendered, and none in a crash or without an end.

mod bad_inputs;

use bad_inputs::{Case, group, project};
use hongyan::diagnostic::{Code, Diagnostics};
use hongyan::source::Tree;

/// What each entry is refused as, so that none is refused for the wrong reason.
const EXPECTED: [(&str, Code); 38] = [
    ("te-001", Code::TemplateFailed),
    ("te-002", Code::TemplateTooMuchWork),
    ("te-003", Code::TemplateDynamicName),
    ("te-004", Code::TemplateFailed),
    ("te-005", Code::TemplateUnknownFilter),
    ("te-006", Code::TemplateFailed),
    ("te-007", Code::UnknownVariable),
    ("te-008", Code::TemplateUnknownFunction),
    ("te-009", Code::TemplateUnknownFunction),
    ("te-010", Code::UnknownVariable),
    ("te-011", Code::UnknownVariable),
    ("te-012", Code::TemplateUnknownFunction),
    ("te-013", Code::TemplateNotFound),
    ("te-014", Code::TemplateNotFound),
    ("te-015", Code::TemplateNotFound),
    ("te-016", Code::TemplateDynamicName),
    ("te-017", Code::FileOutsideProject),
    ("te-018", Code::TemplateNotFound),
    ("te-019", Code::TemplateSyntax),
    ("te-020", Code::TemplateUnknownFilter),
    ("te-021", Code::TemplateSyntax),
    ("te-022", Code::TemplateSyntax),
    ("te-023", Code::TemplateFailed),
    ("te-024", Code::TemplateUnsafe),
    ("te-025", Code::TemplateBadPlace),
    ("te-026", Code::TemplateBadPlace),
    ("te-027", Code::TemplateBadPlace),
    ("te-028", Code::TemplateBadPlace),
    ("te-029", Code::TemplateBadPlace),
    ("te-030", Code::TemplateForbiddenTag),
    ("te-031", Code::TemplateForbiddenTag),
    ("te-032", Code::TemplateRemote),
    ("te-033", Code::TemplateForbiddenTag),
    ("te-034", Code::SubjectLines),
    ("te-035", Code::FileTooLarge),
    ("te-036", Code::FileTooLarge),
    ("te-037", Code::FileTooLarge),
    ("te-038", Code::FileNotUtf8),
];

/// The names that the entries use besides those of the fixture.
const NAMES: &str = "  url: { type: url, default: \"https://example.test/\" }
  c: { type: text, default: red }
  host: { type: text, default: example.test }
  x: { type: text, default: x }
  user_var: { type: text, default: x }
  self_name: { type: text, default: verify/body.html.j2 }
";

#[test]
fn every_template_is_refused_for_its_reason() {
    let wrong: Vec<String> = group("template").iter().filter_map(refused_wrongly).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn refused_wrongly(case: &Case) -> Option<String> {
    let id = case.get("id");
    let (_, expected) = EXPECTED.iter().find(|(known, _)| *known == id)?;
    let result = match id {
        "te-017" => linked(),
        "te-034" => refuse(&subject(&case.input().unwrap())),
        _ => refuse(&body(case.bytes())),
    };
    match result {
        Ok(()) => Some(format!("{id} was taken")),
        Err(faults) if project::codes(&faults) == [*expected] => None,
        Err(faults) => Some(format!("{id}: {:?}", project::codes(&faults))),
    }
}

fn refuse(tree: &Tree) -> Result<(), Diagnostics> {
    project::send(tree, project::vars()).map(drop)
}

fn body(bytes: Vec<u8>) -> Tree {
    let mut tree = project::with(project::BODY, bytes);
    let declaration = project::text(project::DECLARATION);
    let declaration = declaration.replace("samples:", &format!("{NAMES}samples:"));
    tree.insert(project::DECLARATION, declaration.into_bytes());
    tree
}

/// `subject: …` as the declaration's own.
fn subject(input: &str) -> Tree {
    let line = input.strip_prefix("subject: ").unwrap();
    let declaration = format!("{}subject: {line:?}\n", project::text(project::DECLARATION));
    project::with(project::DECLARATION, declaration)
}

/// A project on disk with a symbolic link out of it.
#[cfg(unix)]
fn linked() -> Result<(), Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("mail");
    for name in project::tree().names() {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, project::text(name)).unwrap();
    }
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let link = root.join("templates/link-to-etc");
    std::os::unix::fs::symlink(folder.path().join("secret"), link).unwrap();
    Tree::open(&root).and_then(|tree| refuse(&tree))
}

#[cfg(not(unix))]
fn linked() -> Result<(), Diagnostics> {
    use hongyan::diagnostic::Diagnostic;
    Err(Diagnostic::error(Code::FileOutsideProject, hongyan::text!("no links", "无链接")).into())
}

/// More of the kind `deep` and `loop`, just below the size limit: a test's stack is 2 MB.
#[test]
fn nothing_deep_overflows_and_nothing_long_hangs() {
    let nested = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let cases = [
        ("if", nested("{% if 1 %}", "x", "{% endif %}", 10_000)),
        ("elif", format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(20_000))),
        (
            "elif with if",
            format!(
                "{{% if 0 %}}{}{{% endif %}}",
                "{% elif 0 %}{% if 1 %}{% endif %}".repeat(7_000)
            ),
        ),
        ("for", nested("{% for i in [1] %}", "x", "{% endfor %}", 7_000)),
        ("filters", format!("{{{{ x{} }}}}", "|upper".repeat(40_000))),
        ("filter block", nested("{% filter upper %}", "x", "{% endfilter %}", 5_000)),
        ("brackets", format!("{{{{ {} }}}}", nested("[", "", "]", 100_000))),
        ("parentheses", format!("{{{{ {} }}}}", nested("(", "1", ")", 100_000))),
        ("not", format!("{{{{ {} x }}}}", "not ".repeat(50_000))),
        ("minus", format!("{{{{ {}1 }}}}", "-".repeat(100_000))),
        ("sums", format!("{{{{ x{} }}}}", "~x".repeat(100_000))),
        ("calls", format!("{{{{ x{} }}}}", "()".repeat(100_000))),
        ("items", format!("{{{{ x{} }}}}", "[0]".repeat(50_000))),
        ("tags", "<p><b>".repeat(1_000)),
        ("itself", "{% include 'verify/body.html.j2' %}".to_owned()),
        ("itself, twice", "{% include 'verify/body.html.j2' %}".repeat(2)),
        ("extends itself", "{% extends 'verify/body.html.j2' %}".to_owned()),
        ("macros, doubling", doubling()),
        ("macros, each deep", deep_macros()),
        ("ranges", nested("{% for i in range(10000) %}", "x", "{% endfor %}", 4)),
        ("rounded", "{{ 1.5|round(999999999) }}".to_owned()),
    ];
    for (name, template) in cases {
        let faults = refuse(&body(template.into_bytes()));
        let codes = faults.as_ref().map_err(project::codes);
        let harmless = ["tags", "rounded"].contains(&name);
        assert_eq!(codes.is_ok(), harmless, "{name}: {codes:?}");
    }
}

/// Expressions just below the limit of one pair of braces must be taken or refused.
#[test]
fn long_expressions_below_the_limit_do_not_overflow() {
    for unit in ["|upper", "~x", "+1", ".a", "()", "[0]", " and x", " if x else x", " is defined"] {
        refuse(&body(format!("{{{{ x{} }}}}", unit.repeat(150)).into_bytes())).ok();
        refuse(&body(format!("{{{{ x{} }}}}", unit.repeat(400)).into_bytes())).ok();
    }
}

/// Macros that call the next one from within as many blocks as may be nested.
fn deep_macros() -> String {
    let one = |at: usize| {
        let (open, close) = ("{% if x %}".repeat(90), "{% endif %}".repeat(90));
        format!("{{% macro m{at}() %}}{open}{{{{ m{}() }}}}{close}{{% endmacro %}}", at + 1)
    };
    let macros: String = (0..22).map(one).collect();
    format!("{macros}{{% macro m22() %}}x{{% endmacro %}}{{{{ m0() }}}}")
}

/// Macros that call the next one twice: few characters, much work.
fn doubling() -> String {
    let one = |at: usize| {
        format!("{{% macro m{at}() %}}{{{{ m{0}() }}}}{{{{ m{0}() }}}}{{% endmacro %}}", at + 1)
    };
    let macros: String = (0..22).map(one).collect();
    format!("{macros}{{% macro m22() %}}x{{% endmacro %}}{{{{ m0() }}}}")
}
