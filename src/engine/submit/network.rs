//! The way to servers beyond this machine: the office's proxy, and the certificate authorities that it trusts beside
//! those of the system.

use std::path::Path;

use reqwest::{Certificate, ClientBuilder, Proxy, Url};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};

use super::address::is_loopback;
use super::mask::{Mask, basic};
use crate::error::{Code, Error};
use crate::files;
use crate::job::Access;
use crate::message::shown;
use crate::text;

/// The largest bundle of certificates that is read, in bytes.
const LARGEST_BUNDLE: u64 = 64 * 1024 * 1024;

/// The names under which `auth` has what a proxy asks for.
pub const PROXY_USER: &str = "proxy_user";
/// See [`PROXY_USER`].
pub const PROXY_PASSWORD: &str = "proxy_password";

/// How servers are reached. Without a word of the caller: straight, and by the system's certificate authorities.
#[derive(Debug, Default)]
pub struct Network {
    proxy: Option<Url>,
    login: Option<(SecretString, SecretString)>,
    roots: Vec<Certificate>,
}

impl Network {
    /// What the caller says of it; no secret is read yet.
    ///
    /// # Errors
    /// The proxy is not an http or https address, or carries a password; a file has no usable certificates.
    pub fn of(access: &Access) -> Result<Self, Error> {
        let proxy = access.proxy.as_deref().map(proxy_at).transpose()?;
        let roots = access.ca_file.as_deref().map_or(Ok(Vec::new()), authorities)?;
        Ok(Self { proxy, login: None, roots })
    }

    /// Reads what the proxy asks for; `find` looks a secret up by its name.
    ///
    /// # Errors
    /// A place that cannot be looked at.
    pub fn log_in(&mut self, find: impl Fn(&str) -> Result<Option<SecretString>, Error>) -> Result<(), Error> {
        if self.proxy.is_some()
            && let Some(user) = find(PROXY_USER)?
        {
            let password = find(PROXY_PASSWORD)?.unwrap_or_default();
            self.login = Some((user, password));
        }
        Ok(())
    }

    /// Nothing of the environment counts, and this machine's own servers are never reached by a proxy.
    pub(super) fn apply(&self, mut builder: ClientBuilder) -> ClientBuilder {
        builder = builder.no_proxy();
        if let Some(proxy) = self.proxy.clone() {
            let mut way = Proxy::custom(move |url| (!is_loopback(url)).then(|| proxy.clone()));
            if let Some((user, password)) = &self.login {
                way = way.basic_auth(user.expose_secret(), password.expose_secret());
            }
            builder = builder.proxy(way);
        }
        if self.roots.is_empty() { builder } else { builder.tls_certs_merge(self.roots.iter().cloned()) }
    }

    /// Adds what must not be repeated.
    pub(super) fn hide(&self, mask: &mut Mask) {
        if let Some((user, password)) = &self.login {
            mask.add(password.expose_secret());
            mask.add(&basic(user.expose_secret(), password.expose_secret()));
        }
    }
}

fn proxy_at(address: &str) -> Result<Url, Error> {
    let whole = |url: &Url| {
        url.has_host() && matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none()
    };
    let url = Url::parse(address).ok().filter(whole);
    let url = url.ok_or_else(|| {
        // It may hold a password, so it is not repeated from there on.
        let address = shown(address.rsplit('@').next().unwrap_or_default());
        Code::ProxyInvalid.cannot_start(text!(
            "proxy \"{address}\" bir vekil sunucu adresi değil. http://sunucu:3128 ya da https://sunucu:3128 biçiminde yazın.",
            "proxy \"{address}\" is no address of a proxy. Write it as http://server:3128 or https://server:3128."
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Code::ProxyInvalid.cannot_start(text!(
            "proxy adresinin içinde kullanıcı adı ya da parola var. Onları çıkarın; CASELOAD_PROXY_USER ve CASELOAD_PROXY_PASSWORD ile verin ya da yerlerini auth.proxy_user ve auth.proxy_password ile gösterin.",
            "The address of the proxy holds a user name or a password. Take them out; give them by CASELOAD_PROXY_USER and CASELOAD_PROXY_PASSWORD, or say where they are by auth.proxy_user and auth.proxy_password."
        )));
    }
    Ok(url)
}

/// The certificates of a PEM file. Each can vouch for others.
fn authorities(path: &Path) -> Result<Vec<Certificate>, Error> {
    let bytes = files::read(path, LARGEST_BUNDLE).map_err(|error| unfit(path, &error.to_string()))?;
    let mut roots = Vec::new();
    for (nth, found) in (1..).zip(CertificateDer::pem_slice_iter(&bytes)) {
        let der = found.map_err(|error| unfit(path, &format!("certificate {nth}: {error}")))?;
        let usable = RootCertStore::empty().add(der.clone());
        usable.map_err(|error| unfit(path, &format!("certificate {nth}: {error}")))?;
        let certificate = Certificate::from_der(&der).map_err(|error| unfit(path, &error.to_string()))?;
        roots.push(certificate);
    }
    if roots.is_empty() { Err(unfit(path, "there is no PEM certificate in it")) } else { Ok(roots) }
}

fn unfit(path: &Path, why: &str) -> Error {
    let (path, why) = (shown(&path.display().to_string()), shown(why));
    Code::CaFileInvalid.cannot_start(text!(
        "ca_file {path} kullanılamadı: {why}. PEM biçiminde (-----BEGIN CERTIFICATE-----) kök sertifikayı yazın.",
        "ca_file {path} cannot be used: {why}. Give the root certificate as PEM (-----BEGIN CERTIFICATE-----)."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_bare_http_address_and_its_password_is_not_repeated() {
        assert!(proxy_at("http://proxy.example:3128").is_ok() && proxy_at("https://proxy.example").is_ok());
        for bad in ["proxy.example:3128", "socks5://proxy.example", "http://", "http://p.example/path", "ftp://x", ""] {
            assert!(proxy_at(bad).is_err(), "{bad}");
        }
        let why = proxy_at("http://me:hush@proxy.example:3128").unwrap_err().to_string();
        assert!(!why.contains("hush") && why.contains("CASELOAD_PROXY_PASSWORD"), "{why}");
        assert!(!proxy_at("socks5://me:hush@proxy.example").unwrap_err().to_string().contains("hush"));
    }

    #[test]
    fn a_file_of_authorities_holds_certificates_or_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kurum.pem");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (text, why) in [("", "no PEM certificate"), ("hello", "no PEM certificate"), (broken, "certificate 1")] {
            std::fs::write(&path, text).unwrap();
            let said = authorities(&path).unwrap_err().to_string();
            assert!(said.contains("kurum.pem") && said.contains(why), "{said}");
        }
        let key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap().pem();
        std::fs::write(&path, format!("# the office's\n{own}{own}")).unwrap();
        assert_eq!(authorities(&path).unwrap().len(), 2);
    }
}
