//! A visit of a page: who comes, and what every page is framed by.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use caseload_sheet::message::Lang;
use jiff::Timestamp;
use maud::Markup;

use crate::desk::{Desk, Fault};
use crate::gate::Asker;
use crate::house::House;
use crate::office::{Actor, List};
use crate::pages::Frame;
use crate::person::Deed;
use crate::problem::Problem;
use crate::show::{Look, framed, show};

/// A visit of a page.
pub struct Visit {
    pub house: Arc<House>,
    pub asker: Asker,
    /// The path and query that were asked for.
    address: String,
}

impl FromRequestParts<Arc<House>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Response> {
        let asker = Asker::from_request_parts(parts, house).await?;
        let address = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        Ok(Self { house: Arc::clone(house), asker, address })
    }
}

impl Visit {
    /// A visit of somebody whose form has shown its token only in its body.
    pub fn by(house: &Arc<House>, asker: Asker, address: &str) -> Self {
        Self { house: Arc::clone(house), asker, address: address.to_owned() }
    }

    /// Who comes, as it is written down beside what they do.
    pub fn actor(&self) -> Actor {
        Actor::from(&self.asker.person).at(self.asker.from)
    }

    pub fn lang(&self) -> Lang {
        self.asker.lang
    }

    /// Sees that this person may do something at all.
    pub fn may(&self, deed: Deed) -> Result<(), Problem> {
        self.asker.may(deed)
    }

    /// Has the desk do something, on a thread that may wait.
    pub async fn desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Problem> {
        let desk = self.house.desk.clone();
        crate::blocking(move || work(&desk).map_err(Problem::from)).await
    }

    /// The list of a name.
    pub async fn list(&self, name: String) -> Result<List, Problem> {
        self.may(Deed::Look)?;
        self.desk(move |desk| desk.list(&name)).await
    }

    /// Shows a screen.
    pub fn show(&self, render: impl FnOnce(&Frame) -> Markup) -> Response {
        show(&self.house, Look::of(&self.asker, &self.address), render)
    }

    /// A part of a screen, as a stream sends it.
    pub fn part(&self, render: impl FnOnce(&Frame) -> Markup) -> String {
        framed(&self.house, Look::of(&self.asker, &self.address), render).into_string()
    }
}

/// Leads on to another page, after a form.
pub fn lead(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// A page of this page, from what a form says; never another server.
pub fn back(to: Option<&str>, or: &str) -> Response {
    let own = to.filter(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']));
    lead(own.unwrap_or(or))
}

/// A time of the office.
pub fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}
