//! The one object that `--json` prints at the end of a run.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::Facts;
use crate::outcome::Status;

/// The summary of a run as JSON. `result` is the path of the result file; `valid` is counted for a check alone;
/// `error` is the code and the sentence of what stopped the run, or kept its result from being written.
pub fn summary_json(facts: &Facts, result: Option<&Path>, checking: bool, error: Option<(&str, &str)>) -> Value {
    let tally = facts.tally;
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("run", json!(facts.run));
    put("file", json!(facts.file));
    put("sha256", json!(facts.sha256));
    put("to", json!(facts.to));
    put("rows", json!(tally.rows));
    if checking {
        put("valid", json!(tally.count(Status::Valid)));
    }
    for word in Status::ALL.into_iter().filter(|&word| word != Status::Valid) {
        put(&word.as_str().replace('-', "_"), json!(tally.count(word)));
    }
    put("balance", json!(tally.balances()));
    put("result", json!(result.map(|path| path.to_string_lossy())));
    put("elapsed_s", json!((facts.elapsed_s * 1000.0).round() / 1000.0));
    put("exit", json!(facts.exit.code()));
    put("sent", json!(facts.sent));
    put("done_before", json!(facts.done_before));
    put("in_question", facts.in_question.as_json());
    put("read_as", json!(facts.read_as));
    if let Some((code, title)) = error {
        put("error", json!({"code": code, "title": title}));
    }
    Value::Object(object)
}
