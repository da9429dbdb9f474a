//! The front of the pure half: a loaded project that renders drafts, without any I/O.
//!
//! ```
//! use hongyan::composer::{Composer, Draft};
//!
//! let composer = Composer::load(&hongyan::shipped())?;
//! let draft = Draft::new("verification_code", "zh-CN", "王伟 <wang.wei@example.com>")?
//!     .vars(hongyan::vars! { code: "483920" })?;
//! let rendered = composer.render(&draft)?;
//! assert_eq!(rendered.subject.as_str(), "【鸿雁】登录验证码 483920");
//! # Ok::<(), hongyan::diagnostic::Diagnostics>(())
//! ```

mod pages;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use pages::{Page, Pages};

use crate::catalog::{Catalog, Category, Kind};
use crate::compose::{Recipients, Rendered};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::{Locale, TimeZone};
use crate::mail::{Attachment, CustomHeader, Mailbox, Subject};
use crate::source::Tree;
use crate::template::{Filled, Templates};
use crate::text;
use crate::vars::{Value, Vars};

/// What a caller asks for. Nothing in it is checked against a project yet.
#[derive(Clone)]
pub struct Draft {
    /// The kind's name
    pub kind: String,
    /// A BCP 47 tag, or a whole Accept-Language
    pub locale: String,
    /// The variables
    pub vars: Map<String, Json>,
    /// Who gets it
    pub to: Mailbox,
    /// Who is shown as a copy
    pub cc: Vec<Mailbox>,
    /// Who gets a copy unseen
    pub bcc: Vec<Mailbox>,
    /// Where answers go; the kind's own otherwise
    pub reply_to: Option<Mailbox>,
    /// Headers of the allow-list
    pub headers: Vec<CustomHeader>,
    /// Files
    pub attachments: Vec<Attachment>,
    /// The zone that instants are shown in; the kind's or the project's otherwise
    pub time_zone: Option<TimeZone>,
}

impl Draft {
    /// A draft to one recipient (`Name <addr>` or `addr`), without variables.
    ///
    /// # Errors
    /// A recipient that mail cannot be sent to.
    pub fn new(kind: &str, locale: &str, to: &str) -> Result<Draft, Diagnostics> {
        let to = Mailbox::parse(to).map_err(|error| error.diagnostic().pointer("/to"))?;
        Ok(Draft {
            kind: kind.to_owned(),
            locale: locale.to_owned(),
            vars: Map::new(),
            to,
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: None,
            headers: Vec::new(),
            attachments: Vec::new(),
            time_zone: None,
        })
    }

    /// Sets the variables: anything that serialises to a JSON object.
    ///
    /// # Errors
    /// Something that is not an object.
    pub fn vars(mut self, vars: impl Serialize) -> Result<Draft, Diagnostics> {
        match serde_json::to_value(vars) {
            Ok(Json::Object(vars)) => self.vars = vars,
            _ => {
                return Err(Diagnostic::error(
                    Code::VarsNotJson,
                    text!("the variables are not an object", "变量不是对象"),
                )
                .into());
            }
        }
        Ok(self)
    }
}

/// Names only: the values may be secret.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("kind", &self.kind)
            .field("locale", &self.locale)
            .field("to", &self.to.address().masked())
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Makes the JSON object of variables: `vars! { code: "483920", count: 3 }`.
#[macro_export]
macro_rules! vars {
    ($($name:ident : $value:expr),* $(,)?) => {
        $crate::private::serde_json::Value::Object(
            [$((stringify!($name).to_owned(), $crate::private::serde_json::json!($value))),*]
                .into_iter()
                .collect(),
        )
    };
}

/// A project, loaded and checked: immutable, cheap to share, replaced as a whole.
pub struct Composer {
    catalog: Arc<Catalog>,
    templates: Templates,
    pages: Pages,
    warnings: Diagnostics,
}

impl Composer {
    /// Loads a project.
    ///
    /// # Errors
    /// Every fault of the whole project at once.
    pub fn load(tree: &Tree) -> Result<Composer, Diagnostics> {
        Composer::load_named(tree, "hongyan")
    }

    /// Loads a project; `brand_name` stands in where `brand.yaml` has no name.
    ///
    /// # Errors
    /// Every fault of the whole project at once.
    pub fn load_named(tree: &Tree, brand_name: &str) -> Result<Composer, Diagnostics> {
        let mut faults = Diagnostics::new();
        let catalog = Arc::new(Catalog::load(tree, &mut faults));
        let templates = Templates::load(&catalog, brand_name, &mut faults);
        faults.sort();
        if faults.has_errors() {
            return Err(faults);
        }
        Ok(Composer { catalog, templates, pages: Pages::default(), warnings: faults })
    }

