//! The page itself, from the files of `assets/report/`.

use super::fill::{escaped, fill};
use super::words::word;
use super::{Address, Review, Sample};
use crate::diagnostic::Language;
use crate::preview::looks::{Look, Scheme};
use crate::preview::parts::{self, Opened};
use crate::snapshot::{Difference, Snapshots, diff};

const PAGE: &str = include_str!("../../assets/report/report.html");
const STYLE: &str = include_str!("../../assets/report/report.css");
const KIND: &str = include_str!("../../assets/report/kind.html");
const DERIVED: &str = include_str!("../../assets/report/derived.html");
const MAIL: &str = include_str!("../../assets/report/mail.html");
const FRAME: &str = include_str!("../../assets/report/frame.html");
const SOURCE: &str = include_str!("../../assets/report/source.html");
#[cfg(test)]
pub const TEMPLATES: [&str; 6] = [PAGE, KIND, DERIVED, MAIL, FRAME, SOURCE];

/// A diff of a source is there to be glanced at; whoever wants all of it has `snapshot diff`.
const LINES: usize = 200;

pub fn page(review: &Review<'_>, revision: Option<&str>, language: Language) -> String {
    let page = Page { review, language };
    let kinds = review.kinds();
    let (changed, same): (Vec<&str>, Vec<&str>) =
        kinds.into_iter().partition(|kind| page.kind_differs(kind));
    let links: String = changed.iter().map(|kind| page.link(kind)).collect();
    let sections: String = changed.iter().map(|kind| page.kind(kind)).collect();
    let list = same.iter().map(|kind| format!("<li><code>{}</code></li>", escaped(kind)));
    let count =
        |wanted| review.differences.values().filter(|found| **found == wanted).count().to_string();
    let set = |full: bool| if full { "" } else { "hidden" };
    page.fill(
        PAGE,
        &[
            ("lang", if language == Language::Zh { "zh-CN" } else { "en" }),
            ("style", STYLE),
            ("old_from", &page.old_from(revision)),
            ("changed", &count(Difference::Changed)),
            ("missing", &count(Difference::Missing)),
            ("extra", &count(Difference::Extra)),
            ("no_difference", set(changed.is_empty())),
            ("some_difference", set(!changed.is_empty())),
            ("some_same", set(!same.is_empty())),
            ("links", &links),
            ("kinds", &sections),
            ("same", &list.collect::<String>()),
        ],
    )
}

struct Page<'a> {
    review: &'a Review<'a>,
    language: Language,
}

