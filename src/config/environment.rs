//! The process's variables over those of the env files, each with its origin.
//!
//! Pure: variables, files and the reader of `NAME_FILE` come in as arguments. An empty variable is
//! an unset one, so an empty one of the process does not hide that of a file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::env_file::EnvFile;
use super::names::{KNOWN, is_known};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::secret::Secret;
use crate::text;

/// Reads the file that a `NAME_FILE` variable names.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// All variables that are set.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, Variable>,
    production_file: bool,
}

/// One variable: the name it was written under, its value, and where it was set.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name as written, which may be an alias of the one asked for
    pub name: String,
    /// The value, never empty
    pub value: Secret,
    /// Where it was set
    pub origin: Origin,
}

/// Where a variable was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By the environment of the process
    Process,
    /// By a line of an env file
    File {
        /// The file's name
        name: String,
        /// The line, from 1
        line: usize,
    },
}

impl Environment {
    /// Lays the variables of the process over those of the files, of which a later one wins, and
    /// reads what `NAME_FILE` variables name.
    pub fn gather(
        process: impl IntoIterator<Item = (OsString, OsString)>,
        files: &[EnvFile],
        read: ReadFile<'_>,
    ) -> (Environment, Diagnostics) {
        let mut environment = Environment::default();
        let mut faults = Diagnostics::new();
        files.iter().for_each(|file| environment.lay_file(file));
        process.into_iter().for_each(|pair| environment.lay_process(pair, &mut faults));
        for known in KNOWN.iter().filter(|known| known.from_file) {
            known.spellings().for_each(|name| environment.read_named_file(name, read, &mut faults));
        }
        environment.refuse_two_servers(&mut faults);
        (environment, faults)
    }

    /// A variable by its name, else by its alias.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        let alias = KNOWN.iter().find(|known| known.name == name).and_then(|known| known.alias);
        self.variables.get(name).or_else(|| self.variables.get(alias?))
    }

    /// A variable, else what the file that `NAME_FILE` names holds: for names that are not in the
    /// contract and that the project's file asks for.
    pub(super) fn get_or_file(
        &self,
        name: &str,
        read: ReadFile<'_>,
    ) -> Result<Option<Variable>, Diagnostic> {
        let direct = self.get(name);
        let Some(pointer) = self.variables.get(&format!("{name}_FILE")) else {
            return Ok(direct.cloned());
        };
        if let Some(direct) = direct {
            return Err(beside_file(direct).set_by(&pointer.origin));
        }
        match read_value(Path::new(pointer.value.expose()), read) {
            Ok(value) => {
                let (name, origin) = (name.to_owned(), pointer.origin.clone());
                Ok(Some(Variable { name, value, origin }))
            }
            Err(reason) => Err(unreadable(name, reason).set_by(&pointer.origin)),
        }
    }

    /// Variables that were made from the keys of a transport.
    pub(super) fn of(variables: BTreeMap<String, Variable>) -> Environment {
        Environment { variables, production_file: false }
    }

    /// All variables, sorted by name.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.variables.values()
    }

    /// Whether anything says how mail is to be sent.
    pub fn says_anything_of_mail(&self) -> bool {
        KNOWN
            .iter()
            .filter(|known| known.mail)
            .flat_map(|known| known.spellings().filter(|name| !name.starts_with("ALIBABA_")))
            .any(|name| self.variables.contains_key(name))
    }

    /// Whether this is production: by `HONGYAN_ENV`, else `ENVIRONMENT`, or by the name of an env
    /// file.
    pub fn is_production(&self) -> bool {
        let said = self.get("HONGYAN_ENV").map(|variable| variable.value.expose());
        self.production_file || said.is_some_and(means_production)
    }

    fn lay_file(&mut self, file: &EnvFile) {
        self.production_file |= file.means_production();
        for (name, entry) in file.entries() {
            let origin = Origin::File { name: file.name().to_owned(), line: entry.line };
            self.set(name, entry.value.clone(), origin);
        }
    }

    fn lay_process(&mut self, (name, value): (OsString, OsString), faults: &mut Diagnostics) {
        let Ok(name) = name.into_string() else { return };
        match value.into_string() {
            Ok(value) => self.set(&name, Secret::new(value), Origin::Process),
            Err(_) if is_known(&name) => faults.push(not_utf8(&name)),
            Err(_) => {}
        }
    }

    fn set(&mut self, name: &str, value: Secret, origin: Origin) {
        if !value.expose().trim().is_empty() {
            let variable = Variable { name: name.to_owned(), value, origin };
            self.variables.insert(name.to_owned(), variable);
        }
    }

    /// `NAME_FILE` becomes `NAME`, with the origin of `NAME_FILE`.
    fn read_named_file(&mut self, name: &str, read: ReadFile<'_>, faults: &mut Diagnostics) {
        let Some(pointer) = self.variables.remove(&format!("{name}_FILE")) else { return };
        if let Some(direct) = self.variables.get(name) {
            return faults.push(beside_file(direct).set_by(&pointer.origin));
        }
        match read_value(Path::new(pointer.value.expose()), read) {
            Ok(value) => self.set(name, value, pointer.origin),
            Err(reason) => faults.push(unreadable(name, reason).set_by(&pointer.origin)),
        }
    }

    fn refuse_two_servers(&self, faults: &mut Diagnostics) {
        let [server, host] = ["SMTP_SERVER", "SMTP_HOST"].map(|name| self.variables.get(name));
        if let (Some(server), Some(host)) = (server, host)
            && !server.value.expose().eq_ignore_ascii_case(host.value.expose())
        {
            faults.push(two_servers().set_by(&host.origin));
        }
    }
}

