//! An answer before it leaves.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use serde_json::Value;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer, and whether anything was done for it.
#[derive(Debug)]
pub struct Draft {
    pub status: u16,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
    /// The request was carried out, and gave this id (null for an operation without one).
    pub done: Option<Value>,
}

impl Draft {
    pub fn new(status: u16, media: HeaderValue, body: Vec<u8>) -> Self {
        Self { status, headers: vec![(CONTENT_TYPE, media)], body, done: None }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), done: None }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string().into_bytes())
    }
}
