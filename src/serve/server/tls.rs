//! TLS by rustls, with a certificate and a key out of files.

use std::path::Path;
use std::sync::Arc;

use caseload_engine::error::{Code, Error};
use caseload_sheet::message::shown;
use caseload_sheet::{files, text};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::options::Tls;

/// The largest file of certificates or keys, in bytes.
const LARGEST: u64 = 1 << 20;

/// Takes TLS connections.
///
/// # Errors
/// A file that cannot be read, or holds no certificate or no key; a key that others can read; a key of another
/// certificate.
pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, Error> {
    let certificates = CertificateDer::pem_slice_iter(&read(&tls.certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(&tls.certificate, &error))?;
    let key = private(&tls.key)
        .and_then(|bytes| PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| unusable(&tls.key, &error)))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&tls.certificate, &error))?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|error| unusable(&tls.certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    files::read(path, LARGEST).map_err(|error| unusable(path, &error))
}

/// Reads a key that nobody else can read.
fn private(path: &Path) -> Result<Vec<u8>, Error> {
    let file = files::open(path).map_err(|error| unusable(path, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Asked of what was opened: the name may lead elsewhere by the next moment. The group may read it, as where a
        // program renews certificates for a service of its own.
        let mode = file.metadata().map_err(|error| unusable(path, &error))?.permissions().mode();
        if mode & 0o027 != 0 {
            let path = shown(&path.display().to_string());
            return Err(Code::SecretExposed.cannot_start(text!(
                "{path} anahtarını başkaları da okuyabiliyor. \"chmod 600 {path}\" çalıştırın.",
                "Others can read the key {path}. Run \"chmod 600 {path}\"."
            )));
        }
    }
    files::read_opened(file, LARGEST).map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    let (path, error) = (shown(&path.display().to_string()), shown(&error.to_string()));
    Code::Certificate.cannot_start(text!(
        "{path} kullanılamıyor: {error}. --tls-cert bir PEM sertifikası (aradakilerle birlikte), --tls-key onun şifresiz PEM anahtarı olmalı.",
        "{path} cannot be used: {error}. --tls-cert has to be a certificate in PEM (with those between it and its authority), --tls-key its key in PEM without a password."
    ))
}
