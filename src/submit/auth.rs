//! Secrets: where they come from, and how they travel.

use std::collections::BTreeMap;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::contract::{Operation, Scheme, SchemeKind};
use crate::exit::Stop;
use crate::text;

/// The secrets of a run by the names that the contract gives them.
#[derive(Debug, Default)]
pub struct Secrets {
    values: BTreeMap<String, SecretString>,
}

impl Secrets {
    /// Gathers what the operations need. `given` holds what the settings say; the variable
    /// `CASELOAD_<NAME>` goes before it.
    ///
    /// # Errors
    /// A secret that is nowhere.
    pub fn gather(
        operations: &[&Operation],
        given: impl Fn(&str) -> Result<Option<SecretString>, Stop>,
    ) -> Result<Self, Stop> {
        let mut values = BTreeMap::new();
        for scheme in operations.iter().flat_map(|operation| &operation.schemes) {
            if !values.contains_key(&scheme.name) {
                let value = from_environment(&scheme.name).map_or_else(|| given(&scheme.name), |v| Ok(Some(v)))?;
                values.insert(scheme.name.clone(), value.ok_or_else(|| missing(&scheme.name))?);
            }
        }
        Ok(Self { values })
    }

    /// The headers that an operation's schemes ask for; marked so that nothing prints them.
    ///
    /// # Errors
    /// A secret with characters that no header can carry.
    pub fn headers(&self, operation: &Operation) -> Result<HeaderMap, Stop> {
        let mut headers = HeaderMap::new();
        for scheme in &operation.schemes {
            let (name, value) = self.header(scheme).ok_or_else(|| unfit(&scheme.name))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn header(&self, scheme: &Scheme) -> Option<(HeaderName, HeaderValue)> {
        let secret = self.values.get(&scheme.name)?.expose_secret().trim();
        let (name, text) = match &scheme.kind {
            SchemeKind::Bearer => (AUTHORIZATION, format!("Bearer {secret}")),
            SchemeKind::Header(name) => (HeaderName::from_bytes(name.as_bytes()).ok()?, secret.to_owned()),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }
}

/// The variable that holds a secret: `token` is in `CASELOAD_TOKEN`.
pub fn variable(name: &str) -> String {
    format!("CASELOAD_{}", name.to_uppercase().replace('-', "_"))
}

fn from_environment(name: &str) -> Option<SecretString> {
    std::env::var(variable(name)).ok().filter(|value| !value.trim().is_empty()).map(SecretString::from)
}

fn missing(name: &str) -> Stop {
    let variable = variable(name);
    Stop::cannot_start(text!(
        "\"{name}\" gizli bilgisi verilmemiş. {variable} ortam değişkenine yazın ya da caseload.toml içinde auth.{name} ile yerini gösterin.",
        "The secret \"{name}\" is not given. Put it into the variable {variable}, or say where it is by auth.{name} in caseload.toml."
    ))
}

fn unfit(name: &str) -> Stop {
    let variable = variable(name);
    Stop::cannot_start(text!(
        "\"{name}\" gizli bilgisinde başlıkta gönderilemeyen karakterler var. {variable} değerini yeniden kopyalayın.",
        "The secret \"{name}\" has characters that a header cannot carry. Copy it into {variable} again."
    ))
}
