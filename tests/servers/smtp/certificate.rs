//! Certificates, good and bad, and what answers a ClientHello with them.

use std::sync::{Arc, LazyLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What is wrong with a server's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    Good,
    Expired,
    NotYet,
    WrongName,
    SelfSigned,
    /// Self-signed and an authority's, as `openssl req -x509` makes it
    Authority,
    /// TLS 1.1 at most
    TooOld,
}

/// The fatal alert `protocol_version` (RFC 5246 section 7.2.2), in a record of TLS 1.0.
pub(super) const PROTOCOL_VERSION: [u8; 7] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];

static AUTHORITY: LazyLock<CertifiedIssuer<'static, KeyPair>> = LazyLock::new(|| {
    let mut params = params(&[], "hongyan test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
});

/// The authority behind the good certificates.
pub(super) fn authority_pem() -> String {
    AUTHORITY.pem()
}

/// The server's side of a handshake.
pub(super) fn acceptor(handshake: Handshake, names: &[String]) -> TlsAcceptor {
    let (certificate, key) = certificate(handshake, names);
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn certificate(
    handshake: Handshake,
    names: &[String],
) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let wrong = ["wrong.hongyan.test".to_owned()];
    let names = if handshake == Handshake::WrongName { &wrong } else { names };
    let mut params = params(names, "hongyan test server");
    match handshake {
        Handshake::Expired => {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 12, 31);
        }
        Handshake::NotYet => {
            params.not_before = date_time_ymd(2090, 1, 1);
            params.not_after = date_time_ymd(2090, 12, 31);
        }
        Handshake::Authority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        _ => {}
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match handshake {
        Handshake::SelfSigned | Handshake::Authority => params.self_signed(&key),
        _ => params.signed_by(&key, &AUTHORITY),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (certificate.unwrap().der().clone(), key)
}

fn params(names: &[String], common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}
