//! Who decides where mail leaves, as the head of the folder has it.

use super::{Route, Sources};
use crate::config::choice::{Choice, Picked, choose, tell_strange_names};
use crate::config::project_file::{ProjectFile, untaken};
use crate::config::reader::Reader;
use crate::config::settings::{ChosenBy, WhenUnset};
use crate::diagnostic::{Code, Diagnostic};
use crate::text;

/// The routes with the transports that they name, and who said so.
type Decision = (Vec<(Route, Vec<Picked>)>, ChosenBy);

/// The first of the rules that applies.
pub(super) fn decide(
    sources: &Sources<'_>,
    file: &ProjectFile,
    reader: &mut Reader<'_>,
) -> Decision {
    let is_set = |name: &str| sources.environment.get(name).is_some();
    let all = |picked: Vec<Picked>| vec![(Route::of_all_mail(&picked), picked)];
    let names = file.names();
    let by_environment = |reader: &mut Reader<'_>| {
        let (picked, chosen_by) = choose(reader, sources.when_unset, &names);
        (all(picked), chosen_by)
    };
    if is_set("EMAIL_PROVIDER") {
        let decision = by_environment(reader);
        reader.faults.extend(set_aside(sources, file, &decision));
        return decision;
    }
    if has_no_credentials(sources, file) {
        return by_environment(reader);
    }
    if !file.routes.is_empty() {
        tell_strange_names(reader);
        return (by_routes(sources, file, reader), ChosenBy::Project);
    }
    if file.broken && !is_set("SMTP_SERVER") {
        return (Vec::new(), ChosenBy::Project);
    }
    if is_set("SMTP_SERVER") || file.transports.is_empty() {
        return by_environment(reader);
    }
    tell_strange_names(reader);
    if let [only] = file.transports.as_slice() {
        return (all(vec![Picked::Declared(only.name.clone())]), ChosenBy::Project);
    }
    reader.faults.push(no_routes(sources, &names));
    (Vec::new(), ChosenBy::Project)
}

/// A checkout on a machine that has nothing of what the file asks for.
fn has_no_credentials(sources: &Sources<'_>, file: &ProjectFile) -> bool {
    let environment = sources.environment;
    let routes = &file.routes;
    let named = |name: &String| routes.iter().any(|written| written.route.via.contains(name));
    let mut used = file.transports.iter().filter(|own| routes.is_empty() || named(&own.name));
    sources.when_unset == WhenUnset::Inbox
        && !environment.is_production()
        && !environment.says_anything_of_mail()
        && used.any(|declared| declared.names_unset)
        && !file.transports.iter().any(|declared| declared.names_set)
}

fn by_routes(
    sources: &Sources<'_>,
    file: &ProjectFile,
    reader: &mut Reader<'_>,
) -> Vec<(Route, Vec<Picked>)> {
    let names = file.names();
    let picked = |route: &Route| -> Vec<Picked> {
        route.via.iter().filter_map(|name| Picked::named(name, &names)).collect()
    };
    let routes = file.routes.iter().map(|written| written.route.clone());
    let mut routes: Vec<_> = routes.map(|route| (picked(&route), route)).collect();
    let plain: Vec<Route> = routes.iter().map(|(_, route)| route.clone()).collect();
    let untaken = if file.broken { Vec::new() } else { untaken(&plain, sources.kinds) };
    match Choice::by_server(reader).map(Picked::Provider) {
        Some(server) if !untaken.is_empty() => {
            let rest = vec![server];
            routes.push((rest.clone(), Route::of_all_mail(&rest)));
        }
        None if !untaken.is_empty() => reader.faults.push(not_taken(sources, &untaken)),
        _ => {}
    }
    routes.into_iter().map(|(picked, route)| (route, picked)).collect()
}

fn file_name<'a>(sources: &Sources<'a>) -> &'a str {
    sources.project_file.map_or("hongyan.yaml", |(name, _)| name)
}

/// The inbox and the folder are meant to stand before the routes; that others do may be forgotten.
fn set_aside(
    sources: &Sources<'_>,
    file: &ProjectFile,
    (decision, _): &Decision,
) -> Option<Diagnostic> {
    let variable = sources.environment.get("EMAIL_PROVIDER")?;
    if file.routes.is_empty() {
        return None;
    }
    let keeps = |picked: &Picked| {
        matches!(picked, Picked::Provider(Choice::Inbox) | Picked::Provider(Choice::File))
    };
    let told = match decision.iter().flat_map(|(_, picked)| picked).all(keeps) {
        true => Diagnostic::info,
        false => Diagnostic::warning,
    };
    let name = file_name(sources);
    let title = text!(
        "`EMAIL_PROVIDER` is set, so the routes of `{name}` are not used",
        "已设置 `EMAIL_PROVIDER`，因此不使用 `{name}` 中的路由"
    );
    let hint = text!(
        "remove `EMAIL_PROVIDER` to send by the routes",
        "要按路由发送，请删除 `EMAIL_PROVIDER`"
    );
    Some(told(Code::ConfigNote, title).hint(hint).set_by(&variable.origin))
}

fn not_taken(sources: &Sources<'_>, kinds: &[&str]) -> Diagnostic {
    let list = kinds.join("`, `");
    let title = text!("no route takes all mails of `{list}`", "`{list}` 的邮件没有全部对应到路由");
    let hint = text!(
        "end `routes` with one for everything else: `- {{ via: [NAME] }}`",
        "请在 `routes` 末尾加一条兜底的路由：`- {{ via: [名称] }}`"
    );
    Diagnostic::error(Code::RouteMissing, title).hint(hint).in_file(file_name(sources))
}

fn no_routes(sources: &Sources<'_>, names: &[&str]) -> Diagnostic {
    let (list, first) = (names.join(", "), names.first().copied().unwrap_or_default());
    let title = text!(
        "several `transports`, and nothing says which one mail takes",
        "有多个 `transports`，但没有说明邮件走哪一个"
    );
    let hint = text!(
        "add `routes: [{{ via: [{list}] }}]` for this order of fail-over, or set `EMAIL_PROVIDER={first}`",
        "请添加 `routes: [{{ via: [{list}] }}]`（按此顺序依次尝试），或设 `EMAIL_PROVIDER={first}`"
    );
    Diagnostic::error(Code::RouteMissing, title).hint(hint).in_file(file_name(sources))
}
