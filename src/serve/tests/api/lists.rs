//! Lists come in, are shown, and go.

use reqwest::Method;
use serde_json::json;

use super::{ELIF, HEADERS, How, READER, Stage, answer, code, path_of, upgrades};

#[tokio::test]
async fn a_list_is_stored_checked_and_shown_with_what_would_go() {
    let stage = Stage::new(How::default());
    let body = format!("{HEADERS}\n{}upgrade,psu,FT1,,,ten\n", upgrades(3));
    let request = stage.request(Method::POST, "/api/v1/runs?name=..%2F..%2Fliste.csv", ELIF).body(body);
    let sent = request.send().await.unwrap();
    assert_eq!(sent.status(), 201);
    let location = sent.headers()["location"].to_str().unwrap().to_owned();
    let run: serde_json::Value = serde_json::from_str(&sent.text().await.unwrap()).unwrap();
    assert_eq!(location, path_of(&run));
    for (key, value) in [
        ("file", json!("liste.csv")),
        ("state", json!("checked")),
        ("to", json!("hugin/create-case")),
        ("rows", json!(4)),
        ("valid", json!(3)),
        ("invalid", json!(1)),
        ("not_sent", json!(0)),
        ("balance", json!(true)),
        ("exit", json!(1)),
        ("to_send", json!(3)),
        ("in_question", json!({})),
        ("revision", json!(0)),
        ("result", json!(format!("{location}/result"))),
    ] {
        assert_eq!(run[key], value, "{key} of {run}");
    }
    assert_eq!(run["digest"].as_str().unwrap().len(), 64);
    assert_eq!(run["sha256"].as_str().unwrap().len(), 64);
    let (status, same) = stage.get(&location, READER).await;
    assert_eq!((status, &same["digest"]), (200, &run["digest"]));
    assert_eq!(stage.sandbox.requests(), 0);
    assert_eq!(stage.trail(), ["uploaded", "viewed"]);
}

#[tokio::test]
async fn what_is_no_list_is_refused_and_not_kept() {
    let stage = Stage::new(How::default());
    let brings = async |path: &str, token: &str, body: Vec<u8>| {
        answer(stage.request(Method::POST, path, token).body(body)).await
    };
    let name = "/api/v1/runs?name=list.csv";
    let large = brings(name, ELIF, vec![b'x'; 300 << 10]).await;
    assert_eq!(code(&large), (413, "too-large"));
    assert!(large.1["detail"].as_str().unwrap().contains("256 KB"), "{}", large.1);
    assert_eq!(large.1["limit"], 256 << 10);
    let foreign = brings(name, ELIF, b"%PDF-1.7 and so on".to_vec()).await;
    assert!(matches!(foreign.0, 415 | 422), "{foreign:?}");
    let none = brings(name, ELIF, b"a,b\n1,2\n".to_vec()).await;
    assert!(matches!(none.0, 201 | 422), "{none:?}");
    assert_eq!(code(&brings(name, READER, b"x".to_vec()).await), (403, "role-missing"));
    assert_eq!(code(&brings(&format!("{name}&profile=none"), ELIF, b"a\n".to_vec()).await), (404, "target-unknown"));
    assert_eq!(code(&brings(name, "nobody", b"x".to_vec()).await), (401, "token-unknown"));
    let kept = std::fs::read_dir(stage.house.office.folder().join("uploads")).unwrap().count();
    let runs = stage.get("/api/v1/runs", ELIF).await.1["runs"].as_array().unwrap().len();
    assert_eq!(kept, runs);
}

#[tokio::test]
async fn runs_are_listed_the_newest_first_a_page_at_a_time() {
    let stage = Stage::new(How::default());
    let mut names = Vec::new();
    for _ in 0..3 {
        names.insert(0, stage.brings(&upgrades(1)).await["run"].clone());
    }
    let (_, all) = stage.get("/api/v1/runs", READER).await;
    let listed: Vec<_> = all["runs"].as_array().unwrap().iter().map(|run| run["run"].clone()).collect();
    assert_eq!(listed.len(), 3);
    assert!(names.iter().all(|name| listed.contains(name)));
    assert!(all["next"].is_null());
    let (_, first) = stage.get("/api/v1/runs?limit=2", READER).await;
    let (_, rest) = stage.get(&format!("/api/v1/runs?limit=2&after={}", first["next"].as_str().unwrap()), READER).await;
    assert_eq!((first["runs"].as_array().unwrap().len(), rest["runs"].as_array().unwrap().len()), (2, 1));
    assert_eq!(rest["runs"][0]["run"], listed[2]);
    assert_eq!(stage.get("/api/v1/runs?after=nothing", READER).await.0, 404);
    assert_eq!(code(&stage.get("/api/v1/runs?limit=many", READER).await), (400, "not-understood"));
}

#[tokio::test]
async fn columns_without_a_meaning_are_named() {
    let stage = Stage::new(How::default());
    let body = "Talep Tipi,defectCode,Cihaz,detail,Notlar\nupgrade,psu,FU000001,one,x\n";
    let (status, run) = answer(stage.request(Method::POST, "/api/v1/runs?name=l.csv", ELIF).body(body)).await;
    assert_eq!((status, &run["state"]), (201, &json!("columns")));
    let columns = format!("{}/columns", path_of(&run));
    let (_, shown) = stage.get(&columns, READER).await;
    assert_eq!(shown["sheets"][0]["missing"], json!(["deviceId"]));
    let name = async |token, body| stage.does(Method::PUT, &columns, token, body).await;
    let meaning = json!({"Cihaz": "deviceId", "Notlar": null});
    assert_eq!(code(&name(READER, meaning.clone()).await), (403, "role-missing"));
    assert_eq!(code(&name(ELIF, json!(["Cihaz"])).await), (400, "not-understood"));
    let (status, run) = name(ELIF, meaning).await;
    assert_eq!((status, &run["state"], &run["to_send"]), (200, &json!("checked"), &json!(1)), "{run}");
}

#[tokio::test]
async fn an_unsent_list_is_deleted_and_a_sent_one_is_not() {
    let stage = Stage::new(How::default());
    let run = stage.brings(&upgrades(1)).await;
    let path = path_of(&run);
    let delete = async |token| stage.does(Method::DELETE, &path, token, json!(null)).await;
    assert_eq!(code(&delete(READER).await), (403, "role-missing"));
    assert_eq!(delete(ELIF).await.0, 204);
    assert_eq!(code(&stage.get(&path, ELIF).await), (404, "list-not-found"));
    assert_eq!(code(&delete(ELIF).await), (404, "list-not-found"));
    let run = stage.brings(&upgrades(1)).await;
    assert_eq!(stage.sends(&run, ELIF).await.0, 202);
    let run = stage.waits(&run, "finished").await;
    assert_eq!(code(&stage.does(Method::DELETE, &path_of(&run), ELIF, json!(null)).await), (409, "not-now"));
}

#[tokio::test]
async fn nobody_gets_anything_without_a_token() {
    let stage = Stage::new(How::default());
    for path in ["/api/v1/runs", "/api/v1/runs/x", "/api/v1/runs/x/rows", "/api/v1/find?q=1", "/openapi.json"] {
        let bare = client_get(&stage, path).await;
        assert_eq!(code(&bare), (401, "sign-in-needed"), "{path}");
    }
}

async fn client_get(stage: &Stage, path: &str) -> super::Answer {
    answer(super::client().get(format!("http://{}{path}", stage.address))).await
}
