//! One request after the other's answer, by reqwest.

use std::sync::Arc;

use csv::StringRecord;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};
use serde::Deserialize;

use super::{IN_FLIGHT, rows};
use crate::Fallible;

/// A client and where it sends to.
#[derive(Clone)]
pub struct Post {
    client: Client,
    url: Arc<Url>,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    case_id: u64,
}

impl Post {
    pub fn new(base_url: &str) -> Fallible<Self> {
        // The client is built for TLS and wants a provider, though nothing here uses it; another may stand already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().http1_only().no_proxy().tcp_nodelay(true).pool_max_idle_per_host(IN_FLIGHT);
        Ok(Self { client: client.build()?, url: Arc::new(format!("{base_url}/api/v1/cases").parse()?) })
    }

    /// Sends a row; the id in the answer.
    pub async fn send(&self, row: &StringRecord) -> Fallible<u64> {
        let body = serde_json::to_vec(&rows::body(row))?;
        let request = self.client.post((*self.url).clone()).header(CONTENT_TYPE, "application/json").bearer_auth("x");
        let answer = request.body(body).send().await?.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice::<Answer>(&answer)?.data.case_id)
    }
}
