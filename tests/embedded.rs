//! An application's test, with a project that is embedded in the application.
#![cfg(feature = "testing")]

use hongyan::{testing, vars};

#[tokio::test]
async fn a_new_reader_is_greeted() -> Result<(), hongyan::Error> {
    let (mailer, recording) = testing::mailer(hongyan::embed!("examples/embedded/mail"))?;
    let shelf = "https://books.example.com/shelf";
    mailer
        .to("ada@example.com")
        .render_and_send("welcome", "en", vars! { user_name: "Ada", shelf_url: shelf })
        .await?;
    let mail = testing::assert_sent_to(&recording, "ada@example.com", "welcome");
    assert_eq!(mail.rendered.subject.as_str(), "Welcome to Bluebird Books, Ada");
    assert!(mail.rendered.text.contains(shelf));
    Ok(())
}

#[test]
fn only_the_project_is_embedded() {
    let project = hongyan::embed!("examples/embedded/mail");
    let expected = [
        "hongyan.yaml",
        "locales/en.yaml",
        "locales/zh-CN.yaml",
        "templates/_layout/base.html.j2",
        "templates/_layout/mail.css",
        "templates/brand.yaml",
        "templates/welcome/body.html.j2",
        "templates/welcome/message.yaml",
    ];
    assert_eq!(project.names().collect::<Vec<_>>(), expected);
}
