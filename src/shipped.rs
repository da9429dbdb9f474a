//! The mail project that ships with the crate.

use crate::source::{Tree, files};

/// The mail project that ships with the crate: four kinds in Chinese and English.
pub fn shipped() -> Tree {
    #[derive(rust_embed::Embed)]
    #[folder = "templates"]
    #[prefix = "templates/"]
    struct Templates;
    #[derive(rust_embed::Embed)]
    #[folder = "locales"]
    #[prefix = "locales/"]
    struct Locales;
    #[derive(rust_embed::Embed)]
    #[folder = "assets"]
    #[prefix = "assets/"]
    struct Assets;
    let folders = files::<Templates>().chain(files::<Locales>()).chain(files::<Assets>());
    let mut tree = Tree::embedded(folders);
    tree.insert("hongyan.yaml", include_bytes!("../hongyan.yaml").as_slice());
    tree
}
