//! The script of faults: it chooses the fault that a request meets.
//!
//! A script is a list of rules in YAML, or `{seed: N, rules: […]}`. For each request the rules are tried in order, and
//! the first one that fits is carried out. If no rule fits, the answer is good.
//!
//! ```yaml
//! - {on: {request: 3}, do: 503, retry-after: 1}
//! - {on: {every: 10}, do: 500-after}
//! - {on: {field: deviceId, is: FU00000359}, times: 1, do: reset-after}
//! ```
//!
//! | key | means |
//! |---|---|
//! | `on` | which requests; all of its conditions must hold; left out: every request |
//! | `times` | the rule is used up after so many requests; left out: never |
//! | `do` | the action; may be left out beside `slow` |
//! | `slow` | `500ms`, `2s`: the answer waits so long; the request is carried out at once |
//! | `retry-after` | with a status: seconds, an HTTP date, or `+5s` for the date in five seconds |
//! | `body`, `content-type` | with a status: another body than the contract's error (`""` for none) and its type (else JSON) |
//!
//! | condition | holds for |
//! |---|---|
//! | `request: 3` | the third request that arrives, whatever its operation; the first is 1 |
//! | `from: 3` | the third and all later ones |
//! | `every: 10` | the 10th, 20th, 30th … |
//! | `operation: create-case` | one operation, by its name or as `system/name` |
//! | `field: deviceId, is: FU00000359` | bodies with that value; if the body has no such field, paths and queries |
//! | `chance: 0.1` | one request in ten; the same ones each time for the same `seed` |
//!
//! | action | what happens |
//! |---|---|
//! | `503` (any status from 200 to 599), `503-before` | not carried out; that status |
//! | `503-after` | carried out; that status |
//! | `reset-before`, `reset-after` | not carried out, or carried out; the connection is reset without an answer |
//! | `hang-before`, `hang-after` | the same; no answer ever comes, the connection stays |
//! | `garbage`, `garbage-before` | carried out, or not; the answer is not HTTP |
//! | `half` | carried out; the answer ends in the middle of its body |
//! | `html` | not carried out; 200 with a web page, as a portal or proxy would |
//! | `no-id` | carried out; a good answer without the id |
//! | `close-idle` | carried out; a good answer, then the connection closes without a word |
//!
//! A request is carried out only if it is in order: one that the contract or its system refuses is not, whatever the
//! action.

use std::sync::Arc;

use caseload_engine::contract::parse_yaml;
use caseload_engine::error::Error;
use caseload_sheet::message::Text;
use serde::Deserialize;
use serde_json::Value;

use super::condition::Seen;
use super::fault::Fault;
use super::rule::{Rule, rule};

/// A script of faults; the default one has none.
#[derive(Debug, Clone, Default)]
pub struct Script {
    seed: u64,
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    seed: u64,
    rules: Vec<Value>,
}

impl Script {
    /// # Errors
    /// No YAML, or a rule that cannot be followed, with its number.
    pub fn from_yaml(text: &str) -> Result<Self, Error> {
        let value = parse_yaml(text).map_err(|why| refused(Text::same(why)))?;
        let document = match value {
            Value::Null => Document { seed: 0, rules: Vec::new() },
            Value::Array(rules) => Document { seed: 0, rules },
            other => serde_json::from_value(other).map_err(|why| refused(Text::same(why.to_string())))?,
        };
        let rules = document.rules.into_iter().enumerate().map(|(at, keys)| {
            rule(keys).map_err(|Text { tr, en }| {
                let n = at + 1;
                refused(Text { tr: format!("{n}. kural: {tr}"), en: format!("rule {n}: {en}") })
            })
        });
        Ok(Self { seed: document.seed, rules: rules.collect::<Result<_, _>>()? })
    }

    /// The fault that the first fitting rule has for this request; the rule is used once.
    pub fn pick(&mut self, seen: Seen<'_>) -> Option<Arc<Fault>> {
        let seed = self.seed;
        let mut rules = self.rules.iter_mut().enumerate();
        let (_, rule) = rules.find(|(at, rule)| rule.left > 0 && rule.on.fits(seen, roll(seed, *at, seen.n)))?;
        rule.left -= 1;
        Some(Arc::clone(&rule.fault))
    }
}

