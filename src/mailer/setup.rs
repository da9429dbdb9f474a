//! The environment as it was found: variables, env files, the working folder, the project.

use std::path::{Path, PathBuf};

use super::outfit::Outfit;
use crate::config::files::{self, Found, Look};
use crate::config::{Environment, MailSettings, ProjectSetting, WhenUnset};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::mail::{Address, DisplayName, Mailbox};
use crate::project::{Project, Search, speak_for_sender};
use crate::snapshot::SENDER;
use crate::source::Tree;

/// What a command line may ask for beside the environment.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `--project`
    pub project: Option<String>,
    /// `--env-file`, in order
    pub env_files: Vec<PathBuf>,
}

/// The environment as it was found: what a command works with.
pub struct Setup {
    /// What the variables say, but for the transports
    pub settings: MailSettings,
    /// All variables
    pub environment: Environment,
    /// The env files that were read, and those that were passed over
    pub files: Found,
    /// The mail project
    pub project: Project,
    /// The working folder
    pub working: PathBuf,
    /// What was noticed and does not stop anything
    pub warnings: Diagnostics,
    /// What is wrong with the settings; sending stops at it, rendering does not
    pub(super) faults: Diagnostics,
}

impl Setup {
    /// Reads the process's environment, the env files and the working folder.
    ///
    /// # Errors
    /// Env files that cannot be read, a project that is not there.
    pub fn from_env(asked: &Asked) -> Result<Setup, Error> {
        let working = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let said = std::env::var("HONGYAN_ENV").or_else(|_| std::env::var("ENVIRONMENT")).ok();
        let wanted = asked.project.clone().or_else(|| std::env::var("HONGYAN_PROJECT").ok());
        let wanted = wanted.filter(|project| !project.is_empty());
        let near = find_project(wanted.as_deref(), &working, false).ok();
        let folder = near.as_ref().map(|project| project.root(&working).to_owned());
        let (found, mut faults) = files::find(&Look {
            working: &working,
            project: folder.as_deref(),
            asked: &asked.env_files,
            said: said.as_deref(),
        });
        let (environment, noticed) =
            Environment::gather(std::env::vars_os(), &found.files, &|path| std::fs::read(path));
        faults.extend(noticed);
        let (settings, of_settings) = MailSettings::without_transports(&environment);
        let (of_settings, warnings): (Vec<_>, Vec<_>) = of_settings.into_iter().partition(is_error);
        let wanted = wanted.or_else(|| settings.project.as_ref().map(project_setting));
        let project = find_project(wanted.as_deref(), &working, settings.production)
            .map_err(Error::configuration)?;
        let (errors, noticed): (Vec<_>, Vec<_>) = faults.into_iter().partition(is_error);
        if !errors.is_empty() {
            return Err(Error::configuration(errors.into_iter().collect::<Diagnostics>()));
        }
        Ok(Setup {
            settings,
            environment,
            files: found,
            project,
            working,
            warnings: noticed.into_iter().chain(warnings).collect(),
            faults: of_settings.into_iter().collect(),
        })
    }

    /// The transports of the environment and of `hongyan.yaml`.
    ///
    /// # Errors
    /// A project that cannot be read.
    pub fn outfit(&self) -> Result<Outfit<'_>, Error> {
        Ok(self.outfit_of(self.open_project()?))
    }

    /// The same for a project that was read already.
    pub fn outfit_of(&self, tree: Tree) -> Outfit<'_> {
        Outfit::read(self, tree, WhenUnset::Inbox)
    }

    /// The same for those who deliver for others (`serve`, `worker`): when nothing says how mail
    /// leaves, that is a fault, and no mail is caught unasked.
    pub fn service_outfit_of(&self, tree: Tree) -> Outfit<'_> {
        Outfit::read(self, tree, WhenUnset::Fault)
    }

    /// The folder in which the inbox catches mails, unless a transport says another.
    pub fn inbox(&self) -> PathBuf {
        self.project.root(&self.working).join(".hongyan").join("inbox")
    }

    /// The project's files, as production or development has them. The shipped kinds speak for
    /// the sender as soon as there is one.
    ///
    /// # Errors
    /// Files that cannot be read, a sender that cannot be used.
    pub fn open_project(&self) -> Result<Tree, Error> {
        let mut tree = match self.settings.production {
            true => self.project.open_for_production()?,
            false => self.project.open()?,
        };
        let from = &self.settings.from;
        let known = from.address.is_some() || from.name.is_some();
        if self.project == Project::Embedded && (known || self.settings.production) {
            speak_for_sender(&mut tree, self.from()?.address());
        }
        Ok(tree)
    }

    /// From, with what the environment says of it.
    ///
    /// # Errors
    /// An address or a name that cannot be used.
    pub fn from(&self) -> Result<Mailbox, Error> {
        let from = &self.settings.from;
        let address = Address::parse(from.address.as_deref().unwrap_or(SENDER))
            .map_err(|error| Error::configuration(error.diagnostic()))?;
        Ok(match &from.name {
            Some(name) => {
                let name = DisplayName::new(name)
                    .map_err(|error| Error::configuration(error.diagnostic()))?;
                Mailbox::new(name, address)
            }
            None => Mailbox::bare(address),
        })
    }
}

fn is_error(fault: &Diagnostic) -> bool {
    fault.severity() == crate::diagnostic::Severity::Error
}

fn project_setting(setting: &ProjectSetting) -> String {
    match setting {
        ProjectSetting::Embedded => "embedded".into(),
        ProjectSetting::At(folder) => folder.to_string_lossy().into_owned(),
    }
}

fn find_project(
    asked: Option<&str>,
    working: &Path,
    production: bool,
) -> Result<Project, Diagnostic> {
    let working = working.to_string_lossy();
    Project::find(&Search { asked, working: &working, production })
}
