//! Where requests may go: whole addresses, over https, or in the clear on this machine alone.

use reqwest::Url;

use crate::error::{Code, Error};
use crate::message::shown;
use crate::text;

/// The address of an operation below a base.
///
/// # Errors
/// The base is not an address, carries a password, or is plain http to another machine.
pub(super) fn of_operation(base: &str, path: &str, allow_http: bool) -> Result<Url, Error> {
    // Looked at by itself: a base without a host would take the first piece of the path for one.
    let given = Url::parse(base).ok().filter(is_whole).ok_or_else(|| no_url(base))?;
    if !given.username().is_empty() || given.password().is_some() {
        return Err(with_password());
    }
    let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/'))).map_err(|_| no_url(base))?;
    may_be_spoken_to(url, base, allow_http)
}

/// The address that gives tokens.
///
/// # Errors
/// As [`of_operation`].
pub(super) fn of_token(address: &str, allow_http: bool) -> Result<Url, Error> {
    let url = Url::parse(address).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
    may_be_spoken_to(url.ok_or_else(|| no_token_url(address))?, address, allow_http)
}

fn is_whole(url: &Url) -> bool {
    url.has_host() && matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none()
}

fn may_be_spoken_to(url: Url, address: &str, allow_http: bool) -> Result<Url, Error> {
    if url.scheme() == "https" || is_loopback(&url) || allow_http { Ok(url) } else { Err(in_the_clear(address)) }
}

/// Whether a text is the whole address of a server.
pub fn is_address(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| is_whole(&url))
}

/// An address as a person is shown it. Where its host has letters beyond ASCII both spellings stand there, for
/// letters of two scripts may look alike: `https://bücher.example (xn--bcher-kva.example)`.
pub fn spelled(address: &str) -> String {
    let url = Url::parse(address).ok();
    let host =
        url.as_ref().and_then(Url::host_str).filter(|host| host.split('.').any(|label| label.starts_with("xn--")));
    let Some(host) = host else { return shown(address) };
    let beside =
        if address.to_ascii_lowercase().contains(host) { idna::domain_to_unicode(host).0 } else { host.to_owned() };
    format!("{} ({})", shown(address), shown(&beside))
}

/// Whether requests to an address stay on this machine.
pub fn stays_here(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| is_loopback(&url))
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

pub(super) fn no_url(base: &str) -> Error {
    let base = shown(base);
    Code::AddressInvalid.cannot_start(text!(
        "\"{base}\" bir adres değil. --base-url için https://sunucu biçiminde yazın.",
        "\"{base}\" is no address. Give --base-url as https://server."
    ))
}

fn with_password() -> Error {
    Code::SecretExposed.cannot_start(text!(
        "Adresin içinde kullanıcı adı ya da parola var; adresler defterde ve sonuçta görünür. Onları çıkarın, CASELOAD_USER ve CASELOAD_PASSWORD ile verin.",
        "The address holds a user name or a password, and addresses stand in the ledger and the result. Take them out, and give them by CASELOAD_USER and CASELOAD_PASSWORD."
    ))
}

fn no_token_url(address: &str) -> Error {
    let address = shown(address.split('?').next().unwrap_or_default());
    Code::AddressInvalid.cannot_start(text!(
        "Token'ın alınacağı \"{address}\" bir adres değil. Sözleşmede tokenUrl ya da x-token.endpoint değerini düzeltin.",
        "\"{address}\", where the token comes from, is no address. Correct tokenUrl or x-token.endpoint in the contract."
    ))
}

fn in_the_clear(base: &str) -> Error {
    let base = spelled(base);
    Code::PlainHttp.cannot_start(text!(
        "\"{base}\" şifresiz http kullanıyor; gizli bilgiler açıktan giderdi. https ile başlayan adresi yazın (http yalnız bu makinede kabul edilir; başka yerde ancak profilde allow_http = true ile).",
        "\"{base}\" is plain http, and secrets would travel in the clear. Give the https address (http is taken on this machine only; elsewhere only with allow_http = true in the profile)."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_spoken_to_in_the_clear() {
        let local = |address: &str| is_loopback(&Url::parse(address).unwrap());
        assert!(local("http://127.0.0.1:80") && local("http://localhost") && local("http://[::1]:8080"));
        assert!(!local("http://10.0.0.1") && !local("http://localhost.example.com"));
        assert!(of_operation("http://10.0.0.1", "/a", false).is_err());
        assert!(of_operation("http://10.0.0.1", "/a", true).is_ok());
        assert!(of_token("http://10.0.0.1/t", false).is_err());
    }

    #[test]
    fn a_host_beyond_ascii_is_shown_in_both_spellings() {
        assert_eq!(spelled("https://shop.example/A"), "https://shop.example/A");
        assert_eq!(spelled("https://bücher.example/A"), "https://bücher.example/A (xn--bcher-kva.example)");
        assert_eq!(spelled("https://xn--bcher-kva.example"), "https://xn--bcher-kva.example (bücher.example)");
        // A Cyrillic а in what looks like a name in Latin letters.
        assert_eq!(
            spelled("https://shop.p\u{430}ypal.example"),
            "https://shop.p\u{430}ypal.example (shop.xn--pypal-4ve.example)"
        );
        assert_eq!(spelled("no\naddress"), "no\\u{a}address");
    }

    #[test]
    fn an_address_that_is_none_or_holds_a_password_is_refused_without_it() {
        for bad in ["nowhere", "https://", "ftp://x", "https://x?a=1", "https://x#a", "/a"] {
            assert!(of_operation(bad, "/a", true).is_err(), "{bad}");
        }
        let why = of_operation("https://me:hush@x.example", "/a", false).unwrap_err().to_string();
        assert!(!why.contains("hush") && why.contains("CASELOAD_PASSWORD"), "{why}");
    }
}
