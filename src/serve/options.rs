//! Where the page is served, to whom, and within which limits.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderName;
use caseload_engine::error::{Code, Error};
use caseload_sheet::text;

use crate::network::Network;

/// Where the page is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// TLS of its own.
    pub tls: Option<Tls>,
    /// The proxy before it.
    pub proxy: Option<Proxy>,
}

/// A certificate and its key, as files in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, with those between it and the authority behind it.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// A proxy before the page.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// The addresses that it connects from. What only a proxy may say counts from nowhere else.
    pub peers: Vec<Network>,
    /// The header by which it names the person whom it has signed in; without it people sign in here.
    pub user_header: Option<HeaderName>,
}

/// What one client, and all of them, may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest list, in bytes.
    pub upload: u64,
    /// Connections at once.
    pub connections: usize,
    /// How long the head of a request may take, and a connection may be idle.
    pub head: Duration,
    /// How long a client may send or take nothing in the midst of a request.
    pub idle: Duration,
    /// The bytes a second that a body has to come in with, once [`Limits::idle`] is over.
    pub least_rate: u64,
    /// How long requests under way may take to end after the stop.
    pub grace: Duration,
    /// How long runs may take to come to rest after the stop.
    pub settle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload: 50 << 20,
            connections: 1024,
            head: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            least_rate: 1024,
            grace: Duration::from_secs(5),
            settle: Duration::from_secs(90),
        }
    }
}

impl Options {
    /// Sees that nobody else can read along, and that nobody can come in who is not known.
    ///
    /// # Errors
    /// Beyond this machine there is no TLS and no proxy, or there are no people.
    pub fn allow(&self, has_people: bool) -> Result<(), Error> {
        let is_here = self.listen.ip().to_canonical().is_loopback();
        if !is_here && self.tls.is_none() && self.proxy.is_none() {
            let address = self.listen;
            return Err(Code::PlainHttp.cannot_start(text!(
                "{address} bu makinenin dışından da görülür ve http ile okunabilir. --tls-cert ile --tls-key verin, öndeki bir proxy için --behind-proxy yazın ya da --listen 127.0.0.1:8080 kullanın.",
                "{address} is seen from beyond this machine, and http can be read on the way. Give --tls-cert and --tls-key, name a proxy before it by --behind-proxy, or use --listen 127.0.0.1:8080."
            )));
        }
        if !has_people && !self.is_keyed() {
            return Err(Code::CannotStart.cannot_start(text!(
                "Bu makinenin dışına açılan bir sayfaya yalnız tanınan kişiler girer; deftere henüz kimse eklenmemiş. Önce \"caseload user add\" ile ekleyin.",
                "A page that is open beyond this machine lets in only people whom it knows, and the ledger has none yet. Add them by \"caseload user add\" first."
            )));
        }
        Ok(())
    }

    /// Whether a key may open the page: on this machine, with no proxy that would carry others to it.
    pub fn is_keyed(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback() && self.proxy.is_none()
    }

    /// Whether an address is the proxy's.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        self.proxy.as_ref().is_some_and(|proxy| proxy.peers.iter().any(|network| network.has(peer)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(listen: &str) -> Options {
        Options { listen: listen.parse().unwrap(), tls: None, proxy: None }
    }

    #[test]
    fn beyond_this_machine_it_takes_people_and_tls_or_a_proxy() {
        let tls = || Some(Tls { certificate: "c".into(), key: "k".into() });
        let proxy = || Some(Proxy { peers: vec!["10.0.0.1".parse().unwrap()], user_header: None });
        assert!(options("127.0.0.1:0").allow(false).is_ok());
        assert!(options("[::1]:0").allow(false).is_ok());
        assert_eq!(options("0.0.0.0:80").allow(true).unwrap_err().code, Code::PlainHttp);
        assert_eq!(options("192.0.2.1:80").allow(true).unwrap_err().code, Code::PlainHttp);
        let over_tls = Options { tls: tls(), ..options("0.0.0.0:443") };
        assert!(over_tls.allow(true).is_ok());
        assert_eq!(over_tls.allow(false).unwrap_err().code, Code::CannotStart);
        let behind = Options { proxy: proxy(), ..options("127.0.0.1:80") };
        assert!(behind.allow(true).is_ok());
        assert!(behind.allow(false).is_err());
        assert!(behind.is_proxy("10.0.0.1".parse().unwrap()));
        assert!(!behind.is_proxy("127.0.0.1".parse().unwrap()));
    }
}
