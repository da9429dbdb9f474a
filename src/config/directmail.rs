//! The checked settings of Aliyun DirectMail over HTTP.

use std::fmt;

use url::{Host, Url};

use super::environment::Variable;
use super::presets::Preset;
use super::reader::Reader;
use super::suspect::is_unfilled;
use crate::diagnostic::{Code, Diagnostic};
use crate::secret::Secret;
use crate::text;

/// A region of DirectMail. Regions share no domains, addresses or quotas.
#[derive(Debug)]
pub struct Region {
    /// The name in `ALIYUN_REGION`
    pub id: &'static str,
    /// The host of its API
    pub endpoint: &'static str,
    /// Its SMTP host, which can carry what the API cannot
    pub smtp: &'static str,
}

/// The regions, the default one first.
pub const REGIONS: &[Region] = &[
    Region { id: "cn-hangzhou", endpoint: "dm.aliyuncs.com", smtp: "smtpdm.aliyun.com" },
    Region {
        id: "ap-southeast-1",
        endpoint: "dm.ap-southeast-1.aliyuncs.com",
        smtp: "smtpdm-ap-southeast-1.aliyuncs.com",
    },
    Region {
        id: "us-east-1",
        endpoint: "dm.us-east-1.aliyuncs.com",
        smtp: "smtpdm-us-east-1.aliyuncs.com",
    },
    Region {
        id: "eu-central-1",
        endpoint: "dm.eu-central-1.aliyuncs.com",
        smtp: "smtpdm-eu-central-1.aliyuncs.com",
    },
    Region {
        id: "ap-southeast-2",
        endpoint: "dm.ap-southeast-2.aliyuncs.com",
        smtp: "smtpdm-ap-southeast-2.aliyun.com",
    },
];

/// An account of DirectMail.
#[derive(Clone)]
pub struct DirectMailSettings {
    /// `ALIYUN_ACCESS_KEY_ID`
    pub access_key_id: Secret,
    /// `ALIYUN_ACCESS_KEY_SECRET`
    pub access_key_secret: Secret,
    /// `ALIYUN_SECURITY_TOKEN`, for temporary keys
    pub security_token: Option<Secret>,
    /// The region
    pub region: &'static Region,
    /// Where requests go: `ALIYUN_ENDPOINT`, else the region's
    pub endpoint: Url,
    /// The verified sender: `ALIYUN_ACCOUNT_NAME`, else `EMAILS_FROM_EMAIL`
    pub account_name: String,
}

impl DirectMailSettings {
    /// Whether the endpoint is this machine, which is never behind a proxy for itself.
    pub fn is_local(&self) -> bool {
        match self.endpoint.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        }
    }

    /// Whether a key looks like what somebody forgot to fill in.
    pub fn looks_unfilled(&self) -> bool {
        let keys = [&self.access_key_id, &self.access_key_secret].into_iter();
        keys.chain(&self.security_token).any(|key| is_unfilled(key.expose()))
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<DirectMailSettings> {
        let access_key_id = read_key(reader, "ALIYUN_ACCESS_KEY_ID");
        let access_key_secret = read_key(reader, "ALIYUN_ACCESS_KEY_SECRET");
        let security_token = read_security_token(reader);
        let region = read_region(reader);
        let endpoint = read_endpoint(reader, region);
        let account_name = read_account_name(reader);
        Some(DirectMailSettings {
            access_key_id: access_key_id?,
            access_key_secret: access_key_secret?,
            security_token,
            region,
            endpoint: endpoint?,
            account_name: account_name?,
        })
    }
}

fn read_key(reader: &mut Reader<'_>, name: &str) -> Option<Secret> {
    if reader.environment.get(name).is_none() {
        reader.missing(
            name,
            text!(
                "set it to the AccessKey of a RAM user that may send by DirectMail",
                "请设为有邮件推送权限的 RAM 用户的 AccessKey"
            ),
        );
    }
    reader.secret(name)
}

