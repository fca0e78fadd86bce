//! Secrets: which ones a run uses, where they come from, and how they travel.

use std::collections::BTreeMap;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::mask::{Mask, basic};
use super::vault::Promise;
use crate::contract::{Operation, Scheme, SchemeKind};
use crate::error::{Code, Error};
use crate::message::Text;
use crate::text;

/// The secrets of a run by the names that the contract gives them, and the schemes that they are for.
#[derive(Debug, Default)]
pub struct Secrets {
    values: BTreeMap<String, SecretString>,
    /// For each operation the alternative that is used.
    chosen: Vec<Vec<Scheme>>,
}

/// What goes with each request of an operation, but for a token that the program gets itself.
#[derive(Debug, Default)]
pub struct Credentials {
    /// Headers, marked as sensitive.
    pub headers: HeaderMap,
    /// Query parameters: names and values.
    pub query: Vec<(String, SecretString)>,
}

impl Secrets {
    /// Gathers what the operations need: of each one's alternatives the first whose secrets are all given. `find`
    /// looks a secret up by its name; one that is blank counts as not given.
    ///
    /// # Errors
    /// An operation none of whose alternatives is complete, or a place that cannot be looked at.
    pub fn gather(
        operations: &[&Operation],
        find: impl Fn(&str) -> Result<Option<SecretString>, Error>,
    ) -> Result<Self, Error> {
        let mut looked_up: BTreeMap<String, Option<SecretString>> = BTreeMap::new();
        let mut chosen: Vec<Vec<Scheme>> = Vec::new();
        for operation in operations {
            let mut complete = operation.security.is_empty().then(Vec::new);
            for alternative in &operation.security {
                if complete.is_none() && all_given(alternative, &mut looked_up, &find)? {
                    complete = Some(alternative.clone());
                }
            }
            chosen.push(complete.ok_or_else(|| missing(operation))?);
        }
        let used: Vec<&str> = chosen.iter().flatten().flat_map(Scheme::secrets).collect();
        let values = looked_up.into_iter().filter(|(name, _)| used.contains(&name.as_str()));
        let values = values.filter_map(|(name, value)| Some((name, value?))).collect();
        Ok(Self { values, chosen })
    }

    /// What an operation's schemes ask for; headers are marked so that nothing prints them.
    ///
    /// # Errors
    /// A secret with characters that cannot travel.
    pub fn credentials(&self, operation: usize) -> Result<Credentials, Error> {
        let mut credentials = Credentials::default();
        for scheme in &self.chosen[operation] {
            let (header, text) = match &scheme.kind {
                SchemeKind::Bearer { prefix } => (AUTHORIZATION, with_prefix(prefix, self.text(&scheme.name))),
                SchemeKind::Header(name) => (header_name(name, scheme)?, self.text(&scheme.name).to_owned()),
                SchemeKind::Query(name) => {
                    let secret = SecretString::from(self.text(&scheme.name).to_owned());
                    credentials.query.push((name.clone(), secret));
                    continue;
                }
                SchemeKind::Basic if self.text("user").contains(':') => return Err(colon()),
                SchemeKind::Basic => (AUTHORIZATION, format!("Basic {}", self.basic())),
                SchemeKind::ClientCredentials { .. } | SchemeKind::ExchangedToken(_) => continue,
            };
            credentials.headers.insert(header, sensitive(&text).ok_or_else(|| unfit(&scheme.name))?);
        }
        Ok(credentials)
    }

    /// The scheme of an operation whose token the program gets.
    pub fn exchanged(&self, operation: usize) -> Option<&Scheme> {
        self.chosen[operation].iter().find(|scheme| scheme.token_endpoint().is_some())
    }

    /// Whether sessions may begin, which servers keep up by cookies.
    pub fn has_sessions(&self) -> bool {
        self.chosen.iter().flatten().any(|scheme| scheme.kind == SchemeKind::Basic)
    }

    /// The secrets that stand behind an operation's requests.
    pub fn of_operation(&self, operation: usize) -> Vec<SecretString> {
        let names = self.chosen[operation].iter().flat_map(Scheme::secrets);
        names.filter_map(|name| self.values.get(name).cloned()).collect()
    }

    /// The secret of a name; empty where none was gathered.
    pub(super) fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |secret| secret.expose_secret())
    }

    fn basic(&self) -> String {
        basic(self.text("user"), self.text("password"))
    }

    /// What must not be repeated.
    pub fn mask(&self) -> Mask {
        let mut mask = Mask::default();
        self.values.values().for_each(|secret| mask.add(secret.expose_secret()));
        if self.has_sessions() {
            mask.add(&self.basic());
        }
        mask
    }
}