impl Page<'_> {
    fn fill(&self, template: &str, values: &[(&str, &str)]) -> String {
        fill(template, self.language, values)
    }

    fn word(&self, key: &str) -> &'static str {
        word(key, self.language)
    }

    fn old_from(&self, revision: Option<&str>) -> String {
        let place = match revision {
            Some(revision) => {
                format!("{} <code>{}</code>", self.word("revision"), escaped(revision))
            }
            None => self.word("working_tree").to_owned(),
        };
        match self.review.old.is_empty() {
            true => format!("{place} {}", self.word("none_old")),
            false => place,
        }
    }

    fn kind_differs(&self, kind: &str) -> bool {
        self.review.addresses(kind).iter().any(|address| self.review.differs(address))
    }

    fn link(&self, kind: &str) -> String {
        let kind = escaped(kind);
        format!("<li><a href=\"#{kind}\"><code>{kind}</code></a></li>")
    }

    fn kind(&self, kind: &str) -> String {
        let description =
            self.review.declared(kind).map(|kind| kind.description.as_str()).unwrap_or_default();
        let (derived, written): (Vec<Sample>, Vec<Sample>) =
            self.review.samples(kind).into_iter().partition(|sample| sample.derived);
        let written: String = written.iter().map(|sample| self.sample(kind, sample)).collect();
        let same: Vec<String> = self
            .review
            .samples(kind)
            .iter()
            .flat_map(|sample| self.review.mails(kind, &sample.name))
            .filter(|address| !self.review.differs(address))
            .map(|address| {
                format!("<code>{}.{}</code>", escaped(address.sample), escaped(address.locale))
            })
            .collect();
        self.fill(
            KIND,
            &[
                ("kind", &escaped(kind)),
                ("description", &escaped(description)),
                ("written", &written),
                ("derived", &self.derived(kind, &derived)),
                ("some_same", if same.is_empty() { "hidden" } else { "" }),
                ("same", &same.join(" ")),
            ],
        )
    }

    fn derived(&self, kind: &str, samples: &[Sample]) -> String {
        let names: Vec<&str> = samples
            .iter()
            .filter(|sample| {
                let mails = self.review.mails(kind, &sample.name);
                mails.iter().any(|address| self.review.differs(address))
            })
            .map(|sample| sample.name.as_str())
            .collect();
        if names.is_empty() {
            return String::new();
        }
        let mails: String = samples.iter().map(|sample| self.sample(kind, sample)).collect();
        let names: Vec<String> =
            names.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect();
        self.fill(DERIVED, &[("names", &names.join(" ")), ("mails", &mails)])
    }

    fn sample(&self, kind: &str, sample: &Sample) -> String {
        let mails = self.review.mails(kind, &sample.name);
        let differing = mails.iter().filter(|address| self.review.differs(address));
        differing.map(|address| self.mail(address)).collect()
    }

    fn mail(&self, address: &Address<'_>) -> String {
        let (old, new) = (Side::of(&self.review.old, address), Side::of(&self.review.new, address));
        let state = match (old.is_there(), new.is_there()) {
            (false, _) => "missing",
            (_, false) => "extra",
            _ => "changed",
        };
        let frames: String = [Scheme::Light, Scheme::Dark]
            .iter()
            .flat_map(|scheme| {
                [("old", &old), ("new", &new)].map(|(age, side)| (*scheme, age, side))
            })
            .filter(|(_, _, side)| side.is_there())
            .map(|(scheme, age, side)| self.frame(address, scheme, age, side))
            .collect();
        self.fill(
            MAIL,
            &[
                ("sample", &escaped(address.sample)),
                ("locale", &escaped(address.locale)),
                ("state", state),
                ("state_word", self.word(state)),
                ("subject", &self.subject(&old, &new)),
                ("text", &self.text(address)),
                ("remarks", &self.remarks(address, &old, &new)),
                ("frames", &frames),
                ("sources", &self.sources(address, &old, &new)),
                ("pairs", if state == "changed" { "two" } else { "one" }),
            ],
        )
    }

    /// Both subjects, or the one where they are the same or only one is there.
    fn subject(&self, old: &Side<'_>, new: &Side<'_>) -> String {
        let line = |element: &str, age: &str, text: &str| {
            let (age, text) = (self.word(age), escaped(text));
            format!("<p><span>{age}</span> <{element}>{text}</{element}></p>")
        };
        match (old.subject.as_deref(), new.subject.as_deref()) {
            (Some(old), Some(new)) if old == new => {
                let (text, same) = (escaped(old), self.word("subject_same"));
                format!("<p><bdi>{text}</bdi> <small>{same}</small></p>")
            }
            (old, new) => {
                let old = old.map(|old| line("del", "old", old)).unwrap_or_default();
                old + &new.map(|new| line("ins", "new", new)).unwrap_or_default()
            }
        }
    }

    fn text(&self, address: &Address<'_>) -> String {
        match self.lines(&address.path("txt")) {
            Some(lines) => format!("<pre class=\"diff\">{lines}</pre>"),
            None => format!("<p class=\"same\">{}</p>", self.word("text_same")),
        }
    }

    /// What a reader of the frames could miss.
    fn remarks(&self, address: &Address<'_>, old: &Side<'_>, new: &Side<'_>) -> String {
        let changed = |file| self.review.differences.contains_key(&address.path(file));
        let both = old.is_there() && new.is_there();
        let only_message = !["subject", "txt", "html"].iter().any(|file| changed(file));
        [
            (both && !changed("html"), "html_same"),
            (both && only_message, "eml_only"),
            (both && old.images() != new.images(), "images"),
        ]
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, key)| format!("<p class=\"same\">{}</p>", self.word(key)))
        .collect()
    }

    /// Sources that differ, folded. That of the message only where nothing else tells what it is.
    fn sources(&self, address: &Address<'_>, old: &Side<'_>, new: &Side<'_>) -> String {
        if !old.is_there() || !new.is_there() {
            return String::new();
        }
        let source = |file: &str| {
            let lines = self.lines(&address.path(file))?;
            Some(self.fill(SOURCE, &[("name", self.word(file)), ("lines", &lines)]))
        };
        source("html").or_else(|| source("eml")).unwrap_or_default()
    }

    /// The diff of a file as lines of markup; none where it is the same.
    fn lines(&self, path: &str) -> Option<String> {
        let side = |side: &Snapshots| side.get(path).cloned().unwrap_or_default();
        let (old, new) = (side(&self.review.old), side(&self.review.new));
        if old == new {
            return None;
        }
        let diff = diff(path, &old, &new);
        // The first two lines name the files.
        let lines: Vec<&str> =
            diff.lines().skip(2).filter(|line| !line.starts_with('\\')).collect();
        let mut shown: String = lines.iter().take(LINES).map(|line| marked(line)).collect();
        if lines.len() > LINES {
            shown.push_str(&format!("<span>{}</span>\n", self.word("cut")));
        }
        Some(shown)
    }

    fn frame(&self, address: &Address<'_>, scheme: Scheme, age: &str, side: &Side<'_>) -> String {
        let (name, class) = match scheme {
            Scheme::Dark => (self.word("dark"), "dark"),
            _ => (self.word("light"), "light"),
        };
        let age = self.word(age);
        let Address { kind, locale, sample } = address;
        let look = Look { scheme, ..Look::default() };
        let title = format!("{kind} {sample} {locale}: {age}, {name}");
        self.fill(
            FRAME,
            &[
                ("caption", &format!("{age} · {name}")),
                ("title", &escaped(&title)),
                ("locale", &escaped(locale)),
                ("scheme", class),
                ("height", &side.height().to_string()),
                ("page", &escaped(&side.page(&look))),
            ],
        )
    }
}

