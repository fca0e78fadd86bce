//! Lists that come in whole, and those that do not.

use super::*;

/// The parts of a form: name, file name, content.
type Parts<'a> = &'a [(&'a str, Option<&'a str>, &'a [u8])];

fn form(parts: Parts) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: text/csv")).unwrap_or_default();
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

fn drop_form(page: &Played, cookie: &str, parts: Parts) -> RequestBuilder {
    let request = client().post(page.url("/runs")).header("cookie", cookie).header("origin", page.origin());
    request.header("content-type", "multipart/form-data; boundary=x").body(form(parts))
}

fn send(page: &Played, name: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    client().post(page.url(&format!("/api/v1/runs?name={name}"))).bearer_auth(page.key()).body(body)
}

async fn json_of(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_form_brings_files_and_pasted_text() {
    let page = Played::new(Setting::default());
    let cookie = page.come_in().await;
    let token = page.token(&cookie).await;
    let parts: Parts = &[
        ("csrf", None, token.as_bytes()),
        ("target", None, b"live"),
        ("file", Some("../../etc/liste.csv"), b"a,b\n1,2\n"),
        ("file", Some(""), b""),
        ("text", None, b"a\tb\r\n1\t2\r\n"),
    ];
    let found = json_of(drop_form(&page, &cookie, parts)).await;
    assert_eq!(found["target"], "live");
    let lists = found["lists"].as_array().unwrap();
    assert_eq!(lists.len(), 2);
    assert_eq!(
        (&lists[0]["name"], &lists[0]["kind"], &lists[0]["bytes"]),
        (&"liste.csv".into(), &"csv".into(), &8.into())
    );
    assert_eq!((&lists[1]["kind"], &lists[1]["content"]), (&"pasted".into(), &"a\tb\r\n1\t2\r\n".into()));
    let nothing: Parts = &[("csrf", None, token.as_bytes()), ("file", Some(""), b""), ("text", None, b"  \r\n")];
    assert_eq!(json_of(drop_form(&page, &cookie, nothing)).await["lists"], json!([]));
    page.stores_nothing().await;
}

#[tokio::test]
async fn a_form_shows_its_token_before_a_byte_is_stored() {
    let page = Played::new(Setting::default());
    let cookie = page.come_in().await;
    let token = page.token(&cookie).await;
    let list: (&str, Option<&str>, &[u8]) = ("file", Some("a.csv"), b"a,b\n1,2\n");
    let refused = (403, "form-token".to_owned());
    assert_eq!(problem(drop_form(&page, &cookie, &[list])).await, refused);
    assert_eq!(problem(drop_form(&page, &cookie, &[list, ("csrf", None, token.as_bytes())])).await, refused);
    assert_eq!(problem(drop_form(&page, &cookie, &[("csrf", None, b"forged"), list])).await, refused);
    // No other route takes a form whose token nobody has seen.
    let elsewhere = client().post(page.url("/send")).header("cookie", &cookie).header("origin", page.origin());
    let elsewhere = elsewhere.header("content-type", "multipart/form-data; boundary=x").body(form(&[list]));
    assert_eq!(problem(elsewhere).await, refused);
    assert_eq!(page.stored(), 0);
    let by_header = drop_form(&page, &cookie, &[list]).header("x-csrf-token", token);
    assert_eq!(json_of(by_header).await["lists"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn too_large_a_list_is_answered_by_the_limit() {
    let page = Played::new(Setting::default());
    let large = vec![b'x'; (page.house.limits.upload as usize) * 3];
    let answer = send(&page, "yil.csv", large.clone()).header("accept-language", "tr").send().await.unwrap();
    assert_eq!(answer.status(), 413);
    let document: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!((&document["code"], &document["limit"]), (&"too-large".into(), &65_536.into()));
    assert!(document["detail"].as_str().unwrap().contains("en çok 64 KB"), "{document}");
    let cookie = page.come_in().await;
    let token = page.token(&cookie).await;
    let parts: Parts = &[("csrf", None, token.as_bytes()), ("file", Some("a.csv"), &large)];
    let shown = drop_form(&page, &cookie, parts).header("accept", "text/html").send().await.unwrap();
    assert_eq!(shown.status(), 413);
    assert!(shown.text().await.unwrap().contains("64 KB"));
    page.stores_nothing().await;
    // Exactly the limit is taken.
    let mut fits = b"a,b\n".repeat(page.house.limits.upload as usize / 4);
    json_of(send(&page, "a.csv", fits.clone())).await;
    fits.push(b'x');
    assert_eq!(problem(send(&page, "a.csv", fits)).await.0, 413);
}

#[tokio::test]
async fn who_is_refused_hears_so_though_a_body_is_on_its_way() {
    let page = Played::new(Setting::default());
    let large = vec![b'x'; 200_000];
    let refused = client().post(page.url("/api/v1/runs?name=a.csv")).bearer_auth("guessed").body(large);
    assert_eq!(problem(refused).await, (401, "token-unknown".into()));
}

#[tokio::test]
async fn a_list_that_is_cut_off_is_gone() {
    let page = Played::new(Setting::default());
    let key = page.key();
    for ending in ["Content-Length: 1000\r\n\r\na,b\n1,2\n", "Transfer-Encoding: chunked\r\n\r\n4\r\na,b\n\r\n4\r\n1,"]
    {
        let mut stream = TcpStream::connect(page.address).await.unwrap();
        let head = format!(
            "POST /api/v1/runs?name=a.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n{ending}"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..200 {
            if page.stored() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(page.stored(), 1, "{ending}");
        // Half closed: the answer can still be read.
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.contains("cut-off"), "{answer}");
        page.stores_nothing().await;
    }
    let cookie = page.come_in().await;
    let token = page.token(&cookie).await;
    let mut half = form(&[("csrf", None, token.as_bytes()), ("file", Some("a.csv"), b"a,b\n1,2\n")]);
    half.truncate(half.len() - 12);
    let request = client().post(page.url("/runs")).header("cookie", &cookie).header("origin", page.origin());
    let request = request.header("content-type", "multipart/form-data; boundary=x").body(half);
    assert_eq!(problem(request).await, (400, "cut-off".into()));
    page.stores_nothing().await;
}

#[tokio::test]
async fn a_file_is_known_by_its_content_not_by_its_name() {
    let page = Played::new(Setting::default());
    let foreign = (415, "file-foreign".to_owned());
    for body in ["%PDF-1.7 x", "<!doctype html><html></html>", "Rar!\u{1a}\u{7}"] {
        assert_eq!(problem(send(&page, "liste.xlsx", body)).await, foreign, "{body}");
    }
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    let answer = send(&page, "liste.xlsx", old).send().await.unwrap();
    let said = answer.text().await.unwrap();
    assert!(said.contains("liste.xlsx") && said.contains("file-foreign"), "{said}");
    assert_eq!(problem(send(&page, "a.csv", "")).await.0, 422);
    let zip = json_of(send(&page, "a.csv", b"PK\x03\x04rest".to_vec())).await;
    assert_eq!(zip["kind"], "xlsx");
    let text = json_of(send(&page, "a.xlsx", "a;b\n1;2\n")).await;
    assert_eq!(text["kind"], "csv");
    page.stores_nothing().await;
}

#[tokio::test]
async fn a_name_is_shown_and_is_no_place() {
    let page = Played::new(Setting::default());
    for (name, shown) in [
        ("../../x", "x"),
        ("..%2F..%2Fx.csv", "x.csv"),
        ("a%0D%0ASet-Cookie:%20b.csv", "a\\u{d}\\u{a}Set-Cookie: b.csv"),
        ("%00", "\\u{0}"),
        ("", "list"),
    ] {
        let found = json_of(send(&page, name, "a,b\n1,2\n")).await;
        assert_eq!(found["name"], shown, "{name}");
    }
    let found = json_of(send(&page, &"%C5%9F".repeat(300), "a,b\n1,2\n")).await;
    assert!(found["name"].as_str().unwrap().len() <= 255);
}

#[cfg(unix)]
#[tokio::test]
async fn a_stored_list_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let page = Played::new(Setting::default());
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(axum::body::Bytes::from_static(b"a,b\n1,2\n"))]);
    let arrived = upload::take(&page.house, "a.csv", body).await.unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(arrived.file.path()), 0o600);
    assert_eq!(mode(arrived.file.path().parent().unwrap()), 0o700);
    assert!(arrived.file.path().starts_with(page.folder.path()));
    drop(arrived);
    assert_eq!(page.stored(), 0);
}