fn all_given(
    alternative: &[Scheme],
    looked_up: &mut BTreeMap<String, Option<SecretString>>,
    find: &impl Fn(&str) -> Result<Option<SecretString>, Error>,
) -> Result<bool, Error> {
    for name in alternative.iter().flat_map(Scheme::secrets) {
        if !looked_up.contains_key(name) {
            let found = find(name)?.map(|value| value.expose_secret().trim().to_owned());
            looked_up.insert(name.to_owned(), found.filter(|value| !value.is_empty()).map(SecretString::from));
        }
        if looked_up[name].is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The alternatives of an operation that a run may use, found without reading a secret: those whose secrets may all
/// be there, up to the first whose secrets certainly are.
///
/// # Errors
/// There is none.
pub fn likely(operation: &Operation, promise: impl Fn(&str) -> Promise) -> Result<Vec<&[Scheme]>, Error> {
    let mut found = Vec::new();
    for alternative in &operation.security {
        let promises: Vec<Promise> = alternative.iter().flat_map(Scheme::secrets).map(&promise).collect();
        if promises.contains(&Promise::Missing) {
            continue;
        }
        found.push(alternative.as_slice());
        if !promises.contains(&Promise::Likely) {
            break;
        }
    }
    if found.is_empty() && !operation.security.is_empty() { Err(missing(operation)) } else { Ok(found) }
}

/// A header's value that nothing prints.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A token after its word, if it has one.
pub(super) fn with_prefix(prefix: &str, token: &str) -> String {
    if prefix.is_empty() { token.to_owned() } else { format!("{prefix} {token}") }
}

fn header_name(name: &str, scheme: &Scheme) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit(&scheme.name))
}

/// The variable that holds a secret: `token` is in `CASELOAD_TOKEN`.
pub fn variable(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("CASELOAD_{}", name.chars().map(letter).collect::<String>())
}

/// The ways in which an operation takes its secrets, each by the names of its secrets.
pub fn ways(operation: &Operation) -> Vec<Vec<&str>> {
    operation.security.iter().map(|schemes| schemes.iter().flat_map(Scheme::secrets).collect()).collect()
}

/// `A, B and C, or D`, with a word for each name.
pub fn joined(ways: &[Vec<&str>], word: impl Fn(&str) -> String) -> Text {
    let one = |names: &Vec<&str>, and: &str| match names.as_slice() {
        [] => String::new(),
        [only] => word(only),
        [first @ .., last] => {
            let first = first.iter().map(|name| word(name)).collect::<Vec<_>>().join(", ");
            format!("{first} {and} {}", word(last))
        }
    };
    let all = |and: &str, or: &str| {
        // Nothing at all is a way too, and needs no word.
        let ways = ways.iter().filter(|names| !names.is_empty()).map(|names| one(names, and));
        ways.collect::<Vec<_>>().join(or)
    };
    Text { tr: all("ve", " ya da "), en: all("and", ", or ") }
}

fn missing(operation: &Operation) -> Error {
    let name = operation.full_name();
    let ways = ways(operation);
    let (variables, places) = (joined(&ways, variable), joined(&ways, |name| format!("auth.{name}")));
    let (tr, en) = (variables.tr, variables.en);
    let (yer, place) = (places.tr, places.en);
    Code::SecretMissing.cannot_start(text!(
        "{name} için gizli bilgi verilmemiş. Şu ortam değişkenlerine yazın: {tr}; ya da caseload.toml içinde yerini gösterin: {yer}.",
        "The secrets for {name} are not given. Put them into {en}; or say in caseload.toml where they are: {place}.",
    ))
}

fn unfit(name: &str) -> Error {
    let variable = variable(name);
    Code::SecretUnsendable.cannot_start(text!(
        "\"{name}\" gizli bilgisinde başlıkta gönderilemeyen karakterler var. {variable} değerini yeniden kopyalayın.",
        "The secret \"{name}\" has characters that a header cannot carry. Copy it into {variable} again."
    ))
}