    /// What the project declares.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What was noticed while loading and does not keep mails from being sent.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// Renders a draft.
    ///
    /// # Errors
    /// An unknown kind, a locale that cannot be served, every fault of the variables at once, and
    /// what goes wrong in a template only with these values.
    pub fn render(&self, draft: &Draft) -> Result<Rendered, Diagnostics> {
        let (kind, locale, vars) = self.check(draft)?;
        let filled = self.fill(kind, &locale, &vars, draft.time_zone.as_ref())?;
        let Page { html, text } = self.pages.finish(&filled.html, filled.text)?;
        Ok(Rendered {
            kind: kind.name.clone(),
            category: kind.category,
            recipients: recipients(kind, draft),
            subject: Subject::new(&filled.subject),
            preheader: filled.preheader,
            text,
            html,
            images: filled.images,
            opt_out: opt_out(kind, &vars),
            headers: draft.headers.clone(),
            attachments: draft.attachments.clone(),
            locale,
            vars,
        })
    }

    /// What is wrong with a draft, as far as it is known before anything is rendered.
    pub fn faults(&self, draft: &Draft) -> Diagnostics {
        self.check(draft).err().unwrap_or_default()
    }

    /// Everything about a draft that can be wrong before anything is rendered, at once.
    fn check(&self, draft: &Draft) -> Result<(&Arc<Kind>, Locale, Vars), Diagnostics> {
        let mut faults = Diagnostics::new();
        let locale = self.catalog.negotiate(&draft.locale);
        if let Err(error) = &locale {
            faults.push(error.diagnostic().pointer("/locale"));
        }
        let kind = match self.catalog.kind(&draft.kind) {
            Ok(kind) => kind,
            Err(fault) => {
                faults.push(fault.pointer("/kind"));
                return Err(faults);
            }
        };
        let vars = kind.variables.check(&draft.vars).map_err(|problems| {
            faults.extend(problems.into_iter().map(|problem| problem.kind(&kind.name)));
        });
        faults.extend(attachment_faults(kind, draft));
        faults.extend(copy_fault(kind, draft));
        match (locale, vars) {
            (Ok(locale), Ok(vars)) if faults.is_empty() => Ok((kind, locale, vars)),
            _ => Err(faults),
        }
    }

    fn fill(
        &self,
        kind: &Kind,
        locale: &Locale,
        vars: &Vars,
        zone: Option<&TimeZone>,
    ) -> Result<Filled, Diagnostics> {
        match self.templates.program(&kind.name, locale) {
            Some(program) => program.fill(vars, zone),
            None => Err(Diagnostic::error(
                Code::TemplateMissing,
                text!("there is no body for `{locale}`", "没有 `{locale}` 的正文"),
            )
            .kind(&kind.name)
            .into()),
        }
    }
}

fn recipients(kind: &Kind, draft: &Draft) -> Recipients {
    Recipients {
        to: draft.to.clone(),
        cc: draft.cc.clone(),
        bcc: draft.bcc.clone(),
        reply_to: draft.reply_to.clone().or_else(|| kind.reply_to.clone()),
        from: kind.from.clone(),
    }
}

fn opt_out(kind: &Kind, vars: &Vars) -> Option<String> {
    match vars.get(kind.opt_out.as_deref()?) {
        Some(Value::Url(url)) => Some(url.clone()),
        _ => None,
    }
}

/// A code or a link that opens an account is for one person.
fn copy_fault(kind: &Kind, draft: &Draft) -> Option<Diagnostic> {
    let copies = !draft.cc.is_empty() || !draft.bcc.is_empty();
    let name = &kind.name;
    (copies && kind.category == Category::Security).then(|| {
        Diagnostic::error(
            Code::CopyRefused,
            text!("`{name}` is security mail: no copies", "`{name}` 属于安全邮件，不能抄送"),
        )
        .pointer("/cc")
        .hint(text!("send it to one person only", "请只发给一个人"))
    })
}

fn attachment_faults(kind: &Kind, draft: &Draft) -> Diagnostics {
    let mut faults = Diagnostics::new();
    let (count, max) = (draft.attachments.len(), kind.attachments.max);
    if count > max {
        faults.push(
            Diagnostic::error(
                Code::AttachmentInvalid,
                text!(
                    "{count} attachments, at most {max} are taken",
                    "共 {count} 个附件，最多 {max} 个"
                ),
            )
            .pointer("/attachments"),
        );
    }
    let types = &kind.attachments.types;
    for (index, attachment) in draft.attachments.iter().enumerate() {
        let given = attachment.content_type();
        if !types.is_empty() && !types.iter().any(|known| known == given) {
            let (known, name) = (types.join("`, `"), &kind.name);
            faults.push(
                Diagnostic::error(
                    Code::AttachmentInvalid,
                    text!("`{name}` takes no `{given}`", "`{name}` 不接受 `{given}`"),
                )
                .pointer(format!("/attachments/{index}"))
                .hint(text!("it takes `{known}`", "可接受 `{known}`")),
            );
        }
    }
    faults
}
