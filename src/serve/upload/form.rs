//! Lists as a form sends them: files, or text that was pasted out of a spreadsheet.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use caseload_sheet::text;
use futures_util::stream;
use multer::{Field, Multipart};

use super::{Arrived, clean, stopped, store};
use crate::gate::Asker;
use crate::gate::asker::Seen;
use crate::gate::forgery::{FIELD, FormSecret, no_token};
use crate::house::House;
use crate::office::Kind;
use crate::person::Deed;
use crate::problem::Problem;

/// The field with text out of a spreadsheet.
const PASTED: &str = "text";
/// The longest field that is no list, in bytes.
const LONGEST_FIELD: usize = 16 << 10;
/// The most parts of a form.
const MOST_PARTS: usize = 60;

/// What somebody dropped on the page. Its asker may prepare lists, and the form is this session's: both are seen before
/// the first byte of a file is stored.
pub struct Dropped {
    /// Who did.
    pub asker: Asker,
    /// The fields beside the lists.
    pub fields: Vec<(String, String)>,
    /// The lists, each whole. Nothing, where no file was chosen and no text pasted.
    pub lists: Vec<Arrived>,
}

impl Dropped {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Arc<House>> for Dropped {
    type Rejection = Response;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        // The token is in the body, which is read here; what it is owed for goes no further without it.
        let owed = parts.extensions.get_mut::<Seen>().and_then(|seen| seen.owes_token.take());
        let asker = <Asker as axum::extract::FromRequestParts<_>>::from_request_parts(&mut parts, house).await?;
        let form = async {
            asker.may(Deed::Prepare)?;
            let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let boundary = multer::parse_boundary(kind).map_err(|_| no_form())?;
            read(house, body, boundary, owed).await
        };
        let (fields, lists) = form.await.map_err(Problem::into_response)?;
        Ok(Self { asker, fields, lists })
    }
}

type Read = (Vec<(String, String)>, Vec<Arrived>);

/// Reads a form. Its token comes first, before any list.
async fn read(house: &Arc<House>, body: Body, boundary: String, mut owed: Option<FormSecret>) -> Result<Read, Problem> {
    let mut form = Multipart::new(body.into_data_stream(), boundary);
    let (mut fields, mut lists) = (Vec::new(), Vec::new());
    let mut count = 0;
    while let Some(field) = form.next_field().await.map_err(|error| not_read(&error))? {
        count += 1;
        if count > MOST_PARTS {
            return Err(no_form());
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == FIELD {
            let token = short(field).await?;
            if owed.take().is_some_and(|secret| !secret.made(&token)) {
                return Err(no_token());
            }
            continue;
        }
        if owed.is_some() {
            return Err(no_token());
        }
        let file = field.file_name().map(str::to_owned);
        match file {
            Some(file) => lists.extend(list(house, clean(&file), None, file.is_empty(), field).await?),
            None if name == PASTED => {
                lists.extend(list(house, "list.tsv".to_owned(), Some(Kind::Pasted), true, field).await?);
            }
            None => fields.push((name, short(field).await?)),
        }
    }
    if owed.is_some() { Err(no_token()) } else { Ok((fields, lists)) }
}

/// Stores a list. A field that was left empty is none.
async fn list(
    house: &Arc<House>,
    name: String,
    kind: Option<Kind>,
    may_be_empty: bool,
    mut field: Field<'_>,
) -> Result<Option<Arrived>, Problem> {
    // Blanks before the first cell are no list yet.
    let mut begin = Vec::new();
    while may_be_empty && begin.iter().all(|piece: &Bytes| piece.trim_ascii().is_empty()) {
        match field.chunk().await.map_err(|error| not_read(&error))? {
            Some(piece) => begin.push(piece),
            None => return Ok(None),
        }
        if begin.len() > MOST_PARTS {
            break;
        }
    }
    let begin = begin.into_iter().map(Ok::<_, multer::Error>);
    let rest = stream::unfold(field, |mut field| async {
        let piece = field.chunk().await.transpose()?;
        Some((piece, field))
    });
    let pieces = futures_util::StreamExt::chain(stream::iter(begin), rest);
    store(house, name, kind, Box::pin(pieces)).await.map(Some)
}

/// The value of a field that is no list.
async fn short(mut field: Field<'_>) -> Result<String, Problem> {
    let mut value = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| not_read(&error))? {
        if value.len() + piece.len() > LONGEST_FIELD {
            return Err(no_form());
        }
        value.extend_from_slice(&piece);
    }
    String::from_utf8(value).map_err(|_| no_form())
}

fn not_read(error: &multer::Error) -> Problem {
    match error {
        multer::Error::StreamReadFailed(_)
        | multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => stopped(error),
        _ => no_form(),
    }
}

fn no_form() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "form-broken",
        text!("Form anlaşılmadı", "The form is not understood"),
        text!(
            "Tarayıcının gönderdiği form okunamadı. Hiçbir şey saklanmadı. Sayfayı yenileyip listeyi yeniden bırakın.",
            "The form that the browser sent cannot be read. Nothing was stored. Reload the page and drop the list again."
        ),
    )
}