fn colon() -> Error {
    let variable = variable("user");
    Code::SecretUnsendable.cannot_start(text!(
        "Kullanıcı adında iki nokta var; HTTP Basic ile gönderilemez. {variable} değerini denetleyin.",
        "The user name holds a colon, which HTTP Basic cannot carry. Check {variable}."
    ))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::contract::from_yaml;

    const THINGS: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  securitySchemes:
    client: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
    token: {type: http, scheme: bearer, x-prefix: bearer}
    key: {type: apiKey, in: query, name: api-key}
    login: {type: http, scheme: basic}
paths:
  /things:
    post:
      operationId: make
      security: [{client: []}, {token: [], key: []}, {login: []}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {}
";

    fn gathered(given: &[(&str, &str)]) -> Result<Secrets, Error> {
        let contract = from_yaml("t", THINGS, &[]).unwrap();
        Secrets::gather(&[&contract.operations[0]], |name| {
            let found = given.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| SecretString::from((*value).to_owned())))
        })
    }

    #[test]
    fn the_first_complete_alternative_is_used() {
        let all = [("client_id", "i"), ("client_secret", "s"), ("token", "t"), ("key", "k")];
        let secrets = gathered(&all).unwrap();
        assert_eq!(secrets.exchanged(0).unwrap().name, "client");
        assert!(secrets.credentials(0).unwrap().headers.is_empty());
        assert_eq!(secrets.text("token"), "", "what is not used is not kept");
        let secrets = gathered(&[("client_id", "i"), ("client_secret", "  "), ("token", " t "), ("key", "k")]).unwrap();
        assert!(secrets.exchanged(0).is_none());
        let credentials = secrets.credentials(0).unwrap();
        assert_eq!(credentials.headers[AUTHORIZATION], "bearer t");
        assert_eq!((credentials.query[0].0.as_str(), credentials.query[0].1.expose_secret()), ("api-key", "k"));
    }

    #[test]
    fn without_a_complete_alternative_each_way_is_named() {
        let said = gathered(&[("client_id", "i"), ("token", "t")]).unwrap_err().message;
        let ways = "CASELOAD_CLIENT_ID and CASELOAD_CLIENT_SECRET, or CASELOAD_TOKEN and CASELOAD_KEY, or CASELOAD_USER and CASELOAD_PASSWORD";
        assert!(said.en.contains(ways) && said.en.contains("auth.client_id and auth.client_secret"), "{}", said.en);
        assert!(said.tr.contains("CASELOAD_TOKEN ve CASELOAD_KEY ya da CASELOAD_USER"), "{}", said.tr);
    }

    #[test]
    fn what_will_be_used_is_told_without_reading_a_secret() {
        let contract = from_yaml("t", THINGS, &[]).unwrap();
        let names = |likely: &[&str], given: &[&str]| {
            let promise = |name: &str| match (likely.contains(&name), given.contains(&name)) {
                (true, _) => Promise::Likely,
                (_, true) => Promise::Given,
                _ => Promise::Missing,
            };
            let found = super::likely(&contract.operations[0], promise);
            found.map(|found| found.iter().map(|schemes| schemes[0].name.clone()).collect::<Vec<_>>())
        };
        assert_eq!(names(&["client_secret"], &["client_id", "token", "key"]).unwrap(), ["client", "token"]);
        assert_eq!(names(&[], &["client_id", "client_secret", "token", "key"]).unwrap(), ["client"]);
        assert_eq!(names(&["user"], &["password", "token"]).unwrap(), ["login"]);
        assert!(names(&["token"], &[]).unwrap_err().message.en.contains("CASELOAD_KEY"));
    }

    #[test]
    fn ways_read_as_a_sentence() {
        let ways = [vec!["a", "b", "c"], vec![], vec!["d"]];
        let said = joined(&ways, str::to_uppercase);
        assert_eq!((said.en.as_str(), said.tr.as_str()), ("A, B and C, or D", "A, B ve C ya da D"));
    }

    #[test]
    fn basic_is_user_and_password_and_nothing_prints_it() {
        let secrets = gathered(&[("user", "Aladdin"), ("password", "open sesame")]).unwrap();
        let credentials = secrets.credentials(0).unwrap();
        assert_eq!(credentials.headers[AUTHORIZATION], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(secrets.has_sessions());
        let printed = format!("{secrets:?} {credentials:?}");
        assert!(!printed.contains("QWxh") && !printed.contains("sesame") && !printed.contains("Aladdin"), "{printed}");
        assert!(secrets.mask().finds_in("bad header: QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        let stop = gathered(&[("user", "a:b"), ("password", "p")]).unwrap().credentials(0).unwrap_err();
        assert!(stop.message.en.contains("colon"));
    }

    #[test]
    fn a_place_is_looked_at_once_and_only_if_it_may_matter() {
        let contract = from_yaml("t", THINGS, &[]).unwrap();
        let asked = RefCell::new(Vec::new());
        let operation = &contract.operations[0];
        let stop = Secrets::gather(&[operation, operation], |name| {
            asked.borrow_mut().push(name.to_owned());
            Ok((name == "token" || name == "key").then(|| "given".to_owned().into()))
        });
        assert!(stop.is_ok());
        assert_eq!(asked.into_inner(), ["client_id", "token", "key"]);
    }

    #[test]
    fn a_variable_has_letters_digits_and_underscores_alone() {
        assert_eq!(variable("client_id"), "CASELOAD_CLIENT_ID");
        assert_eq!(variable("api-key.v2"), "CASELOAD_API_KEY_V2");
    }
}
