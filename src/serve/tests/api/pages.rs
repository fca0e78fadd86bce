//! The pages keep to what JSON keeps to: who may what, and what the trail says.

use reqwest::Method;
use serde_json::Value;

use super::{DENIZ, ELIF, How, READER, Stage, answer, upgrades};

fn page_of(run: &Value, what: &str) -> String {
    format!("/runs/{}/{what}", run["run"].as_str().unwrap())
}

#[tokio::test]
async fn what_a_person_looks_at_looks_for_and_takes_away_on_the_pages_is_in_the_trail() {
    let stage = Stage::new(How::default());
    let run = stage.brings(&upgrades(2)).await;
    let (status, check) = stage.get(&page_of(&run, "check?only=all"), READER).await;
    assert!(status == 200 && check.as_str().unwrap().contains("FU000001"), "{check}");
    assert_eq!(stage.get("/runs?q=FU000001", DENIZ).await.0, 200);
    let taken = stage.request(Method::GET, &page_of(&run, "result.xlsx"), ELIF).send().await.unwrap();
    assert_eq!(taken.status(), 200);
    let name = taken.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.ends_with("list%2Eresult%2Exlsx"), "{name}");
    assert_eq!(&taken.bytes().await.unwrap()[..2], b"PK");
    assert_eq!(stage.trail(), ["uploaded", "viewed", "searched", "exported"]);
}

#[tokio::test]
async fn no_form_does_what_its_sender_may_not() {
    let stage = Stage::new(How::default());
    let run = stage.brings(&upgrades(2)).await;
    let cell = "row=2&column=F&value=x&from=row+0&to=x&answer=not-done&rows=2&digest=x";
    for what in [
        "columns",
        "mend",
        "replace",
        "leave-out",
        "undo",
        "take-over",
        "confirm",
        "withdraw",
        "approve",
        "turn-back",
        "pause",
        "resume",
        "cancel",
        "delete",
        "resolve",
    ] {
        let form = stage.request(Method::POST, &page_of(&run, what), READER);
        let form = form.header("content-type", "application/x-www-form-urlencoded").body(cell);
        assert_eq!(answer(form).await.0, 403, "{what}");
    }
    let (_, now) = stage.get(&format!("/api/v1/runs/{}", run["run"].as_str().unwrap()), ELIF).await;
    assert_eq!((&now["state"], &now["digest"]), (&run["state"], &run["digest"]));
}
