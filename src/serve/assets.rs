//! The files of the page: in the program itself, named by their content, and packed once.

use std::collections::HashMap;
use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caseload_engine::keyed::hex;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Every file there is: its name, what it is, and what it holds.
const FILES: &[(&str, &str, &[u8])] = &[
    ("caseload.svg", SVG, include_bytes!("assets/caseload.svg")),
    ("drop.js", SCRIPT, include_bytes!("assets/drop.js")),
    ("icons.svg", SVG, include_bytes!("assets/icons.svg")),
    ("live.js", SCRIPT, include_bytes!("assets/live.js")),
    ("mend.js", SCRIPT, include_bytes!("assets/mend.js")),
    ("page.js", SCRIPT, include_bytes!("assets/page.js")),
    ("sheet.js", SCRIPT, include_bytes!("assets/sheet.js")),
    ("style.css", "text/css; charset=utf-8", include_bytes!("assets/style.css")),
    ("vendor/htmx.min.js", SCRIPT, include_bytes!("assets/vendor/htmx.min.js")),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// The folder of the addresses.
const ROOT: &str = "/assets/";
/// An address changes with its content, so that a browser may keep what it has.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The files of the page, by name and by address.
pub struct Assets {
    by_name: HashMap<&'static str, String>,
    by_address: HashMap<String, Asset>,
}

struct Asset {
    kind: &'static str,
    plain: &'static [u8],
    /// The same packed, where that is shorter.
    packed: Option<Vec<u8>>,
    tag: String,
}

impl Default for Assets {
    fn default() -> Self {
        Self::of(FILES)
    }
}

impl Assets {
    fn of(files: &[(&'static str, &'static str, &'static [u8])]) -> Self {
        let (mut by_name, mut by_address) = (HashMap::new(), HashMap::new());
        for &(name, kind, plain) in files {
            let hash = &hex(&Sha256::digest(plain))[..16];
            let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
            let address = format!("{ROOT}{stem}.{hash}.{ending}");
            let packed = packed(plain).filter(|packed| packed.len() < plain.len());
            by_name.insert(name, address.clone());
            by_address.insert(address, Asset { kind, plain, packed, tag: format!("\"{hash}\"") });
        }
        Self { by_name, by_address }
    }

    /// The address of a file by its name. There is none for a name that nobody knows: a test asks for every name that the
    /// pages use.
    pub fn url(&self, name: &str) -> String {
        self.by_name.get(name).cloned().unwrap_or_else(|| format!("{ROOT}{name}"))
    }

    /// The names of the files.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.by_name.keys().copied()
    }

    /// The answer to a request for an address; `None` where there is no such file.
    pub fn answer(&self, address: &str, headers: &HeaderMap) -> Option<Response> {
        let asset = self.by_address.get(address)?;
        let mut response = if said(headers, header::IF_NONE_MATCH).split(',').any(|tag| tag.trim() == asset.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match &asset.packed {
                Some(packed) if takes_gzip(headers) => {
                    let mut response = Response::new(Body::from(packed.clone()));
                    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                    response
                }
                _ => Response::new(Body::from(asset.plain)),
            }
        };
        let found = response.headers_mut();
        found.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
        found.insert(header::CACHE_CONTROL, FOR_EVER);
        found.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        found.extend(HeaderValue::from_str(&asset.tag).ok().map(|tag| (header::ETAG, tag)));
        Some(response)
    }
}

/// Whether the reader takes what is packed.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    said(headers, header::ACCEPT_ENCODING).split(',').any(|coding| {
        let mut parts = coding.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let refused = parts.any(|part| matches!(part.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        (name.eq_ignore_ascii_case("gzip") || name == "*") && !refused
    })
}

/// Packs bytes.
pub(crate) fn packed(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

fn said(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_content_and_never_asked_for_again() {
        let assets = Assets::of(&[("a.b.css", "text/css", b"x { }")]);
        let url = assets.url("a.b.css");
        assert_ne!(url, Assets::of(&[("a.b.css", "text/css", b"y { }")]).url("a.b.css"));
        let hash = url.strip_prefix("/assets/a.b.").and_then(|rest| rest.strip_suffix(".css"));
        assert_eq!(hash.map(str::len), Some(16), "{url}");
        let mut headers = HeaderMap::new();
        let response = assets.answer(&url, &headers).unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        headers.insert(header::IF_NONE_MATCH, response.headers()["etag"].clone());
        assert_eq!(assets.answer(&url, &headers).unwrap().status(), StatusCode::NOT_MODIFIED);
        assert!(assets.answer("/assets/a.css", &headers).is_none());
    }

    #[test]
    fn what_gets_shorter_is_sent_packed_to_those_who_take_it() {
        let assets = Assets::default();
        let url = assets.url("style.css");
        let with = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assets.answer(&url, &headers).unwrap().headers().contains_key(header::CONTENT_ENCODING)
        };
        assert!(with("gzip, deflate, br"));
        assert!(!with("br"));
        assert!(!with("gzip;q=0"));
    }

    /// The first page has to come in 60 KiB.
    #[test]
    fn all_files_together_are_short() {
        let assets = Assets::default();
        let length = |asset: &Asset| asset.packed.as_ref().map_or(asset.plain.len(), Vec::len);
        let total: usize = assets.by_address.values().map(length).sum();
        assert!(total < 50 * 1024, "{total}");
    }
}
