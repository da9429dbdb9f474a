//! What went in comes out again, in a reader that shares no code with the writer.

use hongyan::composer::Draft;
use hongyan::inline::ImageMode;
use mail_parser::MimeHeaders;

use super::structure::parse;
use super::{HOSTED, composer, drafts, finish, for_every_mail, profile};

#[test]
fn subject_text_html_and_images_are_those_that_were_rendered() {
    for_every_mail(|name, rendered, mode, message| {
        let parsed = parse(message.bytes());
        assert_eq!(parsed.subject(), Some(rendered.subject.as_str()), "{name}");
        assert_eq!(lines(&parsed.body_text(0).unwrap()), rendered.text.trim_end(), "{name}");
        let html =
            rendered.html.with_images(mode, |_| format!("{}.png", rendered.images[0].sha256()));
        assert_eq!(lines(&parsed.body_html(0).unwrap()), html.trim_end(), "{name}");
        assert_eq!(html.contains(HOSTED), matches!(mode, ImageMode::Hosted(_)), "{name}");

        let parts: Vec<_> =
            parsed.parts.iter().filter(|part| part.content_id().is_some()).collect();
        let expected = if *mode == ImageMode::Inside { &rendered.images[..] } else { &[] };
        assert_eq!(parts.len(), expected.len(), "{name}");
        for (part, image) in parts.iter().zip(expected) {
            assert_eq!(part.content_id(), Some(image.content_id().as_str()), "{name}");
            assert_eq!(part.contents(), image.bytes(), "{name}");
        }
    });
}

#[test]
fn names_of_people_arrive_as_they_are() {
    let composer = composer();
    let (_, draft) = drafts(&composer).swap_remove(0);
    for name in ["王伟", "Ada Lovelace", "O'Neil, \"Ann\"", "José 🐦", "Wang; Wei"] {
        let quoted = name.replace('"', "\\\"");
        let to = format!("\"{quoted}\" <ada@example.com>");
        let to = Draft::new(&draft.kind, "en", &to).unwrap().to;
        let rendered = composer.render(&Draft { to, ..draft.clone() }).unwrap();
        let message = finish(&rendered, &profile(ImageMode::Inside));
        let parsed = parse(message.bytes());
        let people: Vec<_> = parsed.to().unwrap().iter().collect();
        assert_eq!(people.len(), 1, "{name}");
        assert_eq!((people[0].name(), people[0].address()), (Some(name), Some("ada@example.com")));
        let raw = parsed.header_raw("To").unwrap();
        assert!(raw.trim_end().ends_with(" <ada@example.com>"), "{raw}");
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("鸿雁"));
    }
}

/// Mails have CRLF where templates have LF; the last line end belongs to the boundary.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}
