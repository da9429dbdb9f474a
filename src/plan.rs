//! Which transports of a route can carry a mail, before anything is sent.
//!
//! What a mail needs is held against what each transport lacks. The route is cut to those that can
//! carry it as it is, or in another form that its answer tells of (an image as a hosted one, the
//! logo as its wordmark). Where none is left, the mail is refused with every reason. Nothing is
//! dropped.

use crate::catalog::Kind;
use crate::compose::Rendered;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::text;
use crate::transport::{Feature, Limits, Transport};

/// The places in `route` of the transports that can carry the mail, in order.
///
/// # Errors
/// Why each of them cannot, when none can.
pub fn plan(rendered: &Rendered, route: &[&dyn Transport]) -> Result<Vec<usize>, Diagnostics> {
    let mut able = Vec::new();
    let mut faults = Diagnostics::new();
    for (place, transport) in route.iter().enumerate() {
        match obstacles(rendered, transport.limits()) {
            obstacles if obstacles.is_empty() => able.push(place),
            obstacles => {
                let name = transport.name();
                faults
                    .extend(obstacles.into_iter().map(|what| cannot_carry(name, &what, rendered)));
            }
        }
    }
    if route.is_empty() {
        faults.push(no_route(rendered));
    }
    if able.is_empty() { Err(faults) } else { Ok(able) }
}

/// Why a transport can never carry a kind: known before any mail is asked for.
pub fn foresee(kind: &Kind, transport: &dyn Transport) -> Option<Diagnostic> {
    let (from, only) = (kind.from.as_ref()?, transport.limits().only_sender.as_ref()?);
    let (name, kind_name) = (transport.name(), &kind.name);
    let title = text!(
        "`{name}` can never carry `{kind_name}`: it sends for its login only, and the kind has a `from` of its own",
        "`{name}` 永远无法发送 `{kind_name}`：它只能以登录地址发信，而此类型有自己的 `from`"
    );
    let fault = Diagnostic::warning(Code::PlanImpossible, title).kind(&kind.name);
    (from.address() != only).then(|| {
        fault.hint(text!(
            "take it out of the kind's route, or remove `from`",
            "请把它从此类型的路由中去掉，或删除 `from`"
        ))
    })
}

/// What stands between a mail and a transport of these limits.
fn obstacles(rendered: &Rendered, limits: &Limits) -> Vec<Text> {
    let lacks = |feature| limits.lacks.contains(&feature);
    let mut obstacles = Vec::new();
    if !rendered.attachments.is_empty() && lacks(Feature::Attachments) {
        obstacles.push(text!("attachments", "附件"));
    }
    if !rendered.recipients.cc.is_empty() && lacks(Feature::Cc) {
        obstacles.push(text!("Cc", "抄送"));
    }
    for header in &rendered.headers {
        let name = header.name();
        if !(limits.carries_header)(name) {
            obstacles.push(text!("the header `{name}`", "邮件头 `{name}`"));
        }
    }
    if let (Some(from), Some(only)) = (&rendered.recipients.from, &limits.only_sender)
        && from.address() != only
    {
        obstacles.push(text!("another sender than its login", "登录地址以外的发件人"));
    }
    obstacles.extend(too_long(rendered, limits));
    obstacles
}

fn too_long(rendered: &Rendered, limits: &Limits) -> Vec<Text> {
    let mut obstacles = Vec::new();
    let subject = rendered.subject.as_str().chars().count();
    if let Some(limit) = limits.subject.filter(|limit| subject > *limit) {
        obstacles.push(text!(
            "a subject of {subject} characters (at most {limit})",
            "{subject} 个字符的主题（最多 {limit} 个）"
        ));
    }
    let size = || rendered.html.without_images().len() + rendered.text.len();
    if let Some((limit, size)) = limits.bytes.map(|limit| (limit, size())).filter(|(l, s)| s > l) {
        obstacles.push(text!(
            "a body of {size} bytes (at most {limit})",
            "{size} 字节的正文（最多 {limit} 字节）"
        ));
    }
    obstacles
}

fn cannot_carry(name: &str, Text { en, zh }: &Text, rendered: &Rendered) -> Diagnostic {
    let title = text!("`{name}` cannot carry {en}", "`{name}` 无法携带{zh}");
    Diagnostic::error(Code::PlanImpossible, title)
        .kind(&rendered.kind)
        .hint(text!("send by an SMTP transport, or leave it out", "请改用 SMTP 通道，或去掉该内容"))
}

fn no_route(rendered: &Rendered) -> Diagnostic {
    let title = text!("no route is for this mail", "没有适用于这封邮件的路由");
    Diagnostic::error(Code::PlanImpossible, title)
        .kind(&rendered.kind)
        .in_file("hongyan.yaml")
        .hint(text!(
            "end `routes` with one for everything else: `- {{ via: […] }}`",
            "请在 `routes` 末尾加一条兜底路由：`- {{ via: […] }}`"
        ))
}
