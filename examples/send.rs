//! Sends a mail to the file inbox: what an application does in development.
//!
//! ```sh
//! cargo run --example send
//! ```
//!
//! The last line is the path of the caught mail; a mail program opens it.

use hongyan::compose::Profile;
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::transport::InboxTransport;
use hongyan::{Error, Mailer, vars};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mailer = mailer()?;
    let delivery = mailer
        .to("王伟 <wang.wei@example.com>")
        .render_and_send(
            "reset_password",
            "zh-CN",
            vars! { reset_url: "https://www.example.com/reset?token=q7Wm3VxKc9", user_name: "王伟" },
        )
        .await?;
    println!("{} to {}", delivery.message_id, delivery.to);
    if let Some(path) = delivery.path {
        println!("{}", path.display());
    }
    Ok(())
}

/// `Mailer::from_env()` reads all this from the environment; here it is said in full.
fn mailer() -> Result<Mailer, Error> {
    let from = Mailbox::parse("鸿雁 <no-reply@example.com>").map_err(|error| error.diagnostic())?;
    let profile = Profile::new(from, ImageMode::Inside);
    Mailer::builder()
        .project(hongyan::shipped())
        .transport(InboxTransport::new(".hongyan/inbox", profile))
        .build()
}