/// One line of a diff; the sign stays, for those who do not see colours.
fn marked(line: &str) -> String {
    let text = escaped(line);
    match line.chars().next() {
        Some('+') => format!("<ins>{text}</ins>\n"),
        Some('-') => format!("<del>{text}</del>\n"),
        Some('@') => format!("<span>{text}</span>\n"),
        _ => format!("{text}\n"),
    }
}

/// One mail as it was or is.
struct Side<'a> {
    subject: Option<String>,
    text: Option<&'a [u8]>,
    html: Option<&'a [u8]>,
    /// The message, taken apart
    mail: Option<Opened>,
}

impl Side<'_> {
    fn of<'a>(snapshots: &'a Snapshots, address: &Address<'_>) -> Side<'a> {
        let file = |file| snapshots.get(&address.path(file)).map(Vec::as_slice);
        let subject = file("subject").map(|subject| String::from_utf8_lossy(subject));
        Side {
            subject: subject.map(|subject| subject.trim_end().to_owned()),
            text: file("txt"),
            html: file("html"),
            mail: file("eml").and_then(parts::open),
        }
    }

    fn is_there(&self) -> bool {
        self.html.is_some() || self.mail.is_some()
    }

    fn images(&self) -> Vec<(&str, &[u8])> {
        let images = self.mail.iter().flat_map(|mail| &mail.images);
        images.map(|image| (image.content_id.as_str(), image.bytes.as_slice())).collect()
    }

    /// The page that was reviewed, with the images of its mail.
    fn page(&self, look: &Look) -> String {
        let html = self.html.map(String::from_utf8_lossy);
        let opened = self.mail.as_ref().map(|mail| mail.html.as_str());
        let images = self.mail.as_ref().map(|mail| mail.images.as_slice()).unwrap_or_default();
        look.apply(html.as_deref().or(opened).unwrap_or_default(), images)
    }

    /// How high a frame is: nothing on the page can measure, so that the text has to tell.
    fn height(&self) -> usize {
        let text = self.text.map(String::from_utf8_lossy).unwrap_or_default();
        // A wide letter takes three bytes and the place of two.
        let rows: usize = text.lines().map(|line| 1 + line.len() / 80).sum();
        (380 + rows * 20).clamp(480, 4_000)
    }
}
