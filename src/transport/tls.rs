//! What our connections ask of TLS: 1.2 or newer, a certificate that names the host and comes from
//! an authority of the Mozilla list or of the file that the operator names. There is no switch to
//! accept others.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Cause, SendError, Stage};
use crate::diagnostic::Text;
use crate::locale::Instant;
use crate::text;

/// What TLS is asked for.
pub(super) type Config = Arc<ClientConfig>;

/// An encrypted connection.
pub(super) type TlsStream = tokio_rustls::client::TlsStream<TcpStream>;

/// A configuration that also trusts the authorities of `ca_file` (PEM).
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<Config, SendError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        add_authorities(&mut roots, path)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of both versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The handshake; `host` is the name that the certificate must carry.
///
/// # Errors
/// As the handshake gives them; [`fault`] says what they mean.
pub(super) async fn handshake(
    config: &Config,
    host: &str,
    stream: TcpStream,
) -> io::Result<TlsStream> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(config.clone()).connect(name, stream).await
}

/// The version and the server's certificate (DER), for `doctor`.
pub(super) fn describe(stream: &TlsStream) -> (&'static str, Option<Vec<u8>>) {
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().and_then(|version| version.as_str());
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let version = match version {
        Some("TLSv1_3") => "TLS 1.3",
        Some("TLSv1_2") => "TLS 1.2",
        _ => "TLS",
    };
    (version, certificate.map(|der| der.to_vec()))
}

/// Why a handshake failed, where TLS itself says so; none when the connection broke.
pub(super) fn fault(error: &io::Error, host: &str) -> Option<SendError> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let (what, hint) = match error {
        rustls::Error::InvalidCertificate(wrong) => certificate(wrong, host),
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(_) => too_old(),
        rustls::Error::InvalidMessage(_) => not_tls(),
        other => (text!("the TLS handshake failed: {other}", "TLS 握手失败：{other}"), port_hint()),
    };
    Some(SendError::new(Stage::Tls, Cause::Tls, what).hint(hint))
}

fn certificate(wrong: &CertificateError, host: &str) -> (Text, Text) {
    match wrong {
        CertificateError::Expired => (expired("?"), clock_hint()),
        CertificateError::ExpiredContext { not_after, .. } => {
            (expired(&shown(*not_after)), clock_hint())
        }
        CertificateError::NotValidYet => (not_yet("?"), clock_hint()),
        CertificateError::NotValidYetContext { not_before, .. } => {
            (not_yet(&shown(*not_before)), clock_hint())
        }
        CertificateError::NotValidForName => wrong_name(host, "?"),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
            wrong_name(host, &names.join(", "))
        }
        CertificateError::UnknownIssuer => unknown_issuer(host),
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            signs_itself(host)
        }
        other => (
            text!("the server's certificate is refused: {other}", "服务器证书不可接受：{other}"),
            port_hint(),
        ),
    }
}

/// rustls gives names as `DnsName("mail.example.org")` and `IpAddress(192.0.2.1)`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

fn shown(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Instant::from_unix_seconds(seconds).map_or_else(|| "?".to_owned(), |at| at.to_string())
}

fn expired(date: &str) -> Text {
    text!("the server's certificate expired on {date}", "服务器证书已于 {date} 过期")
}

fn not_yet(date: &str) -> Text {
    text!("the server's certificate is not valid before {date}", "服务器证书在 {date} 之后才有效")
}

fn clock_hint() -> Text {
    text!(
        "check the clock of this machine; else the server's operator has to renew the certificate",
        "请检查本机时钟；若时钟无误，需由服务器管理员更新证书"
    )
}

fn wrong_name(host: &str, names: &str) -> (Text, Text) {
    (
        text!(
            "the server's certificate is for {names}, not for `{host}`",
            "服务器证书属于 {names}，而不是 `{host}`"
        ),
        text!(
            "set `SMTP_SERVER` to a name that the certificate carries",
            "请把 `SMTP_SERVER` 设为证书中的名称"
        ),
    )
}

fn unknown_issuer(host: &str) -> (Text, Text) {
    (
        text!(
            "the certificate of `{host}` comes from no authority that is known here",
            "`{host}` 的证书不是由已知的证书机构签发的"
        ),
        text!(
            "if the server has an authority of its own, put its certificate (PEM) into a file and name it in `SMTP_CA_FILE`; otherwise something stands between you and the server",
            "若服务器使用自建的证书机构，请把该机构的证书（PEM）存为文件，并写入 `SMTP_CA_FILE`；否则可能有设备在中间拦截连接"
        ),
    )
}

/// What `openssl req -x509` makes: an authority's certificate, which no server may show as its own.
fn signs_itself(host: &str) -> (Text, Text) {
    (
        text!(
            "the certificate of `{host}` is that of an authority, which signs itself, not a server's",
            "`{host}` 出示的是自签名的证书机构证书，而不是服务器证书"
        ),
        text!(
            "let the authority sign a certificate for the server, and name the authority's file in `SMTP_CA_FILE`",
            "请用该机构为服务器另签一张证书，并把机构证书的文件写入 `SMTP_CA_FILE`"
        ),
    )
}

fn too_old() -> (Text, Text) {
    (
        text!("the server speaks no TLS 1.2 or newer", "服务器不支持 TLS 1.2 及以上版本"),
        text!("the server has to be updated", "需要升级服务器"),
    )
}

fn not_tls() -> (Text, Text) {
    (text!("the server does not speak TLS on this port", "服务器的这个端口不使用 TLS"), port_hint())
}

fn port_hint() -> Text {
    text!(
        "465 speaks TLS from the first byte, 587 begins plain: check `SMTP_PORT` and `SMTP_SSL`",
        "465 端口从一开始就使用 TLS，587 端口先以明文开始：请检查 `SMTP_PORT` 和 `SMTP_SSL`"
    )
}

fn add_authorities(roots: &mut RootCertStore, path: &Path) -> Result<(), SendError> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| {
        let Text { en, zh } = Text::of_io(&error);
        bad_ca_file(text!(
            "`SMTP_CA_FILE` names `{name}`: {en}",
            "`SMTP_CA_FILE` 指向 `{name}`：{zh}"
        ))
    })?;
    let found = CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok);
    match roots.add_parsable_certificates(found) {
        (0, _) => Err(bad_ca_file(text!(
            "`SMTP_CA_FILE` names `{name}`, which holds no certificate in PEM",
            "`SMTP_CA_FILE` 指向的 `{name}` 中没有 PEM 格式的证书"
        ))),
        _ => Ok(()),
    }
}

fn bad_ca_file(what: Text) -> SendError {
    SendError::new(Stage::Prepare, Cause::Configuration, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_certificate_are_shown_as_they_are() {
        assert_eq!(bare("DnsName(\"mail.example.org\")"), "mail.example.org");
        assert_eq!(bare("IpAddress(192.0.2.1)"), "192.0.2.1");
        assert_eq!(bare("mail.example.org"), "mail.example.org");
    }
}
