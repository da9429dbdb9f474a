//! Templates: the engine, what they may do, and what is wrong with them.
//!
//! minijinja is named in this folder only. [`Templates::load`] compiles a catalog's templates and
//! checks every kind in every locale; a [`Program`] is one of them, ready to be filled. Nothing
//! here reads a file, a clock or the environment, and no template can.

mod analyse;
mod fault;
mod filters;
mod functions;
mod place;
mod scope;
mod strings;
mod syntax;
mod walk;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::catalog::{Catalog, Kind};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText};
use crate::image::Image;
use crate::locale::{Locale, TimeZone};
use crate::text;
use crate::vars::Vars;
use scope::{Frame, Lines, Scope};

/// The most engine steps that one mail may take.
const FUEL: u64 = 200_000;
/// The most bytes that one template may write.
pub const MAX_OUTPUT: usize = 2 * 1024 * 1024;

/// All compiled templates of a catalog.
pub struct Templates {
    programs: BTreeMap<(String, Locale), Arc<Program>>,
}

/// One kind in one locale.
pub struct Program {
    engine: Arc<Engine>,
    frame: Arc<Frame>,
    html: String,
    text: Option<String>,
}

/// What a [`Program`] writes.
pub struct Filled {
    /// The subject, not yet flattened to one line
    pub subject: String,
    /// The preheader
    pub preheader: String,
    /// The page, its CSS not inlined, images as slots
    pub html: String,
    /// The text part, where the kind has a template for it
    pub text: Option<String>,
    /// The images that the page shows, in order
    pub images: Vec<Arc<Image>>,
}

/// Sizes only: the rest holds what callers passed.
impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled")
            .field("html", &self.html.len())
            .field("images", &self.images.len())
            .finish_non_exhaustive()
    }
}

struct Engine {
    environment: Environment<'static>,
    sources: BTreeMap<String, SourceText>,
}

impl Templates {
    /// Compiles and checks everything. `brand_name` stands in where `brand.yaml` has no name.
    pub fn load(catalog: &Arc<Catalog>, brand_name: &str, faults: &mut Diagnostics) -> Templates {
        let analysis = analyse::analyse(catalog, faults);
        let engine = Arc::new(Engine::new(catalog, &analysis.labels, faults));
        let mut programs = BTreeMap::new();
        for kind in catalog.kinds() {
            for locale in catalog.locales() {
                let Some(html) = body_name(catalog, kind, locale, "html") else { continue };
                let program = Program {
                    engine: engine.clone(),
                    frame: Arc::new(Frame::new(catalog, kind, locale, brand_name)),
                    html,
                    text: body_name(catalog, kind, locale, "txt"),
                };
                programs.insert((kind.name.clone(), locale.clone()), Arc::new(program));
            }
        }
        Templates { programs }
    }

    /// One kind in one locale of the project.
    pub fn program(&self, kind: &str, locale: &Locale) -> Option<&Arc<Program>> {
        self.programs.get(&(kind.to_owned(), locale.clone()))
    }
}

/// The name below `templates/`.
fn body_name(catalog: &Catalog, kind: &Kind, locale: &Locale, extension: &str) -> Option<String> {
    let source = catalog.body(&kind.name, locale, extension)?;
    source.name().strip_prefix("templates/").map(str::to_owned)
}

impl Program {
    /// Fills subject, preheader, page and text; `zone` is that of the reader, where it is known.
    ///
    /// # Errors
    /// What goes wrong only with these values: an optional variable printed unguarded, a loop
    /// that does not end.
    pub fn fill(&self, vars: &Vars, zone: Option<&TimeZone>) -> Result<Filled, Diagnostics> {
        let frame = match zone {
            Some(zone) => Arc::new(self.frame.within(zone)),
            None => self.frame.clone(),
        };
        let scope = Scope::new(&frame, vars);
        let kind = &self.frame.kind.name;
        let subject = self.run(&line_name(kind, "subject"), &scope)?;
        let preheader = self.run(&line_name(kind, "preheader"), &scope)?;
        let lines = Lines {
            subject: Some(subject.trim().to_owned()),
            preheader: Some(preheader.trim().to_owned()),
        };
        let scope = scope.with_lines(lines);
        let html = self.run(&self.html, &scope)?;
        let images = scope.images();
        let text = self.text.as_ref().map(|name| self.run(name, &scope)).transpose()?;
        Ok(Filled {
            subject: subject.trim().to_owned(),
            preheader: preheader.trim().to_owned(),
            html,
            text,
            images,
        })
    }

    /// The brand's name in this locale.
    pub fn brand_name(&self) -> &str {
        &self.frame.brand_name
    }

    fn run(&self, name: &str, scope: &Scope) -> Result<String, Diagnostics> {
        let scope = scope.with_lines(scope.lines());
        let mut out = Bounded(Vec::new());
        let rendered = self.engine.environment.get_template(name).and_then(|template| {
            let context = minijinja::Value::from_object(scope);
            template.render_captured_to(context, &mut out).map(drop)
        });
        match rendered {
            Ok(()) => Ok(String::from_utf8(out.0).unwrap_or_default()),
            Err(error) => {
                let fault = fault::diagnose(&error, |name| self.engine.sources.get(name).cloned());
                Err(fault.kind(&self.frame.kind.name).locale(&self.frame.locale).into())
            }
        }
    }
}

