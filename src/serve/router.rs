//! Every address, and the layers that a request passes on its way to it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::answer::dress;
use crate::api;
use crate::body::hurry;
use crate::gate::arrival::Peer;
use crate::gate::{self, Asker};
use crate::house::House;
use crate::problem::Problem;
use crate::routes;

/// Every address of the page.
pub fn router(house: Arc<House>) -> Router {
    around(house, api::routes().merge(routes::routes()))
}

/// The layers, the gate, and what needs no gate, around the rooms that need it.
pub(crate) fn around(house: Arc<House>, rooms: Router<Arc<House>>) -> Router {
    let behind_the_gate = rooms
        .merge(gate::routes())
        // Strangers are not told which addresses there are.
        .fallback(async |_: Asker| Problem::not_found())
        .method_not_allowed_fallback(async |_: Asker| Problem::method())
        .layer(from_fn_with_state(Arc::clone(&house), gate::let_in));
    let before_it = Router::new()
        .route("/assets/{*name}", get(asset))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(async || Problem::method());
    before_it
        .merge(behind_the_gate)
        .layer(from_fn_with_state(Arc::clone(&house), dress))
        .layer(from_fn_with_state(Arc::clone(&house), hurry))
        .with_state(house)
}

async fn asset(State(house): State<Arc<House>>, uri: Uri, headers: HeaderMap) -> Response {
    house.assets.answer(uri.path(), &headers).unwrap_or_else(|| Problem::not_found().into_response())
}

/// Whether lists can be taken: not while the server ends, and not while what is behind the page cannot work.
async fn ready(State(house): State<Arc<House>>) -> Response {
    let fault = if house.stop.is_set() { Some("stopping".to_owned()) } else { None };
    let fault = fault.or_else(|| house.behind.iter().find_map(|part| part.fault()));
    match fault {
        None => "ready\n".into_response(),
        Some(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{fault}\n")).into_response(),
    }
}

/// The numbers, for a collector on this machine or one that shows a token.
async fn metrics(State(house): State<Arc<House>>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Response {
    let is_here = |address: IpAddr| address.to_canonical().is_loopback();
    let is_direct = is_here(peer.address.ip()) && house.gate.options().proxy.is_none();
    if !is_direct {
        let gate = Arc::clone(&house.gate);
        if let Err(problem) = crate::blocking(move || gate.of_a_token(&headers)).await {
            return problem.into_response();
        }
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], house.metrics.text()).into_response()
}
