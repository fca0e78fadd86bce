//! A file goes out, piece by piece.

use std::io::Read;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::desk::Export;

/// What a workbook is to a browser.
pub(crate) const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// The answer with a file that a browser stores under its name.
pub(crate) fn attachment(export: Export, kind: &'static str) -> Response {
    let (bytes, name) = (export.bytes, utf8_percent_encode(&export.name, NON_ALPHANUMERIC).to_string());
    let mut response = Response::new(body(export));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename*=UTF-8''{name}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The pieces of a file, each read when the one before has left.
fn body(export: Export) -> Body {
    Body::from_stream(stream::unfold(Some(export), async |export| {
        let mut export = export?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let read = export.read(&mut piece);
            (export, read.map(|count| Bytes::from(piece).slice(..count)))
        });
        match read.await {
            Ok((_, Ok(piece))) if piece.is_empty() => None,
            Ok((export, Ok(piece))) => Some((Ok(piece), Some(export))),
            Ok((_, Err(error))) => Some((Err(error), None)),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    }))
}
