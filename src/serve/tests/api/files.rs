//! Rows as files, and what lists may become.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ELIF, How, READER, Stage, answer, code, path_of, upgrades};

#[tokio::test]
async fn the_result_comes_in_three_forms_and_what_is_to_be_mended_comes_back_as_a_list() {
    let stage = Stage::new(How::default());
    let run = stage.brings(&format!("{}upgrade,psu,FT1,,,ten\n", upgrades(2))).await;
    let path = path_of(&run);
    stage.sends(&run, ELIF).await;
    stage.waits(&run, "finished").await;
    let lines = stage.request(Method::GET, &format!("{path}/result?form=jsonl"), READER).send().await.unwrap();
    assert_eq!(lines.headers()["content-disposition"], "attachment; filename*=UTF-8''list%2Eresult%2Ejsonl");
    let lines: Vec<Value> =
        lines.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let results: Vec<&Value> = lines.iter().map(|line| &line["result"]).collect();
    assert_eq!(results, ["done", "done", "invalid"]);
    let csv = stage.get(&format!("{path}/result?form=csv"), READER).await.1;
    assert!(csv.as_str().unwrap().contains("FU000001"), "{csv}");
    let workbook = stage.request(Method::GET, &format!("{path}/result"), READER).send().await.unwrap();
    assert!(workbook.bytes().await.unwrap().starts_with(b"PK"));
    assert_eq!(code(&stage.get(&format!("{path}/result?form=pdf"), READER).await), (400, "not-understood"));

    // The one row that is to be mended, as a list of its own.
    let to_fix = stage.request(Method::GET, &format!("{path}/to-fix"), READER).send().await.unwrap();
    assert_eq!(to_fix.status(), 200);
    let body = to_fix.bytes().await.unwrap();
    let (status, again) = answer(stage.request(Method::POST, "/api/v1/runs?name=to-fix.xlsx", ELIF).body(body)).await;
    assert_eq!((status, &again["rows"], &again["invalid"]), (201, &json!(1), &json!(1)), "{again}");
    let (_, rows) = stage.get(&format!("{}/rows", path_of(&again)), READER).await;
    let cells = rows["rows"][0]["cells"].as_object().unwrap();
    assert_eq!(cells.keys().collect::<Vec<_>>(), super::HEADERS.split(',').collect::<Vec<_>>());
    assert_eq!(cells["deviceId"], "FT1");
    let trail = stage.trail();
    assert_eq!(trail.iter().filter(|act| *act == "exported").count(), 4, "{trail:?}");
    // Nothing is left of what was taken away.
    let folder = stage.house.scratch.clone();
    let left = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("caseload-"))
        .count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn operations_are_listed_and_each_has_its_workbook_to_fill_in() {
    let stage = Stage::new(How::default());
    let (status, all) = stage.get("/api/v1/operations", READER).await;
    assert_eq!(status, 200);
    let known = all["operations"].as_array().unwrap();
    let one = known.iter().find(|operation| operation["to"] == "hugin/create-case").unwrap();
    assert!(one["fields"].as_array().unwrap().iter().any(|field| field["name"] == "deviceId"), "{one}");
    let template = stage.request(Method::GET, "/api/v1/template?to=hugin/create-case", READER).send().await.unwrap();
    assert!(template.bytes().await.unwrap().starts_with(b"PK"));
    assert_eq!(code(&stage.get("/api/v1/template?to=none/such", READER).await), (404, "operation-unknown"));
}
