//! How an API authenticates its caller: the security schemes of a document, and the alternatives of its operations.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::refs::{Refs, escape};

/// One thing that the API wants with each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// The name in the document.
    pub name: String,
    /// How it travels.
    pub kind: SchemeKind,
    /// Its value is not a secret (`x-secret: false`). The settings may hold it.
    pub open: bool,
}

/// How it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemeKind {
    /// `Authorization: Bearer …`, with a token that the user has.
    Bearer {
        /// What stands before the token: `Bearer`, unless the contract says otherwise.
        prefix: String,
    },
    /// A header of its own.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// `Authorization: Basic …`, and the session cookie that the server answers with.
    Basic,
    /// OAuth 2.0 client credentials (RFC 6749, 4.4): a token that is got for an id and a secret.
    ClientCredentials {
        /// Where the token is asked for.
        token_url: String,
        /// What is asked for with it.
        scopes: Vec<String>,
        /// What stands before the token.
        prefix: String,
    },
    /// `x-token`: a token that is got by a JSON request.
    ExchangedToken(Box<Exchange>),
}

/// How a token is got that OAuth 2.0 does not cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// An absolute URL, or a path below the base URL.
    pub endpoint: String,
    /// What is posted; a text `{name}` in it is the secret of that name.
    pub body: Value,
    /// JSON pointer to the token in the answer.
    pub token: String,
    /// JSON pointer to the time at which it ends: RFC 3339, or seconds since 1970.
    pub expiry: Option<String>,
    /// What stands before the token in `Authorization`.
    pub prefix: String,
}

impl Scheme {
    /// The names of the secrets that it takes. Each tells its variable: `token` is `CASELOAD_TOKEN`.
    pub fn secrets(&self) -> Vec<&str> {
        match &self.kind {
            SchemeKind::Bearer { .. } | SchemeKind::Header(_) | SchemeKind::Query(_) => vec![&self.name],
            SchemeKind::Basic => vec!["user", "password"],
            SchemeKind::ClientCredentials { .. } => vec!["client_id", "client_secret"],
            SchemeKind::ExchangedToken(exchange) => {
                let mut names = Vec::new();
                secrets_in(&exchange.body, &mut names);
                names
            }
        }
    }

    /// The names among [`Scheme::secrets`] whose values are not secret. The settings may hold them.
    pub fn open(&self) -> Vec<&str> {
        match &self.kind {
            SchemeKind::Basic => vec!["user"],
            SchemeKind::ClientCredentials { .. } => vec!["client_id"],
            _ if self.open => self.secrets(),
            _ => Vec::new(),
        }
    }

    /// Where the program gets the token, for a scheme whose tokens it gets itself.
    pub fn token_endpoint(&self) -> Option<&str> {
        match &self.kind {
            SchemeKind::ClientCredentials { token_url, .. } => Some(token_url),
            SchemeKind::ExchangedToken(exchange) => Some(&exchange.endpoint),
            _ => None,
        }
    }

    /// What it occupies in a request; two schemes with the same place cannot go together.
    fn place(&self) -> String {
        match &self.kind {
            SchemeKind::Header(name) => format!("header {}", name.to_ascii_lowercase()),
            SchemeKind::Query(name) => format!("query parameter {name}"),
            _ => "header authorization".to_owned(),
        }
    }
}

/// The secret that a text of an `x-token` body stands for.
pub fn secret_in_braces(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}')
}

fn secrets_in<'a>(body: &'a Value, names: &mut Vec<&'a str>) {
    match body {
        Value::String(text) => {
            if let Some(name) = secret_in_braces(text).filter(|name| !names.contains(name)) {
                names.push(name);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| secrets_in(item, names)),
        Value::Object(items) => items.values().for_each(|item| secrets_in(item, names)),
        _ => {}
    }
}

/// The address of a token endpoint at the server in use. `endpoint` is what the contract says, `own` the contract's
/// server, `base` the one in use; `moved` says that nothing may go anywhere else.
///
/// A path stands below the base URL. An absolute address is used as it is, but for one of the contract's own server
/// where another one is in use: it moves along.
pub fn endpoint_at(endpoint: &str, own: &str, base: &str, moved: bool) -> String {
    let (own, base) = (own.trim_end_matches('/'), base.trim_end_matches('/'));
    let Some((origin, path)) = split_origin(endpoint) else {
        return format!("{base}/{}", endpoint.trim_start_matches("./").trim_start_matches('/'));
    };
    let of_own = split_origin(own).is_some_and(|(owns, _)| owns.eq_ignore_ascii_case(origin));
    if base == own || !(moved || of_own) {
        return endpoint.to_owned();
    }
    match endpoint.strip_prefix(own) {
        Some(rest) if !own.is_empty() && rest.starts_with('/') => format!("{base}{rest}"),
        _ => format!("{}{path}", split_origin(base).map_or(base, |(origin, _)| origin)),
    }
}

/// `https://host:port` and what follows. Nothing if the address is not absolute.
fn split_origin(url: &str) -> Option<(&str, &str)> {
    let host = url.find("://")? + 3;
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    Some(url.split_at(end))
}

/// The alternatives in which an operation wants its schemes, in the document's order. Empty if it wants nothing.
/// `spec` is the operation as the document has it. Alternatives that this program cannot use are left out.
///
/// # Errors
/// There are alternatives, and none can be used; or `x-token` or `x-prefix` of one is wrong, by which somebody meant
/// something.
pub fn security(document: &Value, spec: &Value) -> Result<Vec<Vec<Scheme>>, String> {
    let Some(wanted) = spec.get("security").or_else(|| document.get("security")) else { return Ok(Vec::new()) };
    let wanted = wanted.as_array().ok_or("security is no list of alternatives")?;
    let mut usable = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    for alternative in wanted {
        let names = alternative.as_object().ok_or("an alternative of security is no object of scheme names")?;
        match alternative_of(document, names) {
            Ok(schemes) => usable.push(schemes),
            Err(Fault::Wrong(why)) => return Err(why),
            Err(Fault::Unusable(why)) if reasons.contains(&why) => {}
            Err(Fault::Unusable(why)) => reasons.push(why),
        }
    }
    if usable.is_empty() && !reasons.is_empty() { Err(reasons.join("; ")) } else { Ok(usable) }
}

