//! Records of the database as things of the office.

use caseload_sheet::message::Lang;
use rusqlite::Row;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::{Actor, Editor, Error, Kind, List, Started};
use crate::state::RunState;
use crate::target::Reading;

/// The columns of a list, as [`list`] reads them.
pub(super) const LIST: &str =
    "id, name, file_name, sha256, bytes, kind, by_id, by_name, uploaded_ms, target, reading, lang,
    keep_ms, state, state_ms, touched_ms, paused_by_id, paused_by_name, revision, run_number, run_name, digest, counts,
    editor_id, editor_name, editor_ms, editor_seen_ms, ended_ms, deleted_ms, destroyed_ms";

/// A list from its record.
pub(super) fn list(row: &Row) -> Result<List, Error> {
    let state: String = row.get("state")?;
    let kind: String = row.get("kind")?;
    let reading: String = row.get("reading")?;
    let counts: Option<String> = row.get("counts")?;
    let number: Option<u32> = row.get("run_number")?;
    Ok(List {
        id: row.get("id")?,
        name: row.get("name")?,
        file_name: row.get("file_name")?,
        sha256: row.get("sha256")?,
        bytes: count(row, "bytes")?,
        kind: Kind::named(&kind).ok_or(Error::Damaged(kind))?,
        by: by(row)?,
        uploaded_ms: row.get("uploaded_ms")?,
        target: row.get("target")?,
        reading: reading_of(&reading)?,
        lang: Lang::from_tag(&row.get::<_, String>("lang")?),
        state: RunState::named(&state).ok_or(Error::Damaged(state))?,
        state_ms: row.get("state_ms")?,
        touched_ms: row.get("touched_ms")?,
        paused_by: actor(row, "paused_by_id", "paused_by_name")?,
        revision: count(row, "revision")?,
        run: match (number, row.get("run_name")?) {
            (Some(number), Some(name)) => Some(Started { number, name }),
            _ => None,
        },
        digest: row.get("digest")?,
        counts: counts.and_then(|counts| serde_json::from_str(&counts).ok()),
        editor: editor(row)?,
        ended_ms: row.get("ended_ms")?,
        keep_ms: row.get("keep_ms")?,
        deleted_ms: row.get("deleted_ms")?,
        destroyed_ms: row.get("destroyed_ms")?,
    })
}

/// A number that counts something.
pub(super) fn count(row: &Row, column: &str) -> Result<u64, Error> {
    let found: i64 = row.get(column)?;
    u64::try_from(found).map_err(|_| Error::Damaged(column.to_owned()))
}

/// A person, where there is one.
pub(super) fn actor(row: &Row, id: &str, name: &str) -> Result<Option<Actor>, Error> {
    let name: Option<String> = row.get(name)?;
    let id: Option<i64> = row.get(id)?;
    Ok(name.map(|name| Actor { id, name, from: None }))
}

/// Who did what a record is about.
pub(super) fn by(row: &Row) -> Result<Actor, Error> {
    Ok(Actor { id: row.get("by_id")?, name: row.get("by_name")?, from: None })
}

/// Who mends the list of a record.
pub(super) fn editor(row: &Row) -> Result<Option<Editor>, Error> {
    let Some(by) = actor(row, "editor_id", "editor_name")? else { return Ok(None) };
    let (since_ms, seen_ms): (Option<i64>, Option<i64>) = (row.get("editor_ms")?, row.get("editor_seen_ms")?);
    let since_ms = since_ms.unwrap_or_default();
    Ok(Some(Editor { by, since_ms, seen_ms: seen_ms.unwrap_or(since_ms) }))
}

/// How a list is read, as it is kept.
pub(super) fn reading_json(reading: &Reading) -> String {
    let Reading { to, sheet, maps, unused, sets } = reading;
    json!({"to": to, "sheet": sheet, "maps": maps, "unused": unused, "sets": sets}).to_string()
}

fn reading_of(json: &str) -> Result<Reading, Error> {
    let value: Value = serde_json::from_str(json).map_err(|_| Error::Damaged("reading".to_owned()))?;
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let (maps, unused, sets) = (entries(&value["maps"])?, entries(&value["unused"])?, entries(&value["sets"])?);
    Ok(Reading { to: text("to"), sheet: text("sheet"), maps, unused, sets })
}

/// The entries of a list; an older version did not write every one.
fn entries<T: DeserializeOwned>(value: &Value) -> Result<Vec<T>, Error> {
    let kept: Option<Vec<T>> = Option::deserialize(value).map_err(|_| Error::Damaged("reading".to_owned()))?;
    Ok(kept.unwrap_or_default())
}

/// The tag of a language, as it is kept.
pub(super) fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Tr => "tr",
        Lang::En => "en",
    }
}