/// Output that ends before it fills the memory.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The name of a kind's subject or preheader among the templates.
fn line_name(kind: &str, line: &str) -> String {
    format!("{kind}/message.yaml#{line}")
}

impl Engine {
    fn new(
        catalog: &Catalog,
        labels: &BTreeMap<String, Vec<(usize, String)>>,
        faults: &mut Diagnostics,
    ) -> Engine {
        let mut engine = Engine { environment: environment(), sources: BTreeMap::new() };
        for (name, source) in catalog.templates() {
            let labels = labels.get(name).map_or(&[][..], Vec::as_slice);
            engine.add(name, source.clone(), labels, faults);
        }
        for kind in catalog.kinds() {
            for (line, own) in [("subject", &kind.subject), ("preheader", &kind.preheader)] {
                let name = line_name(&kind.name, line);
                let template =
                    own.as_ref().map_or(format!("{{{{ t('{line}') }}}}"), |(own, _)| own.clone());
                engine.add(&name, SourceText::new(&name, template), &[], faults);
            }
        }
        engine
    }

    fn add(
        &mut self,
        name: &str,
        source: SourceText,
        labels: &[(usize, String)],
        faults: &mut Diagnostics,
    ) {
        let written = with_labels(source.text(), labels);
        self.sources.insert(name.to_owned(), source);
        if too_complex(&written) {
            return;
        }
        if let Err(error) = self.environment.add_template_owned(name.to_owned(), written) {
            let source = &self.sources[name];
            faults.push(syntax::explain(source).unwrap_or_else(|| {
                fault::diagnose(&error, |name| self.sources.get(name).cloned())
            }));
        }
    }
}

/// Lets directly printed enums and booleans go through `label`.
fn with_labels(text: &str, labels: &[(usize, String)]) -> String {
    let mut written = text.to_owned();
    for (at, name) in labels.iter().rev() {
        written.insert_str(*at, &format!("|label('{name}')"));
    }
    written
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(false);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html.j2") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.set_formatter(functions::print);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(120);
    environment.remove_global("debug");
    for filter in ["safe", "pprint", "tojson", "format", "attr"] {
        environment.remove_filter(filter);
    }
    environment.add_function("t", functions::t);
    environment.add_function("image", functions::image);
    environment.add_filter("label", filters::label);
    environment.add_filter("date", filters::date);
    environment.add_filter("time", filters::time);
    environment.add_filter("duration", filters::duration);
    environment.add_filter("money", filters::money);
    environment.add_filter("mask_email", filters::mask_email);
    environment.add_filter("mask_phone", filters::mask_phone);
    environment.add_test("defined", functions::is_given);
    environment
}

/// The most tokens within one pair of braces: a longer chain would be compiled recursively.
const MAX_TOKENS: usize = 1_000;
/// The most `if` and `elif` that stand open at once: the engine reads each within the last.
const MAX_BRANCHES: usize = 100;

fn too_complex(text: &str) -> bool {
    use minijinja::machinery::{Token, tokenize};
    let mut run = 0;
    let mut begins = false;
    let mut branches = Branches::default();
    for token in tokenize(text, false, Default::default()) {
        match token {
            Ok((Token::TemplateData(_) | Token::BlockEnd | Token::VariableEnd, _)) => run = 0,
            Ok((Token::Ident(name), _)) if begins => {
                branches.read(name);
                run += 1;
            }
            Ok(_) => run += 1,
            Err(_) => return false,
        }
        begins = matches!(token, Ok((Token::BlockStart, _)));
        if run > MAX_TOKENS || branches.total > MAX_BRANCHES {
            return true;
        }
    }
    false
}

/// How many branches each open `if` has, and all of them together.
#[derive(Default)]
struct Branches {
    open: Vec<usize>,
    total: usize,
}

impl Branches {
    fn read(&mut self, block: &str) {
        match (block, self.open.last_mut()) {
            ("if", _) => self.open.push(1),
            ("elif", Some(count)) => *count += 1,
            ("endif", _) => self.total -= self.open.pop().unwrap_or(0),
            _ => return,
        }
        self.total += usize::from(block != "endif");
    }
}

fn too_complex_fault(source: &SourceText) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateTooComplex,
        text!(
            "an expression has more than {MAX_TOKENS} parts, or more than {MAX_BRANCHES} `if` and `elif` stand open",
            "表达式超过 {MAX_TOKENS} 个部分，或同时打开的 `if` 与 `elif` 超过 {MAX_BRANCHES} 个"
        ),
    )
    .in_file(format!("templates/{}", source.name().trim_start_matches("templates/")))
}

#[cfg(test)]
mod tests {
    use super::{environment, filters::FILTERS};

    #[test]
    fn the_engine_has_the_filters_that_are_listed() {
        let environment = environment();
        for filter in FILTERS {
            let source = format!("{{{{ 'a'|{filter}('upper') }}}}");
            let error = environment.render_str(&source, ()).err();
            let unknown = error.is_some_and(|e| e.kind() == minijinja::ErrorKind::UnknownFilter);
            assert!(!unknown, "{filter}");
        }
    }
}
