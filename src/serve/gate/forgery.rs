//! Requests that another site makes a browser send: who asks by a cookie has to come from the page itself.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use caseload_engine::keyed::hex;
use caseload_sheet::text;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::arrival::Arrival;
use super::secret::random;
use crate::path;
use crate::problem::Problem;

/// The field of every form that carries its token.
pub const FIELD: &str = "csrf";
/// The header by which a script sends it.
pub const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// The longest form without a file, in bytes.
pub const LONGEST_FORM: usize = 1 << 20;

/// How many digits of a token are its salt.
const SALT: usize = 32;

/// What the tokens of a session's forms are made of.
#[derive(Debug, Clone)]
pub(crate) struct FormSecret(String);

impl FormSecret {
    /// Bound to a session's id, or to another secret that stands for a person.
    pub fn of(secret: &str) -> Self {
        Self(secret.to_owned())
    }

    /// A new token: a salt, and what it makes of the secret.
    ///
    /// # Errors
    /// The system has no chance to give.
    pub fn token(&self) -> Result<String, getrandom::Error> {
        let salt = &random()?[..SALT];
        Ok(format!("{salt}{}", self.of_salt(salt)))
    }

    /// Whether a token was made of this secret.
    pub fn made(&self, token: &str) -> bool {
        let Some((salt, rest)) = token.split_at_checked(SALT) else { return false };
        self.of_salt(salt).as_bytes().ct_eq(rest.as_bytes()).into()
    }

    fn of_salt(&self, salt: &str) -> String {
        let mut digest = Sha256::new();
        for part in ["form\0", self.0.as_str(), "\0", salt] {
            digest.update(part.as_bytes());
        }
        hex(&digest.finalize())
    }
}

/// Whether a request changes something.
pub fn is_changing(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Sees that a changing request comes from the page itself, as the browser says.
///
/// # Errors
/// It comes from elsewhere, or the browser does not say.
pub fn check_origin(headers: &HeaderMap, arrival: &Arrival) -> Result<(), Problem> {
    let said = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap_or("?"));
        // Two are one too many.
        if values.next().is_some() { Some("?") } else { first }
    };
    let site = said(HeaderName::from_static("sec-fetch-site")).map(|site| site == "same-origin");
    let origin = said(header::ORIGIN).map(|origin| origin.eq_ignore_ascii_case(&arrival.origin()));
    let answers = [site, origin];
    if answers.contains(&Some(false)) || answers == [None, None] { Err(forged()) } else { Ok(()) }
}

/// Sees that a form of a session carries its token. The token of a form with a file comes with its body, which whoever
/// stores the file reads: it stays owed.
///
/// # Errors
/// There is no token, or it is of another session.
pub(crate) async fn check_token(
    request: Request,
    secret: FormSecret,
) -> Result<(Request, Option<FormSecret>), Problem> {
    // Another site can make a browser send a form, but not JSON: that would have been refused by the origin.
    if request.uri().path().starts_with(path::API) {
        return Ok((request, None));
    }
    if let Some(token) = request.headers().get(&HEADER) {
        return if token.to_str().is_ok_and(|token| secret.made(token)) {
            Ok((request, None))
        } else {
            Err(no_token())
        };
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return Ok((request, Some(secret)));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LONGEST_FORM).await.map_err(|_| form_too_large())?;
    let tokens: Vec<String> = fields(&bytes).filter(|(name, _)| name == FIELD).map(|(_, value)| value).collect();
    if !matches!(tokens.as_slice(), [token] if secret.made(token)) {
        return Err(no_token());
    }
    Ok((Request::from_parts(parts, Body::from(bytes)), None))
}

/// The fields of a form.
fn fields(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &[u8]| {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_encoding::percent_decode(&spaced).decode_utf8_lossy().into_owned()
    };
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (decode(&pair[..at]), decode(pair.get(at + 1..).unwrap_or_default()))
    })
}

fn forged() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "forged-origin",
        text!("İstek bu sayfadan gelmiyor", "The request does not come from this page"),
        text!(
            "Tarayıcı, isteğin başka bir siteden geldiğini söylüyor ya da nereden geldiğini söylemiyor. Hiçbir şey değişmedi. Sayfayı yeniden açıp oradan deneyin; programlar Authorization: Bearer kullanır.",
            "The browser says that the request comes from another site, or does not say where it comes from. Nothing has changed. Open the page again and try from there; programs use Authorization: Bearer."
        ),
    )
}

/// The form carries no token of this session.
pub(crate) fn no_token() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "form-token",
        text!("Form bu oturumun değil", "The form is not of this session"),
        text!(
            "Sayfa, bu oturum başlamadan önce açılmış. Hiçbir şey değişmedi. Sayfayı yenileyip yeniden deneyin.",
            "The page was opened before this session began. Nothing has changed. Reload the page and try again."
        ),
    )
}

fn form_too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "form-too-large",
        text!("Form çok büyük", "The form is too large"),
        text!("Bir form en çok 1 MB olabilir. Daha az yazın.", "A form may have 1 MB at most. Write less."),
    )
    .with("limit", LONGEST_FORM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn arrival() -> Arrival {
        let from = "127.0.0.1".parse().unwrap();
        Arrival { from, is_https: false, host: "127.0.0.1:8080".to_owned(), by_proxy: false }
    }

    fn is_ok(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        check_origin(&map, &arrival()).is_ok()
    }

    #[test]
    fn only_the_page_itself_may_ask_by_a_cookie() {
        assert!(is_ok(&[("origin", "http://127.0.0.1:8080")]));
        assert!(is_ok(&[("sec-fetch-site", "same-origin")]));
        assert!(!is_ok(&[]));
        for origin in ["http://127.0.0.1:8081", "https://127.0.0.1:8080", "null", "http://evil.example", ""] {
            assert!(!is_ok(&[("origin", origin)]), "{origin}");
        }
        for site in ["same-site", "cross-site", "none"] {
            assert!(!is_ok(&[("sec-fetch-site", site)]), "{site}");
        }
        assert!(!is_ok(&[("sec-fetch-site", "same-origin"), ("origin", "http://evil.example")]));
        assert!(!is_ok(&[("origin", "http://127.0.0.1:8080"), ("origin", "http://evil.example")]));
    }

    #[test]
    fn a_token_is_of_one_session_and_never_the_same() {
        let (mine, other) = (FormSecret::of("a"), FormSecret::of("b"));
        let token = mine.token().unwrap();
        assert!(mine.made(&token));
        assert!(!other.made(&token));
        assert_ne!(mine.token().unwrap(), token);
        for bad in ["", "short", &token[..token.len() - 1], &"ğ".repeat(40)] {
            assert!(!mine.made(bad), "{bad}");
        }
    }

    #[test]
    fn the_fields_of_a_form_are_told_apart() {
        let found: Vec<_> = fields(b"a=1&csrf=x%2By+z&&b").collect();
        let expected = [("a", "1"), ("csrf", "x+y z"), ("b", "")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
