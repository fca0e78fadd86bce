//! Who a row is to the ledger: what counts as the same server, the same operation and the same row.
//!
//! # The rule
//! - **A server** ([`Server`]) is a thing, not the spelling of its address. Its name is the WHATWG form of the address
//!   without scheme, user, default port, dot segments, doubled and trailing slashes; all names of this machine's
//!   loopback are `localhost`; the host is in small letters and punycode, the path keeps its case. Two servers that a
//!   person called one (`caseload ledger same OLD NEW`) are one. A sandbox is [`Server::sandbox`], whatever its port.
//! - **An operation** ([`Endpoint`]) is its method and its whole path: the base address's path, then the template with
//!   `{}` in place of each parameter. A contract's name, its file and the operation's id are not part of it.
//! - **A row** has two keys, and either one that matches makes it a repeat: the key of its `unique` rule's fields, and
//!   the key of its body. Where the operation has no rule for the row, the two are one, and the nth of several
//!   equal rows has a key of its own ([`KeyedHasher::occurrence`]).
//! - The server stands beside the keys and not in them, so that "was this done elsewhere?" can be asked.
//! - A file's name, a flag, a folder, a contract's name and a time zone are no part of who a row is.
//!
//! # Ledgers made before
//! Their keys hold the address as it was typed (in small letters) and `system/operation`, and cannot be made anew. So a
//! row is looked for under its present keys, and under those that it would have had for each address and operation name
//! that the ledger's runs have ([`Naming::Landed`]). A system's name there may be that of another file: the operation's
//! own name has to be the same.

use std::fmt;
use std::hash::RandomState;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::contract::Operation;
use crate::keyed::KeyedHasher;

/// A server as the ledger knows it: `host[:port][/path]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Server(String);

/// The name under which every sandbox stands in a ledger: its port changes, its meaning does not.
const SANDBOX: &str = "sandbox";

impl Server {
    /// The server of an address. An address that cannot be parsed is its own name; nothing can be sent there.
    pub fn of(address: &str) -> Self {
        let address = address.trim();
        if address == SANDBOX {
            return Self::sandbox();
        }
        let Some((url, host)) = Url::parse(address).ok().and_then(|url| Some((url.clone(), host(&url)?))) else {
            return Self(address.to_owned());
        };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Self(format!("{host}{port}{}", tidy(url.path())))
    }

    /// The server to rehearse with, on whatever port it listens.
    pub fn sandbox() -> Self {
        Self(SANDBOX.to_owned())
    }

    /// Whether rows that were sent there count for no other server.
    pub fn is_sandbox(&self) -> bool {
        self.0 == SANDBOX
    }

    /// The name that a ledger keeps.
    pub fn from_name(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// `host[:port]` and the path of the base address.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// `host[:port]`. The path is part of each [`Endpoint`], so that a base address may end earlier or later.
    pub fn authority(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The path of the base address: empty, or `/…` without a slash at its end.
    fn base_path(&self) -> &str {
        &self.0[self.authority().len()..]
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host as one thing: loopback in all its spellings, and a name with or without the final point.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().ok().map(|ip| ip.to_canonical());
    // Who connects to the unspecified address comes to this machine.
    let is_here = address.is_some_and(|ip| ip.is_loopback() || ip.is_unspecified());
    if is_here || host == "localhost" || host.ends_with(".localhost") {
        return Some("localhost".to_owned());
    }
    Some(address.filter(std::net::IpAddr::is_ipv4).map_or_else(|| host.to_owned(), |ip| ip.to_string()))
}

/// A path without doubled and trailing slashes; escapes of characters that need none are resolved (RFC 3986, 6.2.2).
/// Dot segments are gone already: parsing an address takes them out.
fn tidy(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).fold(String::new(), |tidy, part| tidy + "/" + &unescaped(part))
}

fn unescaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let escape = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let Some(byte) = escape else {
            text.push('%');
            rest = &rest[at + 1..];
            continue;
        };
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        text.push_str(&if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") });
        rest = &rest[at + 3..];
    }
    text + rest
}

/// An operation as the ledger knows it: `POST /base/cases/{}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// In capitals.
    pub method: String,
    /// From the root of the server, with `{}` for each parameter.
    pub path: String,
}

impl Endpoint {
    /// The endpoint of an operation at a server.
    pub fn of(operation: &Operation, server: &Server) -> Self {
        let path = format!("{}{}", server.base_path(), without_names(&tidy(&operation.path)));
        Self { method: operation.method.as_str().to_owned(), path }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A path template with `{}` for each parameter: what a parameter is called is the document's business.
fn without_names(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        text.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    text + rest
}

/// How the keys of a row are made, and what a match under them says of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// As this program makes them: the server stands beside the key.
    Now(Endpoint),
    /// As ledgers have them from before: the address as it was typed, and the operation's full name.
    Landed {
        /// The base address, as it was typed.
        address: String,
        /// `system/operation`.
        operation: String,
    },
}

impl Naming {
    /// Makes keys under this naming, with the ledger's secret.
    pub fn keyer(&self, secret: &[u8; 32]) -> KeyedHasher {
        match self {
            Naming::Now(endpoint) => KeyedHasher::new(secret, &endpoint.method, &endpoint.path),
            Naming::Landed { address, operation } => KeyedHasher::new(secret, address, operation),
        }
    }

