//! Which env files are read.
#![cfg(feature = "mailer")]

use std::fs;
use std::path::{Path, PathBuf};

use hongyan::config::files::{Found, Look, find};
use hongyan::config::{EnvFile, Environment};
use hongyan::diagnostic::{Diagnostics, Language};

fn look(files: &[(&str, &str)], asked: &[&str], said: Option<&str>) -> (Found, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let asked: Vec<PathBuf> = asked.iter().map(PathBuf::from).collect();
    let project = folder.path().join("mail");
    find(&Look { working: folder.path(), project: Some(&project), asked: &asked, said })
}

fn listed(found: &Found) -> Vec<String> {
    found.listed.iter().map(|l| format!("{} {}: {}", l.path, l.status.as_str(), l.why.en)).collect()
}

fn production(found: &Found) -> bool {
    let read = |path: &Path| fs::read(path);
    Environment::gather([], &found.files, &read).0.is_production()
}

#[test]
fn the_working_folder_goes_before_the_project() {
    let (found, faults) = look(&[(".env", "A=1"), ("mail/.env", "A=2")], &[], None);
    assert!(faults.is_empty());
    assert_eq!(listed(&found), [".env read: read outside production"]);
    let (found, _) = look(&[("mail/.env", "A=2")], &[], None);
    assert_eq!(listed(&found), ["mail/.env read: read outside production"]);
    let (found, _) = look(&[(".env/bin/python", "")], &[], None);
    assert_eq!(listed(&found), [".env skipped: there is no such file"]);
}

#[test]
fn production_is_never_read_unasked() {
    let files = [(".env", "A=1"), (".env.production", "SMTP_SERVER=smtp.qq.com")];
    let (found, _) = look(&files, &[], None);
    assert_eq!(
        listed(&found),
        [
            ".env read: read outside production",
            ".env.production skipped: read only by `--env-file .env.production`",
        ]
    );
    let hint = found.production_hint().unwrap().to_terminal(Language::En, false);
    assert!(hint.contains("--env-file .env.production"), "{hint}");
    assert!(!production(&found));

    let (found, _) = look(&files, &[".env.production"], None);
    assert_eq!(
        listed(&found),
        [".env.production read: given by `--env-file`", ".env skipped: not read in production",]
    );
    assert!(production(&found) && found.production_hint().is_none());
}

#[test]
fn production_can_be_said() {
    for (asked, said) in [(&[][..], Some("production")), (&["ops.env"][..], None)] {
        let files = [(".env", "A=1"), ("ops.env", "ENVIRONMENT=production")];
        let (found, _) = look(&files, asked, said);
        assert_eq!(listed(&found).last().unwrap(), ".env skipped: not read in production");
    }
}

#[test]
fn a_file_that_was_asked_for_lies_over_the_default_one() {
    let (found, _) = look(&[(".env", "X=default\nY=kept"), ("a.env", "X=asked")], &["a.env"], None);
    let names: Vec<_> = found.files.iter().map(EnvFile::name).collect();
    assert_eq!(names, [".env", "a.env"]);
    let read = |path: &Path| fs::read(path);
    let (environment, _) = Environment::gather([], &found.files, &read);
    let value = |name| environment.get(name).unwrap().value.expose().to_owned();
    assert_eq!((value("X").as_str(), value("Y").as_str()), ("asked", "kept"));
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let (found, faults) = look(&[], &["gone.env"], Some("production"));
    assert_eq!(listed(&found), ["gone.env skipped: there is no such file"]);
    let screen = faults.to_terminal(Language::En, false);
    assert!(screen.starts_with("error: gone.env: there is no such file"), "{screen}");
}
