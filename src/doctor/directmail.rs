//! The steps towards DirectMail: one signed question shows connection, clock, key and account.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::report::{Status, StepName, StepReport};
use super::{DEADLINE, name};
use crate::config::DirectMailSettings;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;
use crate::transport::{
    AccountStatus, AccountSummary, Cause, DirectMailTransport, SendError, Stage,
};

/// From how many seconds on a clock is told of; 900 are refused.
const SKEW: i64 = 60;

/// How long a name lookup or opening a connection may take.
const OPEN: Duration = Duration::from_secs(10);

pub(super) async fn examine(
    transport: &DirectMailTransport,
    settings: &DirectMailSettings,
) -> Vec<StepReport> {
    let proxy = is_behind_proxy(settings);
    let mut steps = match proxy {
        true => [StepName::Dns, StepName::Tcp].map(through_proxy).to_vec(),
        false => connect(settings).await,
    };
    if steps.iter().any(|step| step.status == Status::Wrong) {
        return steps;
    }
    let began = Instant::now();
    let asked = transport.describe_account(began + DEADLINE).await;
    let took = Some(began.elapsed());
    match asked {
        Ok(account) => {
            let answered = text!("a signed request was answered", "签名请求得到应答");
            let ehlo = with_clock(StepReport::ok(StepName::Ehlo, answered), account.clock_behind);
            let ehlo = StepReport { took, ..ehlo };
            steps.extend([encrypted(settings), ehlo, of_account(&account)]);
            if steps.iter().all(|step| step.status != Status::Wrong) {
                steps.push(sender());
            }
        }
        Err(error) if proxy && error.stage <= Stage::Connect => {
            steps.truncate(1);
            steps.push(StepReport { took, ..StepReport::failed(StepName::Tcp, &proxied(error)) });
        }
        Err(error) => {
            let at = stopped(&error, settings);
            if at > StepName::Tls {
                steps.push(encrypted(settings));
            }
            if at > StepName::Ehlo {
                let answered = text!("a request was answered", "请求得到应答");
                steps.push(StepReport { took, ..StepReport::ok(StepName::Ehlo, answered) });
            }
            steps.push(StepReport::failed(at, &error));
        }
    }
    steps
}

/// The lookup and the connection, as steps of their own.
async fn connect(settings: &DirectMailSettings) -> Vec<StepReport> {
    let host = settings.endpoint.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = settings.endpoint.port_or_known_default().unwrap_or(443);
    let began = Instant::now();
    let found = timeout(OPEN, lookup_host((host, port))).await;
    let found: Vec<SocketAddr> = found.into_iter().flatten().flatten().collect();
    let dns = match found.is_empty() {
        true => {
            let error = name::unresolved(host, "`ALIYUN_REGION`, `ALIYUN_ENDPOINT`").await;
            StepReport::failed(StepName::Dns, &error)
        }
        false => {
            let shown: Vec<String> = found.iter().map(|a| a.ip().to_string()).collect();
            let shown = shown.join(" ");
            StepReport::ok(StepName::Dns, text!("{shown}", "{shown}"))
        }
    };
    let dns = StepReport { took: Some(began.elapsed()), ..dns };
    if found.is_empty() {
        return vec![dns];
    }
    let began = Instant::now();
    let tcp = match timeout(OPEN, TcpStream::connect(&found[..])).await {
        Ok(Ok(stream)) => {
            let peer = stream.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
            StepReport::ok(StepName::Tcp, text!("{peer}", "{peer}"))
        }
        Ok(Err(error)) => unconnected(&Text::of_io(&error)),
        Err(_) => unconnected(&text!("nobody answered in time", "在限定时间内无人应答")),
    };
    vec![dns, StepReport { took: Some(began.elapsed()), ..tcp }]
}

fn unconnected(why: &Text) -> StepReport {
    let Text { en, zh } = why;
    let what = text!("no connection: {en}", "无法连接：{zh}");
    let error = SendError::new(Stage::Connect, Cause::Network, what).hint(text!(
        "check `ALIYUN_REGION`, `ALIYUN_ENDPOINT` and the way out of this network (`HTTPS_PROXY`)",
        "请检查 `ALIYUN_REGION`、`ALIYUN_ENDPOINT` 以及本机的外网出口（`HTTPS_PROXY`）"
    ));
    StepReport::failed(StepName::Tcp, &error)
}

