//! Puts a [`Mailer`] together: by hand, or from the environment as the binary does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::carrier::Carrier;
use super::routes::Routes;
use super::{Mailer, Shared};
use crate::compose::Profile;
use crate::composer::Composer;
use crate::config::files::{self, Found, Look};
use crate::config::{
    ChosenBy, DirectMailSettings, Environment, MailSettings, ProjectSetting, TransportSetting, Via,
    WhenUnset,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::inline::ImageMode;
use crate::mail::{Address, DisplayName, Mailbox};
use crate::project::{Project, Search, speak_for_sender};
use crate::shipped::shipped;
use crate::snapshot::SENDER;
use crate::source::Tree;
use crate::text;
use crate::transport::{
    DirectMailTransport, FileTransport, InboxTransport, SmtpTransport, Transport,
};

/// What a [`Mailer`] is made of.
#[derive(Default)]
pub struct MailerBuilder {
    tree: Option<Tree>,
    transport: Option<Arc<dyn Transport>>,
    epoch: Option<i64>,
    brand_name: Option<String>,
}

impl MailerBuilder {
    /// The mail project; the shipped kinds otherwise.
    pub fn project(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self
    }

    /// The transport; it must be given.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Fixes Date, ids and boundaries, in seconds since 1970, as `SOURCE_DATE_EPOCH` does.
    pub fn epoch(mut self, seconds: i64) -> Self {
        self.epoch = Some(seconds);
        self
    }

    /// The brand's name where `brand.yaml` has none.
    pub fn brand_name(mut self, name: &str) -> Self {
        self.brand_name = Some(name.to_owned());
        self
    }

    /// Loads the project.
    ///
    /// # Errors
    /// Every fault of the project; no transport.
    pub fn build(self) -> Result<Mailer, Error> {
        let tree = self.tree.unwrap_or_else(shipped);
        let transport = self.transport.ok_or_else(|| Error::configuration(no_transport()))?;
        let from = &transport.profile().from;
        let named = from.name().map(|name| name.as_str()).unwrap_or(from.address().as_str());
        let name = self.brand_name.as_deref().unwrap_or(named);
        let composer = Composer::load_named(&tree, name)?;
        Ok(Mailer {
            shared: Arc::new(Shared {
                composer: ArcSwap::from_pointee(composer),
                routes: Routes::in_order(vec![Carrier::new(transport)]),
                epoch: self.epoch,
            }),
        })
    }

    /// What the environment, the env files and the working folder say.
    ///
    /// # Errors
    /// All that is wrong with them, at once.
    pub fn from_env() -> Result<MailerBuilder, Error> {
        let setup = Setup::from_env(&Asked::default())?;
        setup.builder(None)
    }
}

fn no_transport() -> Diagnostic {
    Diagnostic::error(Code::ConfigMissing, text!("the mailer has no transport", "没有指定发送通道"))
}

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
    /// The mail settings
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
    /// What is wrong with the mail settings; sending stops at it, rendering does not
    pub mail_faults: Diagnostics,
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
        let (settings, mail_faults) =
            MailSettings::from_environment(&environment, WhenUnset::Inbox);
        let (mail_faults, warnings): (Vec<_>, Vec<_>) = mail_faults.into_iter().partition(is_error);
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
            mail_faults: mail_faults.into_iter().collect(),
        })
    }

    /// A builder for what was found; `via` is the transport instead of the environment's.
    ///
    /// # Errors
    /// Mail settings that cannot be used.
    pub fn builder(&self, via: Option<&Via>) -> Result<MailerBuilder, Error> {
        let setting = self.transport_setting(via)?;
        let transport = self.transport(&setting)?;
        Ok(MailerBuilder {
            tree: Some(self.open_project()?),
            transport: Some(transport),
            epoch: self.settings.epoch,
            brand_name: self.settings.from.name.clone(),
        })
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

    /// Whether nothing chose a transport, so that mails go to the inbox.
    pub fn is_unset(&self) -> bool {
        self.settings.chosen_by == ChosenBy::Nothing
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

    fn transport_setting(&self, via: Option<&Via>) -> Result<TransportSetting, Error> {
        if let Some(via) = via {
            return MailSettings::via(&self.environment, via).map_err(Error::configuration);
        }
        if self.mail_faults.has_errors() {
            return Err(Error::configuration(self.mail_faults.clone()));
        }
        let first = self.settings.transports.first().cloned();
        first.ok_or_else(|| Error::configuration(no_transport()))
    }

    /// DirectMail's own sender, with the name that the environment gives.
    fn account(&self, settings: &DirectMailSettings) -> Result<Mailbox, Error> {
        let address = Address::parse(&settings.account_name)
            .map_err(|error| Error::configuration(error.diagnostic()))?;
        Ok(match self.from()?.name() {
            Some(name) => Mailbox::new(name.clone(), address),
            None => Mailbox::bare(address),
        })
    }

    fn transport(&self, setting: &TransportSetting) -> Result<Arc<dyn Transport>, Error> {
        let profile = Profile::new(self.from()?, ImageMode::Inside);
        let folder = |own: &Option<PathBuf>, usual: &str| match own {
            Some(folder) => self.working.join(folder),
            None => self.project.root(&self.working).join(".hongyan").join(usual),
        };
        Ok(match setting {
            TransportSetting::Inbox(own) => {
                Arc::new(InboxTransport::new(folder(own, "inbox"), profile))
            }
            TransportSetting::File(own) => {
                Arc::new(FileTransport::new(folder(own, "outgoing"), profile))
            }
            TransportSetting::Smtp(smtp) => {
                Arc::new(SmtpTransport::new(smtp.preset.id, smtp, profile)?)
            }
            TransportSetting::DirectMail(settings) => {
                Arc::new(DirectMailTransport::new(settings, self.account(settings)?)?)
            }
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
