//! What a request did not get, and why: a problem document (RFC 9457) for programs, a page for people, in the reader's
//! language.

use std::ops::Deref;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caseload_engine::error::{Code, Error};
use caseload_sheet::message::{Lang, Text};
use caseload_sheet::text;
use serde_json::{Map, Value, json};

/// Why a request was not done. It is one pointer, for it goes through every result of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<Said>);

/// What a problem says.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The status of the answer.
    pub status: StatusCode,
    /// A stable name, for programs.
    pub code: &'static str,
    /// What it is about, in a few words.
    pub title: Text,
    /// Where, what, and what to do next.
    pub detail: Text,
    /// More, for programs: a limit, a place.
    pub more: Map<String, Value>,
    /// Headers that go with it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Deref for Problem {
    type Target = Said;

    fn deref(&self) -> &Said {
        &self.0
    }
}

impl Problem {
    /// A problem of a code.
    pub fn new(status: StatusCode, code: &'static str, title: Text, detail: Text) -> Self {
        Self(Box::new(Said { status, code, title, detail, more: Map::new(), headers: Vec::new() }))
    }

    /// The same with something more for programs.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(key.to_owned(), value.into());
        self
    }

    /// The same with a header.
    pub fn with_header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        self.0.headers.extend(value.try_into().ok().map(|value| (name, value)));
        self
    }

    /// The same, to be tried again after so many seconds.
    pub fn after(self, seconds: u64) -> Self {
        self.with("retry_after", seconds).with_header(header::RETRY_AFTER, seconds)
    }

    /// As a document.
    pub fn document(&self, lang: Lang) -> Value {
        let mut document = json!({
            "type": format!("urn:problem-type:caseload:{}", self.code),
            "title": self.title.get(lang),
            "status": self.status.as_u16(),
            "detail": self.detail.get(lang),
            "code": self.code,
        });
        if let Some(document) = document.as_object_mut() {
            document.extend(self.more.clone());
        }
        document
    }

    /// There is nothing under this address, or this person may not see it.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            text!("Böyle bir sayfa yok", "There is no such page"),
            text!(
                "Bu adreste bir şey yok; silinmiş ya da adres eksik yazılmış olabilir. Geçmişten arayın.",
                "There is nothing at this address; it may have been deleted, or the address is incomplete. Look for it in History."
            ),
        )
    }

    /// The address takes other methods.
    pub fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            text!("Bu adres böyle kullanılmaz", "This address is not used like that"),
            text!("Sayfayı başından açın.", "Open the page from its start."),
        )
    }

    /// What was sent cannot be understood.
    pub fn not_understood(detail: Text) -> Self {
        let title = text!("İstek anlaşılmadı", "The request is not understood");
        Self::new(StatusCode::BAD_REQUEST, "not-understood", title, detail)
    }

    /// A form or an object is not as this address takes it.
    pub(crate) fn form_refused(status: StatusCode) -> Self {
        let detail = text!(
            "Gönderilen alanlar bu adresin beklediği gibi değil. Hiçbir şey değişmedi. Sayfayı yenileyip yeniden deneyin; programlar için biçim /openapi.json içinde.",
            "The fields that were sent are not as this address takes them. Nothing has changed. Reload the page and try again; for programs the form is in /openapi.json."
        );
        Self::new(status, "not-understood", text!("İstek anlaşılmadı", "The request is not understood"), detail)
    }

    /// The program's own fault.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            text!("Programda bir hata oldu", "The program made a mistake"),
            text!(
                "İstek yapılamadı. Yeniden deneyin; sürerse yöneticinize söyleyin.",
                "The request could not be done. Try again; if it goes on, tell your administrator."
            ),
        )
    }
}

/// An error of the engine keeps its code and its sentences.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = status_of(error.code);
        let title = match status {
            StatusCode::NOT_FOUND => text!("Bulunamadı", "Not found"),
            StatusCode::CONFLICT => text!("Şu anda olmaz", "Not at this moment"),
            StatusCode::BAD_GATEWAY => text!("Sunucu yanıt vermiyor", "The server does not answer"),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR => {
                text!("Yapılamadı", "It could not be done")
            }
            _ => text!("Böyle gönderilemez", "It cannot be sent like this"),
        };
        Self::new(status, error.code.as_str(), title, error.message)
    }
}

/// The status of an error: whose turn it is to do something about it.
fn status_of(code: Code) -> StatusCode {
    match code {
        Code::FileNotFound | Code::ProfileUnknown | Code::OperationUnknown => StatusCode::NOT_FOUND,
        Code::RunForgotten => StatusCode::GONE,
        Code::LedgerBusy | Code::LedgerHeld | Code::InQuestion | Code::CheckedOnly | Code::ZoneChanged => {
            StatusCode::CONFLICT
        }
        Code::FileChanged => StatusCode::CONFLICT,
        Code::OptionInvalid | Code::ValuesMissing | Code::ValuesInvalid => StatusCode::BAD_REQUEST,
        Code::FileForeign => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::Interrupted | Code::Terminated => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unreachable | Code::Certificate | Code::ProxyLogin | Code::NoToken | Code::NotRead => {
            StatusCode::BAD_GATEWAY
        }
        Code::System
        | Code::TemporaryFiles
        | Code::ResultUnwritable
        | Code::TemplateUnwritable
        | Code::LedgerElsewhere
        | Code::LedgerOnNetwork
        | Code::LedgerTwoNames
        | Code::LedgerLink
        | Code::LedgerOlder
        | Code::LedgerGone
        | Code::LedgerUnreadable
        | Code::LedgerUnwritable
        | Code::LedgerUnusable
        | Code::SettingsUnreadable
        | Code::NoHome => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The answer carries the problem along: the layer that knows the reader puts it into words ([`crate::answer`]).
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        for (name, value) in &self.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_what_it_is_in_the_readers_language() {
        let problem = Problem::not_found().with("run", "r1").after(3);
        let document = problem.document(Lang::Tr);
        assert_eq!(document["code"], "not-found");
        assert_eq!(document["status"], 404);
        assert_eq!(document["title"], "Böyle bir sayfa yok");
        assert_eq!(document["run"], "r1");
        assert_eq!(document["type"], "urn:problem-type:caseload:not-found");
        let response = problem.into_response();
        assert_eq!(response.headers()["retry-after"], "3");
    }

    #[test]
    fn an_error_of_the_engine_keeps_its_code_and_gets_a_status() {
        let problem = |code: Code| Problem::from(code.cannot_start(text!("Türkçe", "English")));
        assert_eq!(problem(Code::LedgerHeld).status, StatusCode::CONFLICT);
        assert_eq!(problem(Code::ColumnsMissing).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem(Code::ColumnsMissing).code, "columns-missing");
        assert_eq!(problem(Code::ColumnsMissing).document(Lang::Tr)["detail"], "Türkçe");
        for code in Code::ALL {
            assert!(problem(*code).status.as_u16() >= 400);
        }
    }
}
