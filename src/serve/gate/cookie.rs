//! The cookies of the page: one for the session, and two for how the page is read.

use axum::http::{HeaderMap, HeaderValue, header};

/// The language that was chosen, `tr` or `en`.
pub const LANGUAGE: &str = "caseload-lang";
/// The appearance that was chosen, `light` or `dark`.
pub const THEME: &str = "caseload-theme";

/// The name of the session's cookie. Over https the browser itself guards it: `__Host-` takes no other host's, and none
/// that came over http. On loopback two servers are one host, so that the port is in the name.
pub fn session_name(is_https: bool, port: u16) -> String {
    if is_https { "__Host-caseload".to_owned() } else { format!("caseload-{port}") }
}

/// The value of a cookie; `None` also where the browser sends several of the name, for one of them may be planted.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// A cookie that the browser keeps until it ends, out of reach of scripts and of other sites.
pub fn session(name: &str, value: &str, is_https: bool) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")).ok()
}

/// Takes a cookie away.
pub fn gone(name: &str, is_https: bool) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}")).ok()
}

/// A choice of the reader, kept for a year.
pub fn choice(name: &str, value: &str, is_https: bool) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    let year = 365 * 24 * 3600;
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={year}; HttpOnly; SameSite=Strict{secure}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_two_of_a_name_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; caseload-80=x"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(value(&headers, "caseload-80"), Some("x"));
        assert_eq!(value(&headers, "b"), Some("2"));
        assert_eq!(value(&headers, "c"), None);
        headers.append(header::COOKIE, HeaderValue::from_static("caseload-80=y"));
        assert_eq!(value(&headers, "caseload-80"), None);
    }

    #[test]
    fn a_sessions_cookie_is_out_of_reach() {
        assert_eq!(session_name(false, 8080), "caseload-8080");
        let name = session_name(true, 443);
        let cookie = session(&name, "x", true).unwrap();
        assert_eq!(cookie, "__Host-caseload=x; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(session("caseload-1", "x", false).unwrap(), "caseload-1=x; Path=/; HttpOnly; SameSite=Strict");
    }
}
