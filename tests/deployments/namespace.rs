//! A machine of one's own for a test: namespaces in which the providers' names lead to loopback and
//! every port is free.

use std::io::Write as _;
use std::process::Command;
use std::sync::OnceLock;

use crate::dns;

/// Set for the test that runs inside.
const INSIDE: &str = "HONGYAN_TEST_INSIDE";
/// How namespaces are asked for: as root, else as the root of a user namespace.
const WAYS: [&[&str]; 2] =
    [&["--mount", "--net"], &["--user", "--map-root-user", "--mount", "--net"]];
/// What a test does inside first of all.
const PROBE: &str = "ip link set lo up && mount --bind /etc/hosts /etc/hosts";

const RESOLVER: &str = "/etc/resolv.conf";
const HOSTS: &str = "\
127.0.0.1 localhost
127.0.0.11 smtp.qq.com
127.0.0.12 smtp.163.com
127.0.0.13 smtp.gmail.com
127.0.0.14 smtp.office365.com
";
const NAME_SERVER: &str = "127.0.0.53";
const RECORDS: &[(&str, &str)] = &[
    ("qq.com", "v=spf1 include:spf.mail.qq.com -all"),
    ("_dmarc.qq.com", "v=DMARC1; p=quarantine; rua=mailto:mailauth-reports@qq.com"),
    ("163.com", "v=spf1 include:spf.163.com -all"),
    ("_dmarc.163.com", "v=DMARC1; p=quarantine;"),
    ("gmail.com", "v=spf1 redirect=_spf.google.com"),
    ("_dmarc.gmail.com", "v=DMARC1; p=none; sp=quarantine; rua=mailto:mailauth-reports@google.com"),
];

/// Runs a test in namespaces of its own: the test binary runs itself again, this test alone. Where
/// that cannot be, it is said and the test left out; with `CI` set it fails.
///
/// `test` must be a closure that stands in the test's function: its name is taken from there.
pub fn deployed<F: FnOnce()>(test: F) {
    if std::env::var_os(INSIDE).is_some() {
        prepare();
        return test();
    }
    let Some(way) = way() else { return };
    let name = std::any::type_name::<F>();
    let name = name.strip_suffix("::{{closure}}").unwrap().split_once("::").unwrap().1;
    let output = unshare(way)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "`{name}` did not run: {stdout}");
}

/// From now on names are looked up in this way.
pub fn look_up_by(resolv_conf: &str) {
    run("umount", &[RESOLVER]);
    mount(RESOLVER, resolv_conf);
}

fn way() -> Option<&'static [&'static str]> {
    static WAY: OnceLock<Option<&[&str]>> = OnceLock::new();
    *WAY.get_or_init(|| {
        let way = WAYS.into_iter().find(|way| works(way));
        if way.is_none() {
            let why = "namespaces cannot be made: this takes `unshare`, `ip` (iproute2) and a kernel that allows them";
            assert!(std::env::var_os("CI").is_none(), "{why}");
            // Around the capture of the test harness, so that it is seen.
            let _ = writeln!(std::io::stderr(), "LEFT OUT: tests/deployments ({why})");
        }
        way
    })
}

fn works(way: &[&str]) -> bool {
    let probe = unshare(way).args(["sh", "-c", PROBE]).output();
    probe.is_ok_and(|output| output.status.success())
}

/// `ip` is in a folder that not everybody has in the PATH.
fn unshare(way: &[&str]) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("unshare");
    command.args(way).env("PATH", format!("{path}:/usr/sbin:/sbin"));
    command
}

fn prepare() {
    run("ip", &["link", "set", "lo", "up"]);
    mount("/etc/hosts", HOSTS);
    if std::path::Path::new("/etc/nsswitch.conf").exists() {
        mount("/etc/nsswitch.conf", "hosts: files dns\n");
    }
    mount(RESOLVER, &format!("nameserver {NAME_SERVER}\n"));
    dns::serve(&format!("{NAME_SERVER}:53"), RECORDS);
}

/// Puts a file over another. It lasts as long as the namespace.
fn mount(path: &str, text: &str) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    run("chmod", &["644", file.path().to_str().unwrap()]);
    run("mount", &["--bind", file.path().to_str().unwrap(), path]);
}

fn run(program: &str, args: &[&str]) {
    let status = Command::new(program).args(args).status().unwrap();
    assert!(status.success(), "{program} {args:?}: {status}");
}
