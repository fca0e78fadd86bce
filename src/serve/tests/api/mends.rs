//! Rows are looked at and mended.

use reqwest::Method;
use serde_json::{Value, json};

use super::{BOTH, ELIF, How, READER, Stage, code, path_of, upgrades};

fn rows(answer: &Value) -> &[Value] {
    answer["rows"].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[tokio::test]
async fn rows_come_a_page_at_a_time_with_their_problems_in_the_readers_language() {
    let stage = Stage::new(How::default());
    let run = stage.brings(&format!("{}upgrade,psu,FT1,,,ten\n", upgrades(5))).await;
    let path = format!("{}/rows", path_of(&run));
    let (_, first) = stage.get(&format!("{path}?limit=4"), READER).await;
    let (_, rest) = stage.get(&format!("{path}?limit=4&after={}", first["next"]), READER).await;
    assert_eq!((rows(&first).len(), rows(&rest).len(), &rest["next"]), (4, 2, &json!(null)));
    let (_, wrong) = stage.get(&format!("{path}?only=invalid"), READER).await;
    let [row] = rows(&wrong) else { panic!("{wrong}") };
    assert_eq!((&row["row"], &row["outcome"], &row["sheet"]), (&json!(7), &json!("invalid"), &json!(null)));
    assert_eq!(row["cells"]["deviceId"], "FT1");
    let problem = &row["problems"][0];
    assert_eq!(
        (&problem["column"], &problem["field"], &problem["value"]),
        (&json!("C"), &json!("deviceId"), &json!("FT1"))
    );
    let request = stage.request(Method::GET, &format!("{path}?only=invalid"), READER).header("accept-language", "tr");
    let (_, turkish) = super::answer(request).await;
    assert_ne!(turkish["rows"][0]["problems"][0]["message"], problem["message"]);
    assert_eq!(code(&stage.get(&format!("{path}?only=bad"), READER).await), (400, "not-understood"));
    assert_eq!(stage.get(&format!("{path}?sheet=none"), READER).await.0, 404);
}

#[tokio::test]
async fn cells_are_mended_replaced_left_out_and_the_last_change_taken_back() {
    let stage = Stage::new(How::default());
    let same = "upgrad,psu,FU000007,,,a\nupgrad,psu,FU000008,,,b\n";
    let run = stage.brings(&format!("{same}upgrade,psu,FT1,,,c\n")).await;
    let path = path_of(&run);
    let patch = async |row: u32, query: &str, token, body| {
        stage.does(Method::PATCH, &format!("{path}/rows/{row}{query}"), token, body).await
    };
    assert_eq!(code(&patch(4, "", READER, json!({"deviceId": "FU000009"})).await), (403, "role-missing"));
    let (status, mended) = patch(4, "", ELIF, json!({"deviceId": "FU000009", "detail": 12})).await;
    assert_eq!((status, &mended["rows"][0]["outcome"]), (200, &json!("valid")), "{mended}");
    assert_eq!(mended["rows"][0]["cells"]["detail"], "12");
    assert_eq!(mended["rows"][0]["mended"], json!(["deviceId", "detail"]));
    assert_eq!(mended["revision"], 1);
    assert_eq!(code(&patch(4, "?revision=0", ELIF, json!({"detail": "x"})).await), (409, "list-changed"));
    assert_eq!(patch(99, "", ELIF, json!({"detail": "x"})).await.0, 404);
    assert_eq!(patch(4, "", ELIF, json!({"nothing": "x"})).await.0, 404);
    assert_eq!(code(&patch(4, "", ELIF, json!({"detail": {}})).await), (400, "not-understood"));

    // Another person takes over, and says so.
    assert_eq!(code(&patch(4, "", BOTH, json!({"detail": "x"})).await), (409, "edited"));
    assert_eq!(patch(4, "?take_over=true", BOTH, json!({"detail": "x"})).await.0, 200);
    let same = json!({"field": "caseType", "from": "upgrad", "to": "upgrade"});
    let (_, replaced) = stage.posts(&format!("{path}/rows:replace"), BOTH, same.clone()).await;
    assert_eq!(rows(&replaced).iter().map(|row| row["row"].clone()).collect::<Vec<_>>(), [json!(2), json!(3)]);
    assert_eq!(stage.posts(&format!("{path}/rows:replace"), BOTH, same).await.0, 404);

    let (_, out) = stage.posts(&format!("{path}/rows/2:leave-out"), BOTH, json!({})).await;
    assert_eq!(out["rows"][0]["outcome"], "not-sent");
    let (_, undone) = stage.posts(&format!("{path}:undo"), BOTH, json!(null)).await;
    assert_eq!((&undone["rows"][0]["row"], &undone["rows"][0]["outcome"]), (&json!(2), &json!("valid")));
    let (_, now) = stage.get(&path, ELIF).await;
    assert_eq!((&now["to_send"], &now["invalid"], &now["editor"]), (&json!(3), &json!(0), &json!(BOTH)));
    assert_ne!(now["digest"], run["digest"]);
    assert_eq!(code(&stage.posts(&format!("{path}:dance"), ELIF, json!({})).await), (404, "not-found"));
    assert_eq!(code(&stage.posts(&format!("{path}/rows/x:leave-out"), ELIF, json!({})).await), (400, "not-understood"));
}