    /// The server of what matches, where the naming says it by itself.
    pub fn server(&self) -> Option<Server> {
        match self {
            Naming::Now(_) => None,
            Naming::Landed { address, .. } => Some(Server::of(address)),
        }
    }
}

/// Makes the keys of one operation's rows: those of now, and those under which a ledger may know them besides.
#[derive(Clone)]
pub struct RowKeyers {
    /// Makes the keys that are written.
    pub now: KeyedHasher,
    /// Index of the naming among all of the file's.
    pub naming: u16,
    /// Make the keys that are looked for besides.
    pub others: Vec<OtherKeyer>,
    /// Whether a row that a rule tells gets its body's key too: where there is a ledger to look into or to write.
    pub with_body: bool,
}

/// A keyer under another naming.
#[derive(Clone)]
pub struct OtherKeyer {
    /// Makes the keys.
    pub keyer: KeyedHasher,
    /// Index of the naming among all of the file's.
    pub naming: u16,
    /// From before: one key a row.
    pub is_landed: bool,
}

impl RowKeyers {
    /// For rows that no ledger is asked about.
    pub fn of_nothing() -> Self {
        Self {
            now: KeyedHasher::of_reading(&RandomState::new(), "", ""),
            naming: 0,
            others: Vec::new(),
            with_body: false,
        }
    }

    /// For the rows of one operation that are compared with each other alone: `naming` is its index among all.
    pub fn of_reading(reading: &RandomState, endpoint: &Endpoint, naming: usize) -> Self {
        let now = KeyedHasher::of_reading(reading, &endpoint.method, &endpoint.path);
        Self { now, naming: naming as u16, ..Self::of_nothing() }
    }

    /// The keyers of one operation's namings, the present one first; `from` is the first's index among all.
    pub fn new(namings: &[Naming], from: usize, secret: &[u8; 32]) -> Self {
        let mut made = namings.iter().enumerate().map(|(at, naming)| OtherKeyer {
            keyer: naming.keyer(secret),
            naming: (from + at) as u16,
            is_landed: matches!(naming, Naming::Landed { .. }),
        });
        match made.next() {
            Some(OtherKeyer { keyer, naming, .. }) => {
                Self { now: keyer, naming, others: made.collect(), with_body: true }
            }
            None => Self::of_nothing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_one_name_however_its_address_is_written() {
        let one = Server::of("http://127.0.0.1:8080/api");
        for spelling in [
            "http://localhost:8080/api",
            "HTTP://LOCALHOST:8080/api/",
            " http://127.0.0.1:8080/api",
            "http://127.1:08080/api",
            "http://0x7f000001:8080/api",
            "http://2130706433:8080/api",
            "http://[::1]:8080/api",
            "http://[::ffff:127.0.0.1]:8080/api",
            "http://0.0.0.0:8080/api",
            "http://localhost.:8080/api",
            "http://127.0.0.1:8080/./api",
            "http://127.0.0.1:8080/%2e/api",
            "http://127.0.0.1:8080/x/../api",
            "http://127.0.0.1:8080//api//",
            "http://127.0.0.1:8080/%61pi",
            "http://127.0.0.1:8080\\api",
            "https://127.0.0.1:8080/api",
        ] {
            assert_eq!(Server::of(spelling), one, "{spelling}");
        }
        assert_eq!(Server::of("http://a.example:80"), Server::of("https://A.example:443/"));
        assert_eq!(Server::of("https://çağrı.example"), Server::of("https://xn--ar-3ia9t9c.example"));
    }

    #[test]
    fn two_servers_have_two_names() {
        let names = [
            "http://127.0.0.1:8080/TenantA",
            "http://127.0.0.1:8080/tenanta",
            "http://127.0.0.1:8081/TenantA",
            "http://10.0.0.1:8080/TenantA",
            "https://a.example",
            "https://b.example",
            "https://a.example:8443",
            "https://a.example/%2F",
            "sandbox",
        ];
        let servers: std::collections::BTreeSet<Server> = names.iter().map(|name| Server::of(name)).collect();
        assert_eq!(servers.len(), names.len(), "{servers:?}");
    }

    #[test]
    fn an_operation_is_its_method_and_its_whole_path() {
        let contracts = crate::contract::catalogue(None, &[]).unwrap();
        let mut operation = crate::contract::find(&contracts, "bank/update-case").unwrap().clone();
        let here = Server::of("https://bank.example/api/v1/");
        let endpoint = Endpoint::of(&operation, &here);
        assert!(endpoint.path.starts_with("/api/v1/") && endpoint.path.contains("{}"), "{endpoint}");
        let longer = operation.path.clone();
        operation.path = format!("/v1{longer}");
        operation.system = "another-file".to_owned();
        assert_eq!(Endpoint::of(&operation, &Server::of("https://bank.example/api")), endpoint);
        operation.path = format!("/V1{longer}");
        assert_ne!(Endpoint::of(&operation, &Server::of("https://bank.example/api")), endpoint);
    }

    #[test]
    fn what_a_parameter_is_called_is_no_part_of_a_path() {
        assert_eq!(without_names("/cases/{caseId}/notes/{no}"), "/cases/{}/notes/{}");
        assert_eq!(without_names("/cases"), "/cases");
        assert_eq!(without_names("/cases/{open"), "/cases/{}");
    }
}