/// A number from 0 up to 1 that hangs on nothing but its arguments (SplitMix64), so that a script
/// meets the same requests again.
fn roll(seed: u64, rule: usize, n: u64) -> f64 {
    let mut z = seed ^ (rule as u64).rotate_right(16) ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn refused(Text { tr, en }: Text) -> Error {
    Error::cannot_start(Text {
        tr: format!("Hata betiği kullanılamıyor: {tr}. Betiğin bu yerini düzeltin."),
        en: format!("The fault script cannot be used: {en}. Mend that place in the script."),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(script: &str, requests: u64) -> Vec<String> {
        let mut script = Script::from_yaml(script).unwrap();
        let body = json!({"deviceId": "FU1", "qty": 2});
        let of_path = [("case-id".to_owned(), "A/1".to_owned())];
        (1..=requests)
            .map(|n| script.pick(Seen { n, operation: None, parameters: &of_path, body: Some(&body) }))
            .map(|fault| fault.map_or(String::new(), |fault| fault.name.clone()))
            .collect()
    }

    #[test]
    fn the_first_rule_that_fits_wins_and_is_used_up() {
        let script = "
- {on: {request: 2}, do: html}
- {on: {field: deviceId, is: FU1}, times: 1, do: reset-after}
- {on: {field: qty, is: 3}, do: no-id}
- {on: {every: 3}, do: 503}
- {on: {from: 5}, slow: 1ms}
";
        assert_eq!(names(script, 6), ["reset-after", "html", "503", "", "slow", "503"]);
        assert_eq!(names("", 2), ["", ""]);
        assert_eq!(names("[{on: {field: case-id, is: A/1}, do: 503}]", 1), ["503"]);
        assert_eq!(names("[{on: {field: case-id, is: A/2}, do: 503}]", 1), [""]);
    }

    #[test]
    fn chance_meets_the_same_requests_for_the_same_seed() {
        let script = |seed: u32| format!("{{seed: {seed}, rules: [{{on: {{chance: 0.1}}, do: 500}}]}}");
        let first = names(&script(1), 10_000);
        assert_eq!(first, names(&script(1), 10_000));
        assert_ne!(first, names(&script(2), 10_000));
        let hits = first.iter().filter(|name| !name.is_empty()).count();
        assert!((850..1150).contains(&hits), "{hits}");
    }

    #[test]
    fn an_operation_is_meant_by_its_short_and_its_full_name() {
        let contracts = caseload_engine::contract::catalogue(None, &[]).unwrap();
        let operation = &contracts[0].operations[0];
        for (name, wanted) in [(operation.name.clone(), true), (operation.full_name(), true), ("x".to_owned(), false)] {
            let mut script = Script::from_yaml(&format!("[{{on: {{operation: {name}}}, do: 500}}]")).unwrap();
            let fault = script.pick(Seen { n: 1, operation: Some(operation), parameters: &[], body: None });
            assert_eq!(fault.is_some(), wanted, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_refused_with_its_rule() {
        let refusals = [
            ("[{do: 500}, {do: explode}]", "rule 2: \"do: explode\""),
            ("[{do: reset}]", "rule 1"),
            ("[{do: 700}]", "rule 1"),
            ("[{}]", "\"do\" or \"slow\""),
            ("[{on: {field: a}, do: 500}]", "\"field\" and \"is\""),
            ("[{on: {evry: 1}, do: 500}]", "evry"),
            ("[{slow: soon}]", "\"soon\""),
            ("[{do: half, retry-after: 1}]", "with a status only"),
            ("{rulez: []}", "rulez"),
            ("[", "fault script"),
        ];
        for (script, wanted) in refusals {
            let message = Script::from_yaml(script).unwrap_err().to_string();
            assert!(message.contains(wanted), "{script}: {message}");
        }
    }
}
