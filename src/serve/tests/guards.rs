//! The headers that guard a reader: each line of OWASP's list of secure headers, and what a cache may keep.

use super::*;

/// Name and value, as the list proposes them; where this program says more, the value is its own.
const LIST: [(&str, &str); 11] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("x-permitted-cross-domain-policies", "none"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-dns-prefetch-control", "off"),
    ("origin-agent-cluster", "?1"),
    ("cache-control", "no-store"),
];

/// What tells strangers with what a server is built.
const NEVER: [&str; 6] =
    ["server", "x-powered-by", "x-aspnet-version", "x-generator", "via", "access-control-allow-origin"];

#[tokio::test]
async fn every_answer_carries_each_line_of_the_list() {
    let page = Played::new(Setting::default());
    let cookie = page.come_in().await;
    for (path, status) in [("/rows", 200), ("/nothing", 404), ("/sign-in", 303), ("/healthz", 200), ("/api/v1/x", 404)]
    {
        let answer = client().get(page.url(path)).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let headers = answer.headers();
        for (name, value) in LIST {
            assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{path}: {name}");
        }
        let policy = headers["permissions-policy"].to_str().unwrap();
        for feature in ["camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()", "display-capture=()"] {
            assert!(policy.contains(feature), "{path}: {feature}");
        }
        for name in NEVER {
            assert!(!headers.contains_key(name), "{path}: {name}");
        }
        // Over http a browser would ignore it, and a test server would be locked out for years.
        assert!(!headers.contains_key("strict-transport-security"), "{path}");
    }
}

#[tokio::test]
async fn over_https_a_browser_comes_by_https_alone() {
    let proxy = Some(Proxy { peers: vec![loopback().to_string().parse().unwrap()], user_header: None });
    let page = Played::new(Setting { proxy, ..Setting::default() });
    let answer = client().get(page.url("/healthz")).header("x-forwarded-proto", "https").send().await.unwrap();
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=63072000; includeSubDomains");
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept() {
    let page = Played::new(Setting::default());
    let cookie = page.come_in().await;
    let token = page.token(&cookie).await;
    let out = client().post(page.url("/sign-out")).header("cookie", cookie).header("origin", page.origin());
    let out = out.header("x-csrf-token", token).send().await.unwrap();
    assert_eq!(out.headers()["clear-site-data"], "\"cache\", \"storage\"");
}

#[tokio::test]
async fn pages_are_packed_and_files_are_kept_for_ever() {
    let page = Played::new(Setting::default());
    let cookie = page.come_in().await;
    let rows = client().get(page.url("/rows")).header("cookie", &cookie).header("accept-encoding", "gzip");
    let rows = rows.send().await.unwrap();
    assert_eq!(rows.headers()["content-encoding"], "gzip");
    assert!(rows.bytes().await.unwrap().len() < 1000);
    let plain = client().get(page.url("/rows")).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(plain.bytes().await.unwrap().len(), 40_000);
    let style = client().get(page.url(&page.house.assets.url("style.css"))).send().await.unwrap();
    assert_eq!(style.status(), 200);
    assert_eq!(style.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(problem(client().get(page.url("/assets/..%2Flib.rs"))).await.0, 404);
    assert_eq!(problem(client().get(page.url("/assets/style.css"))).await.0, 404);
}

/// The sign-in with all that it loads, as a browser gets it.
#[tokio::test]
async fn the_first_page_comes_in_sixty_kibibytes() {
    let staff = Staff::default();
    staff.add(1, "elif@example.com", "sesame", Role::Preparer);
    let page = Played::new(Setting { staff, ..Setting::default() });
    let get = async |path: &str| {
        let request = client().get(page.url(path)).header("accept", "text/html,*/*").header("accept-encoding", "gzip");
        request.send().await.unwrap().bytes().await.unwrap().len()
    };
    let mut total = get("/sign-in").await;
    for name in page.house.assets.names() {
        total += get(&page.house.assets.url(name)).await;
    }
    assert!(total <= 60 << 10, "{total}");
}

#[tokio::test]
async fn a_problem_is_a_document_for_programs_and_a_page_for_people() {
    let page = Played::new(Setting::default());
    let with = |accept: &'static str, lang: &'static str| {
        let request = client().get(page.url("/nothing")).bearer_auth(page.key());
        request.header("accept", accept).header("accept-language", lang)
    };
    let document = with("application/json", "tr").send().await.unwrap();
    assert_eq!(document.headers()["content-type"], "application/problem+json");
    let document: Value = serde_json::from_str(&document.text().await.unwrap()).unwrap();
    assert_eq!((&document["title"], &document["code"]), (&"Böyle bir sayfa yok".into(), &"not-found".into()));
    let shown = with("text/html", "tr").send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "text/html; charset=utf-8");
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("lang=\"tr\"") && shown.contains("Böyle bir sayfa yok"), "{shown}");
    assert!(!shown.contains(" style=") && !shown.contains("<script>") && !shown.contains("<style"));
}

#[tokio::test]
async fn who_is_not_in_is_shown_the_way_in() {
    let keyed = Played::new(Setting::default());
    let page = |played: &Played, path: &str| client().get(played.url(path)).header("accept", "text/html");
    let shown = page(&keyed, "/").send().await.unwrap();
    assert_eq!(shown.status(), 401);
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("sign in:") && !shown.contains("type=\"password\""), "{shown}");
    let used = page(&keyed, "/?key=used").send().await.unwrap().text().await.unwrap();
    assert!(used.contains("This link works once"), "{used}");
    let staff = Staff::default();
    staff.add(1, "elif@example.com", "sesame", Role::Preparer);
    let peopled = Played::new(Setting { staff, ..Setting::default() });
    // A form whose session has ended leads to the sign-in, and says that nothing is lost.
    let sent = client().post(peopled.url("/send")).header("accept", "text/html").header("origin", peopled.origin());
    let sent = sent.send().await.unwrap();
    assert_eq!(sent.status(), 401);
    let shown = sent.text().await.unwrap();
    assert!(shown.contains("type=\"password\"") && shown.contains("Your session has ended"), "{shown}");
}

#[tokio::test]
async fn what_a_route_cannot_take_is_a_problem_too() {
    let page = Played::new(Setting::default());
    let post = || client().post(page.url("/send")).bearer_auth(page.key());
    assert_eq!(problem(post().body("rows=1")).await, (415, "not-understood".into()));
    let form = "application/x-www-form-urlencoded";
    let long = format!("rows={}", "1".repeat(3 << 20));
    assert_eq!(problem(post().header("content-type", form).body(long)).await, (413, "not-understood".into()));
    assert_eq!(
        problem(client().delete(page.url("/send")).bearer_auth(page.key())).await,
        (405, "method-not-allowed".into())
    );
}

#[tokio::test]
async fn numbers_are_for_this_machine_or_for_a_token() {
    let page = Played::new(Setting::default());
    page.house.metrics.rows("done", 2);
    let here = client().get(page.url("/metrics")).send().await.unwrap();
    assert!(here.text().await.unwrap().contains("caseload_rows_total{outcome=\"done\"} 2"));
    let proxy = Some(Proxy { peers: vec!["127.0.0.1".parse().unwrap()], user_header: None });
    let staff = Staff::default();
    staff.add(1, "a", "b", Role::Reader);
    staff.token(1, "collector");
    let behind = Played::new(Setting { staff, proxy, ..Setting::default() });
    assert_eq!(problem(client().get(behind.url("/metrics"))).await, (401, "token-unknown".into()));
    let collected = client().get(behind.url("/metrics")).bearer_auth("collector").send().await.unwrap();
    assert_eq!(collected.status(), 200);
}
