//! What was checked is sent, watched, held and closed.

use std::time::Duration;

use caseload_sandbox::Script;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ELIF, How, READER, Stage, code, path_of, upgrades};

#[tokio::test]
async fn exactly_what_was_shown_is_sent_and_only_once() {
    let stage = Stage::new(How::default());
    let run = stage.brings(&upgrades(4)).await;
    let path = path_of(&run);
    assert_eq!(code(&stage.sends(&run, READER).await), (403, "role-missing"));
    stage.does(Method::PATCH, &format!("{path}/rows/2"), ELIF, json!({"detail": "other"})).await;
    let stale = stage.sends(&run, ELIF).await;
    assert_eq!(code(&stale), (409, "digest-changed"));
    let (_, now) = stage.get(&path, ELIF).await;
    assert_eq!(stale.1["digest"], now["digest"]);
    let fewer = json!({"rows": 3, "digest": now["digest"]});
    assert_eq!(code(&stage.posts(&format!("{path}:send"), ELIF, fewer).await), (409, "wrong-count"));
    assert_eq!(code(&stage.posts(&format!("{path}:send"), ELIF, json!({"rows": 4})).await), (400, "not-understood"));
    assert_eq!(stage.sandbox.requests(), 0);

    let (status, sent) = stage.sends(&now, ELIF).await;
    assert_eq!((status, &sent["state"]), (202, &json!("sending")), "{sent}");
    let ended = stage.waits(&run, "finished").await;
    assert_eq!((&ended["done"], &ended["exit"], &ended["balance"]), (&json!(4), &json!(0), &json!(true)), "{ended}");
    assert_eq!(code(&stage.sends(&now, ELIF).await), (409, "not-now"));
    assert_eq!(stage.sandbox.requests(), 4);
    // The run has a name in the ledger too, and is one run.
    let (_, by_ledger) = stage.get(&format!("/api/v1/runs/{}", ended["ledger_run"].as_str().unwrap()), ELIF).await;
    assert_eq!(by_ledger["run"], run["run"]);
    let (_, all) = stage.get("/api/v1/runs", ELIF).await;
    assert_eq!(all["runs"].as_array().unwrap().len(), 1);
    let trail = stage.trail();
    assert!(trail.contains(&"sent".to_owned()), "{trail:?}");

    let (_, rows) = stage.get(&format!("{path}/rows?only=done"), READER).await;
    let id = rows["rows"][0]["id"].to_string();
    let (_, found) = stage.get(&format!("/api/v1/find?q={}", id.trim_matches('"')), READER).await;
    assert_eq!((&found["found"][0]["run"], &found["found"][0]["file"]), (&run["run"], &json!("list.csv")), "{found}");
    assert_eq!(stage.get("/api/v1/find?q=nothing", READER).await.1["found"], json!([]));
}

#[tokio::test]
async fn a_run_is_watched_to_its_end() {
    let stage = Stage::new(How { latency: Duration::from_millis(30), ..How::default() });
    let run = stage.brings(&upgrades(40)).await;
    stage.sends(&run, ELIF).await;
    let events = stage.request(Method::GET, &format!("{}/events", path_of(&run)), READER).send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let text = events.text().await.unwrap();
    let told: Vec<(&str, Value)> = text.split("\n\n").filter_map(event).collect();
    let (last, before) = told.split_last().unwrap();
    assert_eq!((last.0, &last.1["state"], &last.1["done"]), ("end", &json!("finished"), &json!(40)));
    assert!(!before.is_empty() && before.iter().all(|(name, run)| *name == "run" && run["rows"] == 40), "{text}");
    assert_eq!(stage.get("/api/v1/runs/none/events", READER).await.0, 404);
}

fn event(block: &str) -> Option<(&str, Value)> {
    let name = block.lines().find_map(|line| line.strip_prefix("event: "))?;
    let data = block.lines().find_map(|line| line.strip_prefix("data: "))?;
    Some((name, serde_json::from_str(data).unwrap()))
}

#[tokio::test]
async fn a_run_is_held_goes_on_and_is_ended() {
    let stage = Stage::new(How { latency: Duration::from_millis(50), ..How::default() });
    let run = stage.brings(&upgrades(80)).await;
    let path = path_of(&run);
    let tells = async |verb: &str, token| stage.posts(&format!("{path}:{verb}"), token, json!(null)).await;
    for verb in ["pause", "resume", "cancel"] {
        assert_eq!(code(&tells(verb, ELIF).await), (409, "not-now"), "{verb} before it was sent");
        assert_eq!(code(&tells(verb, READER).await), (403, "role-missing"), "{verb}");
    }
    stage.sends(&run, ELIF).await;
    let (status, held) = tells("pause", ELIF).await;
    assert_eq!((status, &held["state"]), (202, &json!("paused")));
    tokio::time::sleep(Duration::from_millis(400)).await;
    let before = stage.sandbox.requests();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.sandbox.requests(), before);
    assert_eq!(tells("resume", ELIF).await.1["state"], "sending");
    assert_eq!(tells("cancel", ELIF).await.0, 202);
    let ended = stage.waits(&run, "cancelled").await;
    assert!(ended["not_sent"].as_u64().unwrap() > 0, "{ended}");
    assert_eq!(ended["balance"], true);
    let cancelled = stage.trail().iter().filter(|act| *act == "cancelled").count();
    assert_eq!(cancelled, 1);
}

#[tokio::test]
async fn an_unknown_row_is_closed_by_a_persons_word() {
    let script = Script::from_yaml("- {on: {request: 1}, do: reset-after}").unwrap();
    let stage = Stage::new(How { script, ..How::default() });
    let run = stage.brings(&upgrades(1)).await;
    let path = format!("{}/rows/2:resolve", path_of(&run));
    let says = async |token, body| stage.posts(&path, token, body).await;
    assert_eq!(code(&says(ELIF, json!({"not_done": true})).await), (409, "not-now"));
    stage.sends(&run, ELIF).await;
    assert_eq!(stage.waits(&run, "finished").await["unknown"], 1);
    assert_eq!(code(&says(READER, json!({"not_done": true})).await), (403, "role-missing"));
    assert_eq!(code(&says(ELIF, json!({})).await), (400, "not-understood"));
    assert_eq!(code(&says(ELIF, json!({"done": "1", "not_done": true})).await), (400, "not-understood"));
    let (status, closed) = says(ELIF, json!({"done": "4711", "why": "seen in the system"})).await;
    assert_eq!((status, &closed["rows"][0]["outcome"]), (200, &json!("done")), "{closed}");
    assert_eq!(closed["rows"][0]["id"].to_string().trim_matches('"'), "4711");
    assert!(says(ELIF, json!({"not_done": true})).await.0 >= 400);
    assert_eq!(stage.trail().last().unwrap(), "resolved");
    assert_eq!(stage.sandbox.requests(), 1);
}