/// Why a scheme is not taken.
enum Fault {
    /// This program does not know its kind.
    Unusable(String),
    /// An extension of this program is not written as it should be.
    Wrong(String),
}

fn alternative_of(document: &Value, names: &Map<String, Value>) -> Result<Vec<Scheme>, Fault> {
    let mut places = HashSet::new();
    let mut schemes = Vec::new();
    for (name, scopes) in names {
        let scheme = scheme(document, name, scopes)?;
        if !places.insert(scheme.place()) {
            let place = scheme.place();
            let why = format!("security scheme {name:?} and another one of its alternative share the {place}");
            return Err(Fault::Unusable(why));
        }
        schemes.push(scheme);
    }
    Ok(schemes)
}

fn scheme(document: &Value, name: &str, scopes: &Value) -> Result<Scheme, Fault> {
    let pointer = format!("/components/securitySchemes/{}", escape(name));
    let at = |why: String| format!("security scheme {name:?}: {why}");
    let spec = Refs(document).at(&pointer).map_err(|why| Fault::Unusable(at(why)))?.value;
    let prefix = prefix(spec).map_err(|why| Fault::Wrong(at(why)))?;
    let kind = match spec.get("x-token") {
        Some(keys) => {
            let exchange = exchange_of(keys, prefix).map_err(|why| Fault::Wrong(at(why)))?;
            SchemeKind::ExchangedToken(Box::new(exchange))
        }
        None => kind(spec, scopes, prefix).map_err(|why| Fault::Unusable(at(why)))?,
    };
    let open = match spec.get("x-secret") {
        None => false,
        Some(Value::Bool(secret)) => !secret,
        Some(other) => return Err(Fault::Wrong(at(format!("x-secret {other} is neither true nor false")))),
    };
    Ok(Scheme { name: name.to_owned(), kind, open })
}

fn kind(spec: &Value, scopes: &Value, prefix: String) -> Result<SchemeKind, String> {
    let word = |key: &str| spec[key].as_str().unwrap_or_default().to_ascii_lowercase();
    match (word("type").as_str(), word("scheme").as_str(), word("in").as_str()) {
        ("http", "bearer", _) | ("openidconnect", ..) => Ok(SchemeKind::Bearer { prefix }),
        ("http", "basic", _) => Ok(SchemeKind::Basic),
        ("http", other, _) => Err(format!("http {other:?} cannot be used, only bearer and basic")),
        ("oauth2", ..) => match spec["flows"]["clientCredentials"]["tokenUrl"].as_str() {
            Some(url) => {
                let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
                Ok(SchemeKind::ClientCredentials { token_url: url.to_owned(), scopes: scopes.collect(), prefix })
            }
            None => Ok(SchemeKind::Bearer { prefix }),
        },
        ("apikey", _, "header") => header_name(spec).map(SchemeKind::Header),
        ("apikey", _, "query") => {
            let name =
                spec["name"].as_str().filter(|name| !name.is_empty()).ok_or("the name of its parameter is missing")?;
            Ok(SchemeKind::Query(name.to_owned()))
        }
        ("apikey", _, "cookie") => {
            Err("an apiKey in a cookie cannot be used, only one in a header or the query".to_owned())
        }
        (other, ..) => Err(format!("type {other:?} cannot be used, only http, apiKey, oauth2 and openIdConnect")),
    }
}

fn header_name(spec: &Value) -> Result<String, String> {
    let name = spec["name"].as_str().unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(fits) {
        return Err(format!("{name:?} is no name of a header"));
    }
    Ok(name.to_owned())
}

/// The word before a token.
fn prefix(spec: &Value) -> Result<String, String> {
    match spec.get("x-prefix") {
        None => Ok("Bearer".to_owned()),
        Some(Value::String(word)) if word.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(word.clone()),
        Some(other) => Err(format!("x-prefix {other} is no single word")),
    }
}

/// `x-token`, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    endpoint: String,
    body: Value,
    token: String,
    expiry: Option<String>,
}

fn exchange_of(keys: &Value, prefix: String) -> Result<Exchange, String> {
    let keys: Keys = serde_json::from_value(keys.clone()).map_err(|error| format!("x-token: {error}"))?;
    for pointer in [Some(&keys.token), keys.expiry.as_ref()].into_iter().flatten() {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(format!("x-token: {pointer:?} is no JSON pointer"));
        }
    }
    braces(&keys.body)?;
    let Keys { endpoint, body, token, expiry } = keys;
    Ok(Exchange { endpoint, body, token, expiry, prefix })
}

/// A brace in a text is a secret's name gone wrong, unless it is one.
fn braces(body: &Value) -> Result<(), String> {
    match body {
        Value::String(text) if text.contains(['{', '}']) => {
            let named = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
            match secret_in_braces(text) {
                Some(name) if !name.is_empty() && name.bytes().all(named) => Ok(()),
                _ => Err(format!("x-token.body: {text:?} is no secret's name in braces, as in \"{{api_key}}\"")),
            }
        }
        Value::Array(items) => items.iter().try_for_each(braces),
        Value::Object(items) => items.values().try_for_each(braces),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "scheme_tests.rs"]
mod tests;
