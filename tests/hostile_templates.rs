//! Templates that would let a caller's text become markup, a link, a style or a script: each is
//! refused when the project is loaded. And templates that are right: none of them is refused.

mod bad_inputs;

use bad_inputs::project;
use hongyan::composer::Composer;
use hongyan::diagnostic::Diagnostics;

fn load(body: &str) -> Result<(), Diagnostics> {
    Composer::load(&project::with(project::BODY, body)).map(drop)
}

/// One line each; `note` is any text that a caller sends.
const REFUSED: [&str; 39] = [
    r#"<a href="{{ name or "https://x.test" }}">a</a>"#,
    r#"<p style="color:{{ name or '#000' }}">a</p>"#,
    r#"<a href={{ "x" }}>a</a>"#,
    r#"<p style="color:{{ ""|default(name, true) }}">a</p>"#,
    r#"<p style="color:{{ "X"|replace("X", name) }}">a</p>"#,
    r#"<a href="{{ link|replace("https:", "javascript:") }}">a</a>"#,
    r#"{% set c = name %}{% if amount %}{% set c = "red" %}{% endif %}<p style="color:{{ c }}">a</p>"#,
    r#"{% for i in [name, "a"] %}<p style="{{ loop.previtem }}">a</p>{% endfor %}"#,
    r#"{% for i in [1] recursive %}{{ i }}{% endfor %}"#,
    r#"<a href="{% filter replace("X", name) %}X{% endfilter %}">a</a>"#,
    r#"{% macro q(x) %}<b>{{ x }}</b>{% endmacro %}<p title="{{ q(name)|trim }}">a</p>"#,
    r#"{% macro q(x) %}<b>{{ x }}</b>{% endmacro %}<p title="{{ [q(name)][0] }}">a</p>"#,
    r#"{% set x %}<b title={% endset %}{{ x }}{{ name }}>a"#,
    r#"{% macro q(x) %}<b>{{ x }}</b>{% endmacro %}{{ (q if amount else q)(name) }}"#,
    r#"{% macro box(color) %}{{ caller() }}{% endmacro %}{% call(name) box("red") %}<p style="{{ name }}">a</p>{% endcall %}"#,
    r#"{% if true %}{% extends "_layout/page.html.j2" %}{% endif %}"#,
    r#"{% for i in [1] %}<p style="color:{% break %}red">a</p>{% endfor %}"#,
    r#"<p style="color:{% for i in [1] %}red{% else %}red" title="{% endfor %}{{ name }}">a</p>"#,
    r#"<a {% if amount %}href{% else %}title{% endif %}="{{ name }}">a</a>"#,
    r#"<{{ "a" }} href="{{ name }}">a"#,
    r#"<a h{{ "ref" }}="{{ name }}">a</a>"#,
    r#"<title>a</title x><a href="{{ name }}">a</a></title>"#,
    r#"<svg><title><a href="{{ name }}">a</a></title></svg>"#,
    r#"<p style = "a:'>';{{ name }}">a</p>"#,
    "<img\u{3000}alt=\"{{ name }}\">",
    r#"<a href="java&#115;cript:alert(1)">a</a>"#,
    r#"<a href="/relative">a</a>"#,
    r#"<!-- {{ brand.name }} -->"#,
    r#"{% block lost %}{{ name }}"#,
    r#"{% extends "_layout/page.html.j2" %}{% block lost %}{{ name }}{% endblock %}"#,
    r#"<p>｛｛ name ｝｝</p>"#,
    r#"<p>{ name }}</p>"#,
    r#"{% macro row(x) %}<p>{{ x }}</p>{% endmacro %}{{ row(purpose) }}"#,
    r#"{{ t(“action”) }}"#,
    r#"{{ t('action'）}}"#,
    r#"{% if amount %}a{% end if %}"#,
    r#"{% if amount %}a{% else if name %}b{% endif %}"#,
    r#"<p onclick="{{ amount }}">a</p>"#,
    r#"{{ note }}"#,
];

