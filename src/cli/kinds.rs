//! `hongyan kinds`

use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr;

use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::catalog::LocaleSetting;
use crate::composer::Composer;
use crate::diagnostic::Text;
use crate::mailer::Setup;
use crate::project::Project;
use crate::text;

pub fn run(setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let tree = setup.open_project()?;
    let composer = Composer::load(&tree)?;
    if voice.json {
        voice.document(&document(setup, &composer));
    } else {
        table(&composer).iter().for_each(|line| voice.line(line));
        voice.say(&locales(&composer));
    }
    Ok(Exit::Done)
}

fn document(setup: &Setup, composer: &Composer) -> Json {
    let project = match &setup.project {
        Project::Folder(folder) => folder.display().to_string(),
        Project::Embedded => "embedded".into(),
    };
    let mut document = json!({"project": project});
    if let (Some(fields), Json::Object(catalog)) =
        (document.as_object_mut(), composer.catalog().to_json())
    {
        fields.extend(catalog);
    }
    document
}

fn table(composer: &Composer) -> Vec<String> {
    let rows: Vec<[String; 3]> = composer
        .catalog()
        .kinds()
        .map(|kind| {
            let samples: Vec<&str> =
                kind.sample_names().into_iter().map(|(name, _)| name).collect();
            [kind.name.clone(), kind.category.as_str().to_owned(), samples.join(" ")]
        })
        .collect();
    let widths = [0, 1].map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let mut lines: Vec<String> = rows
        .iter()
        .map(|[name, category, samples]| {
            format!("{name:0$}  {category:1$}  {samples}", widths[0], widths[1])
        })
        .collect();
    lines.push(String::new());
    lines
}

/// The locales in one line, with what is special about them.
fn locales(composer: &Composer) -> Text {
    let settings = &composer.catalog().settings;
    let names = |default: &str, draft: &str| {
        let name = |setting: &LocaleSetting| match setting {
            _ if setting.locale == settings.default_locale => {
                format!("{} ({default})", setting.locale)
            }
            _ if setting.draft => format!("{} ({draft})", setting.locale),
            _ => setting.locale.to_string(),
        };
        settings.locales.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    let (en, zh) = (names("default", "draft"), names("默认", "草稿"));
    text!("locales: {en}", "语言：{zh}")
}
