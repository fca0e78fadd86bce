//! From where a request came, and by which name: what the connection shows, and what a trusted proxy says.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header, request::Parts};

use crate::options::Options;

/// The other end of a connection; the server puts it into every request.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// The connection is TLS of our own.
    pub is_tls: bool,
}

/// From where a request came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Who asks: the peer, or the one whom the proxy names.
    pub from: IpAddr,
    /// The browser sees https.
    pub is_https: bool,
    /// The name by which the browser reached the page, as it wrote it: `127.0.0.1:8080`.
    pub host: String,
    /// The peer is the proxy.
    pub by_proxy: bool,
}

impl Arrival {
    /// From where a request came. What a proxy says counts from the proxy alone.
    pub fn of(parts: &Parts, peer: Peer, options: &Options) -> Self {
        let from = peer.address.ip().to_canonical();
        let by_proxy = options.is_proxy(from);
        let own = || {
            let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
            host.map(str::to_owned).or_else(|| parts.uri.authority().map(ToString::to_string)).unwrap_or_default()
        };
        if !by_proxy {
            return Self { from, is_https: peer.is_tls, host: own(), by_proxy };
        }
        let last = |name: &str| last_said(&parts.headers, name);
        Self {
            from: client(&parts.headers, options).unwrap_or(from),
            is_https: peer.is_tls || last("x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https")),
            host: last("x-forwarded-host").map_or_else(own, str::to_owned),
            by_proxy,
        }
    }

    /// The origin of the page, as a browser writes it.
    pub fn origin(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}", self.host.to_ascii_lowercase())
    }

    /// Whether the name is one by which this machine calls itself. A site of somebody else that lets its own name lead
    /// here is told apart by it.
    pub fn is_own_name(&self) -> bool {
        let name = without_port(&self.host);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

/// The last address of `X-Forwarded-For` that is not the proxy's own: those before it are the client's word.
fn client(headers: &HeaderMap, options: &Options) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let addresses: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for address in addresses.into_iter().rev() {
        let address: IpAddr = address.parse().ok()?;
        if !options.is_proxy(address) {
            return Some(address.to_canonical());
        }
    }
    None
}

fn last_said<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next().map(str::trim).filter(|value| !value.is_empty())
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.split_once(']').map_or(host, |(name, _)| name);
    }
    host.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Proxy;
    use axum::http::Request;

    fn arrival(peer: &str, headers: &[(&str, &str)]) -> Arrival {
        let proxy = Proxy { peers: vec!["10.0.0.0/24".parse().unwrap()], user_header: None };
        let options = Options { listen: "10.0.0.9:80".parse().unwrap(), tls: None, proxy: Some(proxy) };
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = Peer { address: format!("{peer}:5").parse().unwrap(), is_tls: false };
        Arrival::of(&request.body(()).unwrap().into_parts().0, peer, &options)
    }

    #[test]
    fn only_the_proxy_is_believed() {
        let said = [
            ("host", "inner"),
            ("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.0.0.2"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "cases.example"),
        ];
        let by_proxy = arrival("10.0.0.1", &said);
        assert_eq!(by_proxy.from, "192.0.2.7".parse::<IpAddr>().unwrap());
        assert_eq!(by_proxy.origin(), "https://cases.example");
        let by_another = arrival("192.0.2.1", &said);
        assert_eq!(by_another.from, "192.0.2.1".parse::<IpAddr>().unwrap());
        assert_eq!(by_another.origin(), "http://inner");
        assert!(!by_another.by_proxy);
        // What is no address is nobody's.
        assert_eq!(arrival("10.0.0.1", &[("x-forwarded-for", "1.2.3.4, nobody")]).from.to_string(), "10.0.0.1");
    }

    #[test]
    fn this_machines_own_names_are_told_from_others() {
        let own = |host: &str| arrival("192.0.2.1", &[("host", host)]).is_own_name();
        for host in ["localhost", "LocalHost:8080", "127.0.0.1:1", "127.9.9.9", "[::1]:8080", "[::1]"] {
            assert!(own(host), "{host}");
        }
        for host in ["evil.example:8080", "127.0.0.1.evil.example", "", "localhost.evil.example", "192.0.2.1", "[::2]"]
        {
            assert!(!own(host), "{host}");
        }
    }
}
