//! Turns the keys of a rule in a script into a condition and a fault.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use caseload_engine::outcome::id_text;
use caseload_sheet::message::{Text, shown};
use caseload_sheet::text;
use serde::Deserialize;
use serde_json::Value;

use super::condition::On;
use super::fault::{Effect, Fault, RetryAfter};

/// One line of a script.
#[derive(Debug, Clone)]
pub struct Rule {
    pub on: On,
    /// How often the rule may still be used.
    pub left: u64,
    pub fault: Arc<Fault>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RuleKeys {
    #[serde(default)]
    on: On,
    times: Option<u64>,
    #[serde(rename = "do")]
    action: Option<Value>,
    slow: Option<String>,
    retry_after: Option<Value>,
    body: Option<Value>,
    content_type: Option<String>,
}

/// A rule from its keys.
///
/// # Errors
/// What is wrong with the rule.
pub fn rule(keys: Value) -> Result<Rule, Text> {
    let keys: RuleKeys = serde_json::from_value(keys).map_err(|why| Text::same(why.to_string()))?;
    if keys.on.field.is_some() != keys.on.is.is_some() {
        return Err(text!("\"field\" ile \"is\" birlikte yazılır", "\"field\" and \"is\" go together"));
    }
    let slow = keys.slow.as_deref().map(duration).transpose()?;
    let (name, effect, commits) = match (&keys.action, slow) {
        (Some(action), _) => action_of(&id_text(action))?,
        (None, Some(_)) => ("slow".to_owned(), Effect::Good, true),
        (None, None) => return Err(text!("\"do\" ya da \"slow\" gerekli", "\"do\" or \"slow\" is needed")),
    };
    let extras = keys.retry_after.is_some() || keys.body.is_some() || keys.content_type.is_some();
    if extras && !matches!(effect, Effect::Status(_)) {
        return Err(text!(
            "\"retry-after\", \"body\" ve \"content-type\" yalnızca bir durum koduyla yazılır",
            "\"retry-after\", \"body\" and \"content-type\" go with a status only"
        ));
    }
    let retry_after = keys.retry_after.as_ref().map(retry_after).transpose()?;
    let media = header(keys.content_type.as_deref().unwrap_or("application/json"))?;
    let body = keys.body.map(|body| match body {
        Value::String(text) => text,
        other => other.to_string(),
    });
    let body = body.map(|body| (body, media));
    let fault = Fault { name, effect, commits, slow: slow.unwrap_or_default(), retry_after, body };
    Ok(Rule { on: keys.on, left: keys.times.unwrap_or(u64::MAX), fault: Arc::new(fault) })
}

/// Name, effect, and whether the request is carried out, from an action's word.
fn action_of(word: &str) -> Result<(String, Effect, bool), Text> {
    let (stem, said) = match word.rsplit_once('-') {
        Some((stem, "before")) => (stem, Some(false)),
        Some((stem, "after")) => (stem, Some(true)),
        _ => (word, None),
    };
    let (effect, commits) = match (stem, said) {
        ("reset", Some(commits)) => (Effect::Reset, commits),
        ("hang", Some(commits)) => (Effect::Hang, commits),
        ("garbage", said) => (Effect::Garbage, said.unwrap_or(true)),
        ("half", None) => (Effect::Half, true),
        ("html", None) => (Effect::Html, false),
        ("no-id", None) => (Effect::NoId, true),
        ("close-idle", None) => (Effect::CloseIdle, true),
        _ => match stem.parse() {
            Ok(status @ 200..=599) => (Effect::Status(status), said.unwrap_or(false)),
            _ => return Err(unknown_action(word)),
        },
    };
    Ok((word.to_owned(), effect, commits))
}

fn unknown_action(word: &str) -> Text {
    const KNOWN: &str =
        "503, 503-after, reset-before, reset-after, hang-before, hang-after, garbage, half, html, no-id, close-idle";
    text!(
        "\"do: {word}\" bilinmiyor; şunlar yazılabilir: {known}",
        "\"do: {word}\" is not known; it can be {known}",
        word = shown(word),
        known = KNOWN
    )
}

/// `500ms`, `2s`.
fn duration(text: &str) -> Result<Duration, Text> {
    let parsed = text.parse::<jiff::SignedDuration>().ok();
    parsed.and_then(|it| Duration::try_from(it).ok()).ok_or_else(|| {
        let text = shown(text);
        text!("\"{text}\" bir süre değil; 500ms ya da 2s gibi yazın", "\"{text}\" is no duration; write 500ms or 2s")
    })
}

fn retry_after(value: &Value) -> Result<RetryAfter, Text> {
    let words = id_text(value);
    match words.strip_prefix('+') {
        Some(later) => duration(later).map(RetryAfter::DateIn),
        None => header(&words).map(RetryAfter::Words),
    }
}

fn header(words: &str) -> Result<HeaderValue, Text> {
    HeaderValue::from_str(words).map_err(|_| {
        let words = shown(words);
        text!("\"{words}\" bir HTTP başlığında duramaz", "\"{words}\" cannot stand in an HTTP header")
    })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_action_says_whether_the_request_is_carried_out() {
        let commits: Vec<_> =
            ["429", "500-before", "500-after", "reset-before", "hang-after", "half", "html", "garbage-before"]
                .map(|word| action_of(word).unwrap().2)
                .to_vec();
        assert_eq!(commits, [false, false, true, false, true, true, false, false]);
    }

    #[test]
    fn retry_after_is_taken_as_it_is_or_made_a_date() {
        let header = |value: Value| retry_after(&value).unwrap().header().to_str().unwrap().to_owned();
        assert_eq!(header(json!(7)), "7");
        assert_eq!(header(json!("Wed, 21 Oct 2015 07:28:00 GMT")), "Wed, 21 Oct 2015 07:28:00 GMT");
        let date = httpdate::parse_http_date(&header(json!("+60s"))).unwrap();
        let ahead = date.duration_since(SystemTime::now()).unwrap();
        assert!((58..=60).contains(&ahead.as_secs()), "{ahead:?}");
    }
}