const TAKEN: [&str; 14] = [
    r#"<p>{{ name }}</p>"#,
    r#"<p title="{{ name }}">{{ name|upper|trim }}</p>"#,
    r#"<a href="{{ link }}">{{ link }}</a>"#,
    r#"<a href = "{{ link }}">a</a>"#,
    r#"<p>{% if note %}{{ note }}{% endif %}</p>"#,
    r#"{% macro g(x) %}{% if x %}<p>{{ x }}</p>{% endif %}{% endmacro %}{{ g(note) }}"#,
    r#"{% set x = note %}{% if x %}{{ x }}{% endif %}"#,
    r#"{% macro box() %}<div>{{ caller() }}</div>{% endmacro %}{% for i in [1, 2] %}{% call box() %}{{ i }}{% endcall %}{% endfor %}"#,
    r#"{% macro box() %}<div>{{ caller("a") }}</div>{% endmacro %}{% call(x) box() %}{{ x }}{% endcall %}"#,
    r#"{% extends "_layout/page.html.j2" %}{% block content %}{{ super() }}{{ name }}{% endblock %}"#,
    r#"{% for i in [1, 2] %}{% if loop.first %}{% continue %}{% endif %}<p>{{ i }}</p>{% endfor %}"#,
    r#"<p>{{ purpose }} {{ t('intro', by=purpose) }} {{ amount|money('CNY') }}</p>"#,
    r#"<p style="color:{{ 'red' if amount else 'blue' }}">{{ note or "none" }}</p>"#,
    r#"<!--[if mso]><table><tr><td><![endif]--><p>a</p><!--[if mso]></td></tr></table><![endif]-->"#,
];

#[test]
fn what_is_not_safe_is_refused() {
    let taken: Vec<&str> = REFUSED.into_iter().filter(|body| load(body).is_ok()).collect();
    assert!(taken.is_empty(), "taken:\n{}", taken.join("\n"));
}

#[test]
fn what_is_right_is_taken() {
    let refused: Vec<String> = TAKEN
        .into_iter()
        .filter_map(|body| load(body).err().map(|faults| format!("{body}\n   {faults}")))
        .collect();
    assert!(refused.is_empty(), "refused:\n{}", refused.join("\n"));
}

#[test]
fn pages_take_only_what_is_escaped_as_they_are() {
    let mut tree = project::with(project::BODY, r#"{% include "verify/part.txt.j2" %}"#);
    tree.insert("templates/verify/part.txt.j2", b"Hi {{ name }}".to_vec());
    assert!(Composer::load(&tree).is_err(), "text in an HTML page");
    let mut tree = project::tree();
    tree.insert("templates/verify/part.html.j2", b"<b>{{ name }}</b>".to_vec());
    let text = br#"{% include "verify/part.html.j2" %}"#.to_vec();
    tree.insert("templates/verify/body.txt.j2", text);
    assert!(Composer::load(&tree).is_err(), "HTML in a text page");
}

#[test]
fn html_strings_hold_values_as_text_or_whole_links() {
    let table = [
        ("Hello <strong>{name}</strong>", true),
        ("<a href=\"{link}\">go</a>", true),
        ("<a href=\"https://x.test/\">go</a><br>", true),
        ("Hello <{name}>", false),
        ("<a href={name}>x</a>", false),
        ("<a href=\"{name}\">x</a>", false),
        ("<a href=\"{link}/x\">x</a>", false),
        ("<a onclick=\"{name}", false),
        ("<img src=\"https://x.test/a.png\">", false),
        ("<a href=\"javascript:x\">x</a>", false),
    ];
    for (string, fine) in table {
        let mut tree = project::with(project::BODY, "<p>{{ t('x_html') }}</p>");
        for locale in ["en", "zh-CN"] {
            let name = format!("locales/{locale}.yaml");
            let quoted = serde_json::to_string(string).unwrap();
            let strings = format!("{}  x_html: {quoted}\n", project::text(&name));
            tree.insert(name, strings.into_bytes());
        }
        let loaded = Composer::load(&tree);
        assert_eq!(loaded.is_ok(), fine, "{string}: {:?}", loaded.err().map(|f| f.to_string()));
    }
}
