//! A request of a program: who asks, what of, and what it sent along.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::response::Response;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;
use serde::de::DeserializeOwned;

use crate::desk::Desk;
use crate::gate::Asker;
use crate::gate::forgery::LONGEST_FORM;
use crate::house::House;
use crate::office::{Actor, List};
use crate::person::Deed;
use crate::problem::Problem;

/// A request that passed the gate.
pub(super) struct Call {
    pub house: Arc<House>,
    pub asker: Asker,
}

impl FromRequestParts<Arc<House>> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Response> {
        let asker = Asker::from_request_parts(parts, house).await?;
        Ok(Self { house: Arc::clone(house), asker })
    }
}

impl Call {
    /// The language of who asks.
    pub fn lang(&self) -> Lang {
        self.asker.lang
    }

    /// Who does it, as the trail has it.
    pub fn actor(&self) -> Actor {
        Actor::from(&self.asker.person).at(self.asker.from)
    }

    /// Does something at the desk, on a thread that may wait, if the person may do that.
    ///
    /// # Errors
    /// The person may not, or as what is done.
    pub async fn desk<T: Send + 'static>(
        &self,
        deed: Deed,
        what: impl FnOnce(&Desk, &Actor) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.asker.may(deed)?;
        let (desk, actor) = (self.house.desk.clone(), self.actor());
        crate::blocking(move || what(&desk, &actor)).await
    }

    /// Does something with a list: the one of that name, or that of the ledger's run of that name.
    ///
    /// # Errors
    /// There is none, the person may not, or as what is done.
    pub async fn list<T: Send + 'static>(
        &self,
        deed: Deed,
        run: String,
        what: impl FnOnce(&Desk, &Actor, List) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.desk(deed, move |desk, actor| {
            let list = found(desk, &run)?;
            what(desk, actor, list)
        })
        .await
    }
}

/// What the query of an address says.
pub(super) struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<House>> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<House>) -> Result<Self, Problem> {
        let query = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let why = shown(&rejection.body_text());
            Problem::not_understood(text!(
                "Adresin ? işaretinden sonrası anlaşılmadı: {why}. Olabilecekler /openapi.json içinde.",
                "What follows the ? of the address is not understood: {why}. /openapi.json has what it may be."
            ))
        })?;
        Ok(Self(query.0))
    }
}

/// A body that is no file, as it came.
pub(super) struct Sent(pub Bytes);

impl FromRequest<Arc<House>> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<House>) -> Result<Self, Problem> {
        let body = to_bytes(request.into_body(), LONGEST_FORM).await.map_err(|_| {
            Problem::not_understood(text!(
                "Gövde tamamlanmadı ya da 1 MB'tan büyük. Kısaltıp yeniden gönderin.",
                "The body did not come whole, or is larger than 1 MB. Shorten it and send it again."
            ))
        })?;
        Ok(Self(body))
    }
}

/// The list of a name, or of the ledger's run of that name.
pub(super) fn found(desk: &Desk, run: &str) -> Result<List, Problem> {
    match desk.office().list_of_run(run)? {
        Some(list) => Ok(list),
        None => Ok(desk.list(run)?),
    }
}

/// What the body says. An empty one says what an empty object says.
///
/// # Errors
/// It is no JSON of this form.
pub(super) fn said<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let why = shown(&error.to_string());
        Problem::not_understood(text!(
            "Gövde beklenen JSON değil: {why}. Biçimler /openapi.json içinde.",
            "The body is not the JSON that is expected: {why}. /openapi.json has the forms."
        ))
    })
}

/// A value of the query that is not taken.
pub(super) fn not_taken(name: &str, value: &str, known: &str) -> Problem {
    let value = shown(value);
    Problem::not_understood(text!(
        "{name} için \"{value}\" anlaşılmadı. Olabilecekler: {known}.",
        "\"{value}\" is not understood for {name}. It may be: {known}."
    ))
}
