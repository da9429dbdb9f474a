//! The golden files, guarded by `cargo test` as by `hongyan snapshot`; and what is embedded.

use std::path::Path;

use hongyan::source::Tree;

#[test]
fn the_mails_are_as_the_golden_files_say() {
    hongyan::testing::assert_snapshots(root());
}

#[test]
fn the_embedded_project_is_the_one_on_disk() {
    let (embedded, disk) = (hongyan::shipped(), Tree::open(root()).unwrap());
    // The pages of the binary itself lie beside the project's images.
    let pages = ["assets/studio/", "assets/report/"];
    let of_project = |name: &&str| !pages.iter().any(|folder| name.starts_with(folder));
    let on_disk: Vec<&str> = disk.names().filter(of_project).collect();
    assert_eq!(embedded.names().collect::<Vec<_>>(), on_disk);
    for name in on_disk {
        assert!(embedded.get(name) == disk.get(name), "{name}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
