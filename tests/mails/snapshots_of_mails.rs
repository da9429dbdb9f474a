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
    assert_eq!(embedded.names().collect::<Vec<_>>(), disk.names().collect::<Vec<_>>());
    for name in disk.names() {
        assert!(embedded.get(name) == disk.get(name), "{name}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
