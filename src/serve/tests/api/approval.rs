//! Four eyes: one person asks, another approves, and any change begins it anew.

use reqwest::Method;
use serde_json::{Value, json};

use super::{BOTH, DENIZ, ELIF, How, Stage, code, path_of, upgrades};

fn word(run: &Value) -> Value {
    json!({"rows": run["to_send"], "digest": run["digest"]})
}

#[tokio::test]
async fn another_person_approves_exactly_what_was_asked_for() {
    let stage = Stage::new(How { four_eyes: true, ..How::default() });
    let run = stage.brings(&upgrades(3)).await;
    let path = path_of(&run);
    let tells = async |verb: &str, token, body| stage.posts(&format!("{path}:{verb}"), token, body).await;
    assert_eq!(code(&tells("approve", DENIZ, word(&run)).await), (409, "not-now"));
    let (status, asked) = stage.sends(&run, ELIF).await;
    assert_eq!((status, &asked["state"]), (202, &json!("waiting-approval")), "{asked}");
    assert_eq!(stage.sandbox.requests(), 0);
    assert_eq!(code(&tells("approve", ELIF, word(&run)).await), (403, "role-missing"));
    assert_eq!(code(&tells("approve", DENIZ, json!({"rows": 3, "digest": "other"})).await), (409, "digest-changed"));
    let (status, sent) = tells("approve", DENIZ, word(&run)).await;
    assert_eq!((status, &sent["state"]), (202, &json!("sending")), "{sent}");
    assert_eq!(stage.waits(&run, "finished").await["done"], 3);
    assert_eq!(stage.sandbox.requests(), 3);
}

#[tokio::test]
async fn whoever_had_a_hand_in_it_cannot_approve_and_a_change_voids_what_was_asked() {
    let stage = Stage::new(How { four_eyes: true, ..How::default() });
    let run = stage.brings(&upgrades(2)).await;
    let path = path_of(&run);
    let tells = async |verb: &str, token, body| stage.posts(&format!("{path}:{verb}"), token, body).await;
    stage.does(Method::PATCH, &format!("{path}/rows/2?take_over=true"), BOTH, json!({"detail": "x"})).await;
    let (_, now) = stage.get(&path, ELIF).await;
    assert_eq!(stage.sends(&now, ELIF).await.0, 202);
    assert_eq!(code(&tells("approve", BOTH, word(&now)).await), (403, "own-work"));
    // A mend voids it: there is nothing to approve any more.
    stage.does(Method::PATCH, &format!("{path}/rows/2"), BOTH, json!({"detail": "y"})).await;
    assert_eq!(code(&tells("approve", DENIZ, word(&now)).await), (409, "not-now"));
    assert_eq!(code(&tells("resume", ELIF, json!(null)).await), (409, "approval-needed"));
    let (_, now) = stage.get(&path, ELIF).await;
    assert_eq!(stage.sends(&now, ELIF).await.0, 202);
    assert_eq!(tells("withdraw", ELIF, json!(null)).await.1["state"], "checked");
    assert_eq!(stage.sends(&now, ELIF).await.0, 202);
    assert_eq!(tells("turn-back", DENIZ, json!({"why": "the rows are of last month"})).await.1["state"], "checked");
    assert_eq!(code(&tells("turn-back", DENIZ, json!({})).await), (409, "not-now"));
    assert_eq!(stage.sandbox.requests(), 0);
    let trail = stage.trail();
    for act in ["approval-asked", "withdrawn", "turned-back"] {
        assert!(trail.contains(&act.to_owned()), "{act} in {trail:?}");
    }
}