/// Whether `HONGYAN_ENV` or `ENVIRONMENT` says production.
pub(super) fn means_production(value: &str) -> bool {
    ["production", "prod"].iter().any(|word| value.trim().eq_ignore_ascii_case(word))
}

fn read_value(path: &Path, read: ReadFile<'_>) -> Result<Secret, io::Error> {
    let bytes = read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    let line = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text));
    let value = line.unwrap_or(&text);
    if value.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Secret::new(value))
}

impl Diagnostic {
    /// Points at the line that set the variable.
    pub(super) fn set_by(self, origin: &Origin) -> Diagnostic {
        match origin {
            Origin::Process => self,
            Origin::File { name, line } => self.at_line(name, *line),
        }
    }
}

fn not_utf8(name: &str) -> Diagnostic {
    let title = text!("`{name}` is not UTF-8", "`{name}` 不是 UTF-8 编码");
    Diagnostic::error(Code::ConfigBadValue, title)
        .hint(text!("set `{name}` to UTF-8 text", "请把 `{name}` 设为 UTF-8 文本"))
}

fn beside_file(direct: &Variable) -> Diagnostic {
    let name = &direct.name;
    let title =
        text!("both `{name}` and `{name}_FILE` are set", "`{name}` 和 `{name}_FILE` 同时存在");
    Diagnostic::error(Code::EnvConflict, title)
        .hint(text!("remove one of the two", "请删除其中一个"))
}

/// The path is not told: some put the password itself there.
fn unreadable(name: &str, error: io::Error) -> Diagnostic {
    let (en, zh) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such file", "文件不存在"),
        io::ErrorKind::PermissionDenied => ("permission denied", "没有读取权限"),
        io::ErrorKind::InvalidData => ("it is not UTF-8", "不是 UTF-8 编码"),
        io::ErrorKind::UnexpectedEof => ("it is empty", "文件为空"),
        _ => ("it cannot be read", "无法读取"),
    };
    let title = crate::diagnostic::Text {
        en: format!("the file that `{name}_FILE` names: {en}"),
        zh: format!("`{name}_FILE` 指向的文件：{zh}"),
    };
    Diagnostic::error(Code::FileUnreadable, title).hint(text!(
        "`{name}_FILE` is the path of a file that holds nothing but the value",
        "`{name}_FILE` 应是一个文件的路径，文件里只放该变量的值"
    ))
}

fn two_servers() -> Diagnostic {
    let title = text!(
        "`SMTP_SERVER` and `SMTP_HOST` name different servers",
        "`SMTP_SERVER` 和 `SMTP_HOST` 指向不同的服务器"
    );
    Diagnostic::error(Code::EnvConflict, title)
        .hint(text!("keep `SMTP_SERVER` only", "请只保留 `SMTP_SERVER`"))
}
