//! What a mail costs, stage by stage and in sum. `cargo bench` prints the figures; compare them
//! as ratios within one run, since machines are noisy.

use hongyan::catalog::Catalog;
use hongyan::check::check;
use hongyan::compose::{Profile, Rendered, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::diagnostic::Diagnostics;
use hongyan::inline::{ImageMode, inline};
use hongyan::locale::Locale;
use hongyan::mail::Mailbox;
use hongyan::plain;
use hongyan::snapshot::{CLOCK, RECIPIENT, SENDER};
use hongyan::template::Templates;
use hongyan::vars::Vars;
use std::sync::Arc;

fn main() {
    divan::main();
}

fn composer() -> Composer {
    Composer::load(&hongyan::shipped()).expect("the shipped project is right")
}

fn draft(composer: &Composer) -> Draft {
    let kind = composer.catalog().kind("verification_code").expect("it ships");
    let mut draft = Draft::new(&kind.name, "zh-CN", RECIPIENT).expect("a good recipient");
    draft.vars = kind.sample("typical", &Locale::zh_cn()).expect("every kind has it");
    draft
}

fn profile() -> Profile {
    let from = Mailbox::parse(SENDER).expect("a good sender");
    Profile::new(from, ImageMode::Inside)
}

fn rendered() -> Rendered {
    let composer = composer();
    composer.render(&draft(&composer)).expect("the sample renders")
}

mod project {
    use super::*;

    /// Declarations, strings, images, and all templates compiled and checked.
    #[divan::bench]
    fn load(bencher: divan::Bencher) {
        let tree = hongyan::shipped();
        bencher.bench(|| Composer::load(divan::black_box(&tree)).is_ok());
    }

    /// Loading, and every kind in every locale with every sample.
    #[divan::bench]
    fn check_all(bencher: divan::Bencher) {
        let tree = hongyan::shipped();
        bencher.bench(|| check(divan::black_box(&tree), &[]).is_empty());
    }
}

mod stage {
    use super::*;

    fn page() -> (Arc<Catalog>, Templates, Vars) {
        let mut faults = Diagnostics::new();
        let catalog = Arc::new(Catalog::load(&hongyan::shipped(), &mut faults));
        let templates = Templates::load(&catalog, "hongyan", &mut faults);
        let kind = catalog.kind("verification_code").expect("it ships").clone();
        let sample = kind.sample("typical", &Locale::zh_cn()).expect("every kind has it");
        (catalog, templates, kind.variables.check(&sample).expect("samples are right"))
    }

    /// Checking the variables of one mail.
    #[divan::bench]
    fn vars(bencher: divan::Bencher) {
        let (catalog, ..) = page();
        let kind = catalog.kind("verification_code").expect("it ships").clone();
        let sample = kind.sample("typical", &Locale::zh_cn()).expect("every kind has it");
        bencher.bench(|| kind.variables.check(divan::black_box(&sample)).is_ok());
    }

    /// Filling subject, preheader and page.
    #[divan::bench]
    fn render(bencher: divan::Bencher) {
        let (_catalog, templates, vars) = page();
        let program = templates.program("verification_code", &Locale::zh_cn()).expect("it ships");
        bencher.bench(|| program.fill(divan::black_box(&vars), None).is_ok());
    }

    /// Moving the style sheet into the page.
    #[divan::bench]
    fn inline_css(bencher: divan::Bencher) {
        let (_catalog, templates, vars) = page();
        let program = templates.program("verification_code", &Locale::zh_cn()).expect("it ships");
        let html = program.fill(&vars, None).expect("the sample renders").html;
        bencher.bench(|| inline(divan::black_box(&html)).is_ok());
    }

    /// Making the text part.
    #[divan::bench]
    fn text(bencher: divan::Bencher) {
        let (_catalog, templates, vars) = page();
        let program = templates.program("verification_code", &Locale::zh_cn()).expect("it ships");
        let html = program.fill(&vars, None).expect("the sample renders").html;
        bencher.bench(|| plain::from_html(divan::black_box(&html)).len());
    }

    /// Writing the message: headers, encodings, the logo (whose base64 is made once).
    #[divan::bench]
    fn mime(bencher: divan::Bencher) {
        let (rendered, profile) = (rendered(), profile());
        let seal = Seal::reproducible(&rendered, CLOCK, &profile.from).expect("a good id");
        bencher.bench(|| compose(divan::black_box(&rendered), &seal, &profile).is_ok());
    }
}

/// From a draft to the finished message.
#[divan::bench]
fn whole_mail(bencher: divan::Bencher) {
    let (composer, profile) = (composer(), profile());
    let draft = draft(&composer);
    bencher.bench(|| {
        let rendered = composer.render(divan::black_box(&draft)).expect("the sample renders");
        let seal = Seal::reproducible(&rendered, CLOCK, &profile.from).expect("a good id");
        compose(&rendered, &seal, &profile).is_ok()
    });
}
