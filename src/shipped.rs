//! The mail project that ships with the crate.

use crate::source::Tree;

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
    #[exclude = "studio/*"]
    #[exclude = "report/*"]
    struct Assets;
    let tree = Tree::new().with_embedded::<Templates>();
    let mut tree = tree.with_embedded::<Locales>().with_embedded::<Assets>();
    tree.insert("hongyan.yaml", include_bytes!("../hongyan.yaml").as_slice());
    tree
}
