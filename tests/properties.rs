//! What holds for any text that a caller passes.

mod bad_inputs;

use std::cell::RefCell;
use std::sync::LazyLock;

use bad_inputs::project;
use hongyan::composer::Composer;
use hongyan::inline::ImageMode;
use hongyan::vars::Value;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

/// With a logo behind the value in an attribute, so that there is a slot to be confused with.
static COMPOSER: LazyLock<Composer> = LazyLock::new(|| {
    let body = project::text(project::BODY).replace("{{ code }}", "{{ code }} {{ image('logo') }}");
    let mut tree = project::with(project::BODY, body);
    tree.insert("assets/logo.png", include_bytes!("../assets/logo.png").as_slice());
    Composer::load(&tree).unwrap()
});

/// Text dense in what HTML, YAML, templates and mail read as their own.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "`",
        "=",
        "&",
        "&lt;",
        "&#60;",
        "/",
        "<!--",
        "-->",
        "]]>",
        "<p",
        "</p>",
        "<a href=",
        "onclick=",
        "<script>",
        "<style>",
        "<title>",
        "<plaintext>",
        "{{",
        "}}",
        "{%",
        "%}",
        "{name}",
        "${",
        "\r",
        "\n",
        "\t",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
        "\u{feff}",
        "👩‍💻",
        "鸿雁",
        "a",
        " ",
        ".",
        "://",
        "\u{fffc}",
        "<!--hongyan:image:",
        "<!--hongyan:wordmark-->",
        "<!--hongyan:end-->",
    ]);
    let pieces = prop_oneof![pieces.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        hostile().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z]{0,8}", inner, 0..4)
                .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{feff}')
}

/// Tags with the names of their attributes, and the count of comments.
#[derive(Default)]
struct Structure(RefCell<Vec<String>>);

impl TokenSink for Structure {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let seen = match token {
            Token::TagToken(tag) => {
                let names = tag.attrs.iter().map(|attribute| attribute.name.local.to_string());
                format!("{:?} {} {:?}", tag.kind, tag.name, names.collect::<Vec<_>>())
            }
            Token::CommentToken(_) => "comment".into(),
            _ => return TokenSinkResult::Continue,
        };
        self.0.borrow_mut().push(seen);
        TokenSinkResult::Continue
    }
}

fn structure(html: &str) -> Vec<String> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Structure::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

fn page(name: &str, mode: &ImageMode) -> String {
    let mut vars = project::vars();
    vars.insert("name".into(), name.into());
    vars.insert("note".into(), format!("-{name}").into());
    let rendered = COMPOSER.render(&project::draft(vars)).unwrap();
    rendered.html.with_images(mode, |id| id.to_owned())
}

proptest! {
    #[test]
    fn checking_never_panics_and_lets_no_control_through(
        given in prop::collection::btree_map(
            prop::sample::select(vec!["code", "name", "note", "link", "amount", "purpose", "expires_in", "x"]),
            any_json(),
            0..8,
        ),
    ) {
        let kind = COMPOSER.catalog().kind("verify").unwrap();
        let mut vars = project::vars();
        vars.extend(given.into_iter().map(|(name, value)| (name.to_owned(), value)));
        if let Ok(checked) = kind.variables.check(&vars) {
            for (name, value) in checked.iter() {
                if let Value::Text(text) | Value::Code(text) | Value::Url(text) = value {
                    prop_assert!(!text.contains(is_forbidden), "{}", name);
                }
            }
        }
    }

    #[test]
    fn no_text_changes_the_structure_of_a_page(name in hostile()) {
        for mode in [ImageMode::Inside, ImageMode::Wordmark] {
            prop_assert_eq!(structure(&page(&name, &mode)), structure(&page("Ada", &mode)));
        }
    }

    #[test]
    fn no_text_changes_the_lines_of_the_header(name in hostile()) {
        let mut vars = project::vars();
        vars.insert("name".into(), json!(name));
        let bytes = project::finish(&COMPOSER, &project::draft(vars)).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        prop_assert_eq!(mail.attachment_count(), 1);
        prop_assert!(mail.bcc().is_none());
    }
}