/// A token belongs to its key: one under the SDK's name is not used with a key under ours.
fn read_security_token(reader: &mut Reader<'_>) -> Option<Secret> {
    let family = |name: &str| name.starts_with("ALIBABA_");
    let of = |name: &str| reader.environment.get(name).map(|variable| family(&variable.name));
    let same = of("ALIYUN_SECURITY_TOKEN") == of("ALIYUN_ACCESS_KEY_ID");
    if same { reader.secret("ALIYUN_SECURITY_TOKEN") } else { None }
}

fn read_region(reader: &mut Reader<'_>) -> &'static Region {
    let known = REGIONS.iter().map(|region| format!("`{}`", region.id)).collect::<Vec<_>>();
    let known = known.join(", ");
    let find = |id: &str| REGIONS.iter().find(|region| region.id == id);
    let hint = text!("one of {known}", "可选：{known}");
    reader.parsed("ALIYUN_REGION", find, hint).unwrap_or(&REGIONS[0])
}

fn read_endpoint(reader: &mut Reader<'_>, region: &Region) -> Option<Url> {
    let Some(variable) = reader.variable("ALIYUN_ENDPOINT") else {
        return parse_endpoint(region.endpoint);
    };
    let Some(url) = parse_endpoint(variable.value.expose().trim()) else {
        reader.bad(
            variable,
            text!(
                "write a host such as `dm.aliyuncs.com`, or `https://host:port`",
                "请写主机名，如 `dm.aliyuncs.com`，或 `https://host:port`"
            ),
        );
        return None;
    };
    if url.scheme() == "http" && !is_loopback(&url) {
        reader.faults.push(unencrypted_endpoint(variable));
    }
    Some(url)
}

/// Scheme (https by default), host and port, and nothing else.
fn parse_endpoint(text: &str) -> Option<Url> {
    let with_scheme =
        if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    let known = matches!(url.scheme(), "https" | "http");
    (bare && known && url.query().is_none() && url.fragment().is_none()).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn read_account_name(reader: &mut Reader<'_>) -> Option<String> {
    let name = ["ALIYUN_ACCOUNT_NAME", "EMAILS_FROM_EMAIL"]
        .into_iter()
        .find(|name| reader.environment.get(name).is_some());
    let Some(name) = name else {
        reader.missing("ALIYUN_ACCOUNT_NAME", text!(
            "DirectMail cannot send without a sender: set it, or `EMAILS_FROM_EMAIL`, to the address verified in the console",
            "没有发信地址就无法通过邮件推送发信：请把它或 `EMAILS_FROM_EMAIL` 设为控制台中已验证的发信地址"
        ));
        return None;
    };
    let address = reader.address(name)?;
    let variable = reader.environment.get(name)?;
    (!refuse_public_mailbox(reader, variable)).then_some(address)
}

fn unencrypted_endpoint(variable: &Variable) -> Diagnostic {
    let name = &variable.name;
    let title = text!("`{name}` is not encrypted", "`{name}` 未加密");
    Diagnostic::warning(Code::ConfigInsecure, title)
        .hint(text!("use `https://` outside tests", "除测试外请使用 `https://`"))
        .set_by(&variable.origin)
}

/// DirectMail sends from domains whose DNS carries its records: nobody has verified `qq.com`. The
/// domain that is named is the preset's.
pub(super) fn refuse_public_mailbox(reader: &mut Reader<'_>, variable: &Variable) -> bool {
    let Some((preset, domain)) = Preset::by_mailbox(variable.value.expose()) else {
        return false;
    };
    let (name, id) = (&variable.name, preset.id);
    let title = text!(
        "`{name}` is a mailbox of `{domain}`, and DirectMail sends from your own verified domain only",
        "`{name}` 是 `{domain}` 的邮箱，而邮件推送只能用自己已验证的域名发信"
    );
    let hint = text!(
        "verify a domain in the DirectMail console and set a sender address of it; or send by SMTP with the provider `{id}`",
        "请在邮件推送控制台验证自己的域名并填写该域名下的发信地址；或改用服务商 `{id}` 通过 SMTP 发信"
    );
    let fault = Diagnostic::error(Code::ConfigBadValue, title).hint(hint);
    reader.faults.push(fault.set_by(&variable.origin));
    true
}

impl fmt::Debug for DirectMailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectMailSettings")
            .field("region", &self.region.id)
            .finish_non_exhaustive()
    }
}
