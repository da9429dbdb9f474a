//! A mail project inside the application's own binary: `examples/embedded/mail/` has one kind.
//!
//! ```sh
//! cargo run --example embedded --no-default-features
//! ```

use hongyan::composer::{Composer, Draft};
use hongyan::diagnostic::{Diagnostics, Language};
use hongyan::vars;

fn main() {
    for (locale, name) in [("zh-CN", "王伟"), ("en-GB", "Ada")] {
        match welcome(locale, name) {
            Ok(mail) => println!("{mail}"),
            Err(faults) => eprintln!("{}", faults.to_terminal(Language::En, false)),
        }
    }
}

/// Subject and text part.
fn welcome(locale: &str, name: &str) -> Result<String, Diagnostics> {
    let composer = Composer::load(&hongyan::embed!("examples/embedded/mail"))?;
    let draft = Draft::new("welcome", locale, "reader@example.com")?
        .vars(vars! { user_name: name, shelf_url: "https://books.example.com/shelf" })?;
    let rendered = composer.render(&draft)?;
    Ok(format!("{}\n\n{}", rendered.subject.as_str(), rendered.text))
}