/// Whether the client asks a proxy, which looks the name up and opens the connection.
fn is_behind_proxy(settings: &DirectMailSettings) -> bool {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let host = settings.endpoint.host_str().unwrap_or_default();
    let own = match settings.endpoint.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy"],
        _ => ["HTTP_PROXY", "http_proxy"],
    };
    let proxy = own.into_iter().chain(["ALL_PROXY", "all_proxy"]).find_map(read);
    let direct = ["NO_PROXY", "no_proxy"].into_iter().find_map(read).unwrap_or_default();
    let spared = direct.split(',').map(str::trim).any(|one| {
        let domain = one.trim_start_matches('.');
        let below = host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        one == "*" || (!domain.is_empty() && (host == domain || below))
    });
    !settings.is_local() && proxy.is_some() && !spared
}

fn through_proxy(step: StepName) -> StepReport {
    let detail = text!("through a proxy", "经由代理");
    StepReport { detail: Some(detail), ..StepReport::not_tried(step) }
}

/// Nothing is known of the endpoint: the proxy was asked.
fn proxied(error: SendError) -> SendError {
    let Text { en, zh } = &error.what;
    let what = text!("through the proxy: {en}", "经由代理：{zh}");
    SendError { what, ..error }.hint(text!(
        "check the proxy that `HTTPS_PROXY` names, and that it lets this host through",
        "请检查 `HTTPS_PROXY` 指定的代理，以及它是否放行该主机"
    ))
}

/// Encryption is part of the request: an answer to it shows that it works.
fn encrypted(settings: &DirectMailSettings) -> StepReport {
    let host = settings.endpoint.host_str().unwrap_or_default();
    match settings.endpoint.scheme() {
        "https" => StepReport::ok(StepName::Tls, text!("{host}", "{host}")),
        _ => StepReport::ok(StepName::Tls, text!("not encrypted", "未加密")),
    }
}

/// Where the signed question failed, when a connection was possible.
fn stopped(error: &SendError, settings: &DirectMailSettings) -> StepName {
    match error.stage {
        Stage::HandOver if matches!(error.cause, Cause::Auth | Cause::Configuration) => {
            StepName::Login
        }
        Stage::HandOver => StepName::Ehlo,
        Stage::Resolve | Stage::Connect | Stage::Tls if settings.endpoint.scheme() == "https" => {
            StepName::Tls
        }
        _ => StepName::Ehlo,
    }
}

/// The question that would tell needs more rights than sending does.
fn sender() -> StepReport {
    let detail = text!("only a test mail shows it", "只有发送测试邮件才能确认");
    StepReport { detail: Some(detail), ..StepReport::not_tried(StepName::From) }
}

fn with_clock(step: StepReport, behind: Option<i64>) -> StepReport {
    let Some(behind) = behind.filter(|behind| behind.abs() >= SKEW) else { return step };
    let seconds = behind.abs();
    let hint = match behind > 0 {
        true => {
            text!("the clock of this machine is {seconds} s behind", "本机时钟慢了 {seconds} 秒")
        }
        false => {
            text!("the clock of this machine is {seconds} s ahead", "本机时钟快了 {seconds} 秒")
        }
    };
    StepReport { hint: Some(hint), ..step }
}

fn of_account(account: &AccountSummary) -> StepReport {
    let shown = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let (day, month) = (shown(account.daily_quota), shown(account.month_quota));
    let (title, hint) = match account.status {
        AccountStatus::Frozen => frozen(),
        AccountStatus::Overdue => overdue(),
        AccountStatus::Deleted => deleted(),
        status => {
            let step = StepReport::ok(
                StepName::Login,
                text!("{day} mails a day, {month} a month", "每天 {day} 封，每月 {month} 封"),
            );
            let limited = status == AccountStatus::Limited;
            let hint = limited.then(|| {
                text!(
                    "the provider limits this account: see 邮件推送 in the console",
                    "该账户的外发受限：请查看控制台的邮件推送"
                )
            });
            return StepReport { hint, ..step };
        }
    };
    StepReport::wrong(
        StepName::Login,
        &Diagnostic::error(Code::SendConfiguration, title).hint(hint),
    )
}

fn frozen() -> (Text, Text) {
    (
        text!("the account is frozen", "账户已被冻结"),
        text!(
            "look at 邮件推送 in the Aliyun console for the reason",
            "请在阿里云控制台的邮件推送中查看原因"
        ),
    )
}

fn overdue() -> (Text, Text) {
    (
        text!("the account's bill is not paid", "账户已欠费"),
        text!("pay it in the Aliyun console (费用)", "请在阿里云控制台的“费用”中充值"),
    )
}

fn deleted() -> (Text, Text) {
    (
        text!("the account is gone", "账户已被删除"),
        text!("open 邮件推送 again in the Aliyun console", "请在阿里云控制台重新开通邮件推送"),
    )
}
