//! Lists come in: streamed to the disk while they are counted, and gone again unless they come whole.

mod form;
mod name;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::StatusCode;
use caseload_engine::error::Error;
use caseload_sheet::message::{Lang, Text, grouped, shown};
use caseload_sheet::{read, text};
use futures_util::stream::{Stream, StreamExt};
use tokio::sync::mpsc;

use crate::house::House;
use crate::office::{Kind, Office, Received, Upload};
use crate::problem::Problem;

pub use form::Dropped;
pub use name::clean;

/// How many pieces may wait for the disk.
const WAITING: usize = 8;

/// A list that has come whole: it is on the disk, and its content is of a kind that is read.
#[derive(Debug)]
pub struct Arrived {
    /// The file. Dropped before a list is made of it, it is removed.
    pub file: Received,
    /// As it was called, cleaned: no folder, nothing that steers, never empty.
    pub name: String,
    /// What it is, by its content.
    pub kind: Kind,
}

/// Takes a list as the whole body of a request.
///
/// # Errors
/// It is larger than the limit, stops in the middle, or comes too slowly; its content is of a kind that is not read; the
/// disk. Nothing is stored then.
pub async fn take<S, E>(house: &Arc<House>, name: &str, body: S) -> Result<Arrived, Problem>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    store(house, clean(name), None, body).await
}

/// Writes what comes, up to the limit.
async fn store<S, E>(house: &Arc<House>, name: String, kind: Option<Kind>, mut body: S) -> Result<Arrived, Problem>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limit = house.limits.upload;
    let (disk, pieces) = mpsc::channel(WAITING);
    let office = Arc::clone(&house.office);
    let writing = tokio::task::spawn_blocking(move || write(&office, pieces));
    let mut came = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| stopped(error.into().as_ref()))?;
        came += piece.len() as u64;
        if came > limit {
            return Err(too_large(&name, limit));
        }
        if disk.send(piece).await.is_err() {
            // The writer has ended, and says why.
            break;
        }
    }
    drop(disk);
    let upload = writing.await.map_err(|_| Problem::internal())?.map_err(|error| not_written(&error))?;
    let scratch = house.scratch.clone();
    crate::blocking(move || finish(upload, &scratch, name, kind)).await
}

/// Writes each piece, until no more is sent. Where the rest of the request fails, nobody takes the file, and so it goes.
fn write(office: &Office, mut pieces: mpsc::Receiver<Bytes>) -> Result<Upload, Failure> {
    let mut upload = office.begin_upload().map_err(Failure::Office)?;
    while let Some(piece) = pieces.blocking_recv() {
        upload.write_all(&piece)?;
    }
    Ok(upload)
}

/// The file counts once it is on the disk, and is something that can be read.
fn finish(upload: Upload, scratch: &Path, name: String, kind: Option<Kind>) -> Result<Arrived, Problem> {
    let file = upload.finish().map_err(|error| not_written(&error.into()))?;
    let found = read::kind_of(file.path(), scratch).map_err(|error| {
        // The sentence names the file as its owner does.
        let error = caseload_sheet::Error { file: name.clone(), ..error };
        Problem::from(Error::from(error)).with("name", name.clone())
    })?;
    let kind = kind.unwrap_or(match found {
        read::Kind::Zip => Kind::Xlsx,
        read::Kind::Text => Kind::Csv,
    });
    Ok(Arrived { file, name, kind })
}

/// Why a list cannot be written.
#[derive(Debug)]
enum Failure {
    Disk(io::Error),
    Office(crate::office::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

fn not_written(failure: &Failure) -> Problem {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let disk = match failure {
        Failure::Disk(error) | Failure::Office(crate::office::Error::Io(error)) => error,
        Failure::Office(error) => {
            let title = text!("Liste saklanamadı", "The list could not be stored");
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "upload-unwritable", title, error.words());
        }
    };
    if matches!(disk.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        return disk_full();
    }
    let why = shown(&disk.to_string());
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "upload-unwritable",
        text!("Liste saklanamadı", "The list could not be stored"),
        text!(
            "Sunucunun diski listeyi yazmadı: {why}. Hiçbir şey saklanmadı, hiçbir şey gönderilmedi. Yöneticinize söyleyin.",
            "The server's disk did not write the list: {why}. Nothing was stored and nothing was sent. Tell your administrator."
        ),
    )
}

fn disk_full() -> Problem {
    Problem::new(
        StatusCode::INSUFFICIENT_STORAGE,
        "disk-full",
        text!("Sunucunun diski dolu", "The server's disk is full"),
        text!(
            "Listeniz için yer kalmamış. Hiçbir şey saklanmadı, hiçbir şey gönderilmedi. Yöneticiniz yer açınca yeniden yükleyin.",
            "There is no room for your list. Nothing was stored and nothing was sent. Upload it again when your administrator has made room."
        ),
    )
}

/// A list is larger than is taken.
fn too_large(name: &str, limit: u64) -> Problem {
    let name = shown(name);
    let [tr, en] = [Lang::Tr, Lang::En].map(|lang| size(limit, lang));
    let detail = text!(
        "{name} çok büyük: bir liste en çok {tr} olabilir. Hiçbir şey saklanmadı, hiçbir şey gönderilmedi. Dosyada resim ya da boş biçimli satırlar varsa silip yeniden kaydedin; liste gerçekten bu kadar uzunsa ikiye bölün.",
        "{name} is too large: a list may have {en} at most. Nothing was stored and nothing was sent. Delete pictures and empty formatted rows and save it again; if the list really is so long, split it in two."
    );
    let title = text!("Dosya çok büyük", "The file is too large");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, detail).with("limit", limit).with("name", name)
}

/// A size as people say it.
fn size(bytes: u64, lang: Lang) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", grouped(bytes >> 20, lang)),
    }
}

/// The body ended before its end.
fn stopped(error: &(dyn std::error::Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            let title = text!("Yükleme çok yavaş", "The upload is too slow");
            return Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", title, nothing_stored());
        }
        cause = error.source();
    }
    let title = text!("Yükleme yarıda kaldı", "The upload was cut off");
    Problem::new(StatusCode::BAD_REQUEST, "cut-off", title, nothing_stored())
}

fn nothing_stored() -> Text {
    text!(
        "Listenin tamamı gelmedi. Hiçbir şey saklanmadı, hiçbir şey gönderilmedi. Bağlantınıza bakıp yeniden yükleyin.",
        "The list did not come whole. Nothing was stored and nothing was sent. Check your connection and upload it again."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_its_own_sentence() {
        let full = not_written(&io::Error::from(io::ErrorKind::StorageFull).into());
        assert_eq!((full.status, full.code), (StatusCode::INSUFFICIENT_STORAGE, "disk-full"));
        let other = not_written(&io::Error::from(io::ErrorKind::PermissionDenied).into());
        assert_eq!(other.code, "upload-unwritable");
    }

    #[test]
    fn a_limit_is_said_as_people_say_it() {
        let problem = too_large("liste.xlsx", 50 << 20);
        assert!(problem.detail.tr.contains("en çok 50 MB"), "{}", problem.detail.tr);
        assert_eq!(problem.more["limit"], 50 << 20);
        assert_eq!(size(2 << 10, Lang::En), "2 KB");
    }
}
