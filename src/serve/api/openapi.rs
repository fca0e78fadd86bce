//! The API's own description.

use axum::http::header;
use axum::response::IntoResponse;

use super::call::Call;

/// Written by hand: answers are made of the engine's own objects, for which there are no types to derive it from, and
/// a test holds it against the routes.
pub(crate) const DOCUMENT: &str = include_str!("openapi.json");

/// `GET /openapi.json`
pub(super) async fn document(_: Call) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT)
}
