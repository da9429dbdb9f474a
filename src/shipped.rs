//! The mail project inside the binary: what stands in this repository's own project folders.

use include_dir::{Dir, include_dir};

use crate::source::Tree;

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static LOCALES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/locales");
static ASSETS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets");

/// The mail project that ships with the crate: four kinds in Chinese and English.
pub fn shipped() -> Tree {
    let folders = [("templates", &TEMPLATES), ("locales", &LOCALES), ("assets", &ASSETS)];
    let mut tree = Tree::embedded(&folders);
    tree.insert("hongyan.yaml", include_bytes!("../hongyan.yaml").as_slice());
    tree
}
