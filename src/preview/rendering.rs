//! From what a page asks for to a finished mail: the same path as `hongyan render`.

use std::sync::Arc;

use axum::response::Response;
use serde_json::{Map, Value as Json};

use super::answer::{Answer, refused_text, work};
use super::drafts::Finished;
use super::looks::Inside;
use super::state::Build;
use super::{Shared, Studio};
use crate::composer::Draft;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language};
use crate::snapshot::RECIPIENT;
use crate::text;

/// A mail that is asked for.
#[derive(Clone)]
pub struct Wish {
    /// The kind
    pub kind: String,
    /// The locale; the project's own when empty
    pub locale: String,
    /// The data
    pub data: Data,
}

/// Where its variables come from.
#[derive(Clone)]
pub enum Data {
    /// A sample of the kind
    Sample(String),
    /// The reader
    Vars(Map<String, Json>),
    /// What was posted before
    Kept(String),
}

impl Wish {
    /// The draft for a recipient, and for the recipient of `render` unless said.
    pub fn draft(&self, build: &Build, to: Option<&str>) -> Result<Draft, Diagnostics> {
        let catalog = build.stage.composer.catalog();
        let kind = catalog.kind(&self.kind).map_err(|fault| fault.pointer("/kind"))?;
        let locale = match self.locale.as_str() {
            "" => catalog.settings.default_locale.to_string(),
            tag => tag.to_owned(),
        };
        let mut draft = Draft::new(&kind.name, &locale, to.unwrap_or(RECIPIENT))?;
        draft.vars = match &self.data {
            Data::Vars(vars) => vars.clone(),
            Data::Sample(name) => {
                let locale = catalog.negotiate(&locale).map_err(|error| error.diagnostic())?;
                kind.sample(name, &locale).ok_or_else(|| kind.unknown_sample(name))?
            }
            Data::Kept(_) => return Err(gone().into()),
        };
        Ok(draft)
    }

    /// The finished mail.
    fn finish(&self, studio: &Studio, build: &Build) -> Result<Arc<Finished>, Diagnostics> {
        if let Data::Kept(id) = &self.data {
            let found = studio.drafts.find(id);
            let same = |mail: &Arc<Finished>| mail.rendered.kind == self.kind;
            return found.filter(same).ok_or_else(|| gone().into());
        }
        let draft = self.draft(build, None)?;
        let (rendered, message) =
            build.stage.finish(&draft).map_err(|error| below_vars(error.diagnostics()))?;
        Ok(Arc::new(Finished { rendered, message }))
    }
}

/// The mail that is asked for, or why there is none.
pub async fn finished(
    studio: &Shared,
    wish: Wish,
    language: Language,
) -> Answer<Result<(Arc<Build>, Arc<Finished>), Diagnostics>> {
    let studio = studio.clone();
    work(language, move || {
        let build = current(&studio)?;
        let mail = wish.finish(&studio, &build)?;
        Ok((build, mail))
    })
    .await
}

/// The mail, or its faults as text.
pub async fn mail_or_text(
    studio: &Shared,
    wish: Wish,
    language: Language,
) -> Answer<Arc<Finished>> {
    let result = finished(studio, wish, language).await?;
    let told = |faults: Diagnostics| -> Response { refused_text(&faults, language) };
    result.map(|(_, mail)| mail).map_err(told)
}

/// The project that is shown; its faults when there never was one.
pub fn current(studio: &Studio) -> Result<Arc<Build>, Diagnostics> {
    let now = studio.state.now();
    now.build.clone().ok_or_else(|| now.faults.clone())
}

/// The images of a mail, for its page.
pub fn images(mail: &Finished) -> Vec<Inside> {
    let inside = |image: &Arc<crate::image::Image>| Inside {
        content_id: image.content_id(),
        content_type: image.content_type().to_owned(),
        bytes: image.bytes().to_vec(),
    };
    mail.rendered.images.iter().map(inside).collect()
}

/// Faults of variables, by their place in what was posted.
pub fn below_vars(faults: Diagnostics) -> Diagnostics {
    let place = |fault: Diagnostic| match fault.json_pointer().map(str::to_owned) {
        Some(pointer) if fault.code().as_str().starts_with("var") => {
            fault.pointer(format!("/vars{pointer}"))
        }
        _ => fault,
    };
    faults.into_iter().map(place).collect()
}

fn gone() -> Diagnostic {
    Diagnostic::error(
        Code::DraftGone,
        text!("the data that was posted is no longer kept", "提交的数据已不再保留"),
    )
    .hint(text!("post it again", "请重新提交"))
}
