//! Who the program says it is: tokens that it gets, sessions, and secrets that nobody sees.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use caseload_engine::contract::from_yaml;
use caseload_sandbox::{Options, spawn};
use serde_json::Value;

use crate::auth_server::{CLIENT, Came, Reply, Server, contract, json, made, token};
use crate::witness::count;
use crate::workdir::{Workdir, words};

const SECRETS: [(&str, &str); 2] = [("CASELOAD_CLIENT_ID", "me"), ("CASELOAD_CLIENT_SECRET", "s3cret&more")];

/// A folder with a list of so many things and a contract with one scheme.
fn folder(rows: usize, name: &str, scheme: &str) -> Workdir {
    let dir = Workdir::new();
    let names: String = (0..rows).map(|n| format!("thing {n}\n")).collect();
    dir.write("list.csv", format!("name\n{names}"));
    dir.write("things.yaml", contract(name, scheme));
    dir
}

/// A server that gives tokens of this life and lets `row` answer the rows.
fn server(expires_in: &'static str, row: impl Fn(&Came) -> Reply + Send + Sync + 'static) -> Server {
    Server::new(move |came| if came.path == "/oauth/token" { token(came.nth, expires_in) } else { row(came) })
}

/// No thing was made twice, and each row that is done has its own id.
#[track_caller]
fn each_once(rows: &[Value], done: usize) {
    let ids: HashSet<String> =
        rows.iter().filter(|row| row["result"] == "done").map(|row| row["id"].to_string()).collect();
    assert_eq!((count(rows, "done"), ids.len()), (done, done), "{rows:?}");
}

#[test]
fn a_token_is_got_once_before_all_rows() {
    let dir = folder(50, "client", CLIENT);
    let server = server("3600", |came| made(came.nth));
    let ended = server.submit(&dir, &SECRETS, &["--concurrency", "8"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    each_once(&dir.rows("out.jsonl"), 50);
    let order = server.order();
    assert!(order[0] && order.len() == 51 && order[1..].iter().all(|token| !token), "{order:?}");
    let asked = &server.came("/oauth/token")[0];
    assert_eq!(asked.body, "grant_type=client_credentials");
    assert_eq!(asked.header("authorization"), "Basic bWU6czNjcmV0JTI2bW9yZQ==", "each half is form-encoded");
    assert!(server.came("/things").iter().all(|came| came.header("authorization") == "Bearer token-1"));
}

#[test]
fn a_token_is_renewed_before_its_end_while_rows_go_on() {
    let dir = folder(60, "client", CLIENT);
    let server = server("0.5", |came| made(came.nth));
    let ended = server.submit(&dir, &SECRETS, &["--rate", "50/s"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    each_once(&dir.rows("out.jsonl"), 60);
    let tokens = server.came("/oauth/token").len();
    assert!((2..10).contains(&tokens), "{tokens} tokens in a bit more than a second");
    let used: HashSet<String> =
        server.came("/things").iter().map(|came| came.header("authorization").to_owned()).collect();
    assert_eq!(used.len(), tokens);
}

#[test]
fn a_401_in_the_middle_renews_once_and_every_row_is_done() {
    let dir = folder(50, "client", CLIENT);
    let (first, good) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let server = server("3600", move |came| {
        // Those in flight with the first token are all refused.
        let taken = came.header("authorization") != "Bearer token-1" || first.fetch_add(1, Ordering::SeqCst) < 20;
        std::thread::sleep(Duration::from_millis(5));
        if taken { made(good.fetch_add(1, Ordering::SeqCst)) } else { json(401, r#"{"message": "expired"}"#) }
    });
    let ended = server.submit(&dir, &SECRETS, &["--concurrency", "8"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let rows = dir.rows("out.jsonl");
    each_once(&rows, 50);
    assert_eq!(server.came("/oauth/token").len(), 2);
    let refused = server.came("/things").len() - 50;
    assert!((1..=8).contains(&refused), "{refused} rows met the 401");
    assert_eq!(rows.iter().filter(|row| row["attempts"] == 2).count(), refused);
}

#[test]
fn a_401_to_the_renewed_token_stops_the_run() {
    let dir = folder(20, "client", CLIENT);
    let server = server("3600", |_| json(401, r#"{"message": "not you"}"#));
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("HTTP 401") && ended.stderr.contains("same command"), "{}", ended.stderr);
    assert_eq!(words(&dir.rows("out.jsonl")), ["not-sent"; 20]);
    assert_eq!((server.came("/oauth/token").len(), server.came("/things").len()), (2, 2));
}

#[test]
fn a_refused_renewal_stops_the_run_and_the_same_command_goes_on() {
    let dir = folder(40, "client", CLIENT);
    let (open, good) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let opened = Arc::clone(&open);
    let server = Server::new(move |came| match (came.path.as_str(), came.nth) {
        ("/oauth/token", nth) if nth == 0 || opened.load(Ordering::SeqCst) => token(nth, "3600"),
        ("/oauth/token", _) => json(401, r#"{"error": "invalid_client", "error_description": "Locked out"}"#),
        (_, nth) if nth < 10 || opened.load(Ordering::SeqCst) => made(good.fetch_add(1, Ordering::SeqCst)),
        _ => json(401, "{}"),
    });
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let place = format!("{}/oauth/token gives no token (HTTP 401: invalid_client, Locked out)", server.address);
    for said in [place.as_str(), "CASELOAD_CLIENT_ID and CASELOAD_CLIENT_SECRET", "same command"] {
        assert!(ended.stderr.contains(said), "no {said:?} in {}", ended.stderr);
    }
    let rows = dir.rows("out.jsonl");
    each_once(&rows, 10);
    assert_eq!(count(&rows, "not-sent"), 30);
    open.store(true, Ordering::SeqCst);
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    each_once(&dir.rows("out.jsonl"), 40);
}

#[test]
fn a_token_endpoint_that_answers_anything_but_a_token_stops_the_run_before_any_row() {
    let answers: [(Reply, &str); 5] = [
        ((200, "Content-Type: text/html; charset=utf-8\r\n", "<html>Sign in</html>".to_owned()), "web page"),
        ((200, "Content-Type: text/plain\r\n", "token".to_owned()), "no JSON"),
        (json(200, r#"{"token": "t"}"#), "/access_token"),
        ((302, "Location: https://login.example/\r\n", String::new()), "redirects elsewhere"),
        ((429, "Retry-After: 7200\r\n", String::new()), "120 minutes"),
    ];
    for (answer, said) in answers {
        let dir = folder(5, "client", CLIENT);
        let server = Server::new(move |_| answer.clone());
        let ended = server.submit(&dir, &SECRETS, &[]);
        assert_eq!(ended.code, 3, "{ended:?}");
        assert!(ended.stderr.contains(said) && ended.stderr.contains("same command"), "{said}: {}", ended.stderr);
        assert!(ended.stderr.contains(&format!("{}/oauth/token", server.address)), "{}", ended.stderr);
        assert_eq!(words(&dir.rows("out.jsonl")), ["not-sent"; 5]);
        assert_eq!(server.order(), [true]);
    }
}

#[test]
fn a_token_endpoint_that_is_busy_is_asked_again() {
    let dir = folder(3, "client", CLIENT);
    let server = Server::new(|came| match (came.path.as_str(), came.nth) {
        ("/oauth/token", 0) => (503, "Retry-After: 0\r\n", String::new()),
        ("/oauth/token", nth) => token(nth, "3600"),
        (_, nth) => made(nth),
    });
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(server.order(), [true, true, false, false, false]);
}

#[test]
fn a_process_that_is_killed_while_it_waits_for_a_token_leaves_no_unknown_row() {
    let dir = folder(5, "client", CLIENT);
    let server = Server::new(|came| match (came.path.as_str(), came.nth) {
        ("/oauth/token", 0) => {
            std::thread::sleep(Duration::from_secs(600));
            json(500, "")
        }
        ("/oauth/token", nth) => token(nth, "3600"),
        (_, nth) => made(nth),
    });
    let args = ["submit", "list.csv", "--contract", "things.yaml", "--base-url", &server.address, "-o", "out.jsonl"];
    let mut command = dir.command(&args);
    let mut child = command.envs(SECRETS).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    server.wait_for("/oauth/token");
    child.kill().unwrap();
    child.wait().unwrap();
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let rows = dir.rows("out.jsonl");
    each_once(&rows, 5);
    assert!(rows.iter().all(|row| row["attempts"] == 1), "{rows:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_does_not_wait_for_a_token() {
    let dir = folder(5, "client", CLIENT);
    let server = Server::new(|_| {
        std::thread::sleep(Duration::from_secs(600));
        json(500, "")
    });
    let args = ["submit", "list.csv", "--contract", "things.yaml", "--base-url", &server.address, "-o", "out.jsonl"];
    let mut command = dir.command(&args);
    let child = command.envs(SECRETS).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    server.wait_for("/oauth/token");
    let started = Instant::now();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(words(&dir.rows("out.jsonl")), ["not-sent"; 5]);
}

/// All files of a folder that hold a text.
fn holders(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holders(&path, text));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn what_is_secret_stands_nowhere_even_where_the_server_repeats_it() {
    const SECRET: &str = "canary-of-the-client";
    const TOKEN: &str = "canary-of-the-token";
    let dir = folder(6, "client", CLIENT);
    let server = Server::new(|came| match (came.path.as_str(), came.nth) {
        ("/oauth/token", 0) => json(200, format!(r#"{{"access_token": "{TOKEN}", "note": "{SECRET}"}}"#)),
        ("/oauth/token", _) => json(400, format!(r#"{{"error": "{TOKEN} is over", "message": "not {SECRET}"}}"#)),
        (_, 0) => json(400, format!(r#"{{"message": "I was sent {TOKEN}"}}"#)),
        (_, 1) => (422, "", format!("plain {TOKEN}")),
        (_, 2) => (201, "Location: /things/1\r\n", format!("[{TOKEN:?}]")),
        _ => json(401, format!(r#"{{"message": "{TOKEN} is over"}}"#)),
    });
    let secrets = [("CASELOAD_CLIENT_ID", "me"), ("CASELOAD_CLIENT_SECRET", SECRET)];
    let ended = server.submit(&dir, &secrets, &["-v", "--json", "--concurrency", "1"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let rows = dir.rows("out.jsonl");
    assert_eq!(rows[0]["error"]["title"], "I was sent ***", "{rows:?}");
    assert_eq!(words(&rows)[..3], ["rejected", "rejected", "done"]);
    let shown = format!("{ended:?}");
    for text in [SECRET, TOKEN, "canary"] {
        assert!(!shown.contains(text), "{shown}");
        assert_eq!(holders(&dir.path("."), text), [""; 0]);
    }
}

#[test]
fn an_exchange_gets_its_token_with_the_word_of_the_contract() {
    let scheme = "{type: http, scheme: bearer, x-prefix: AccessToken, x-token: {endpoint: /auth/connect, token: /data/token, expiry: /data/end, body: {apiKey: '{api_key}', secretKey: '{secret_key}'}}}";
    let dir = folder(4, "keys", scheme);
    let server = Server::new(|came| match came.path.as_str() {
        "/auth/connect" => json(200, r#"{"data": {"token": "t-1", "end": "2099-01-01 00:00:00"}}"#),
        _ => made(came.nth),
    });
    let ended = server.submit(&dir, &[("CASELOAD_API_KEY", "k"), ("CASELOAD_SECRET_KEY", "s")], &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let asked = server.came("/auth/connect");
    assert_eq!((asked.len(), asked[0].body.as_str()), (1, r#"{"apiKey":"k","secretKey":"s"}"#));
    assert!(server.came("/things").iter().all(|came| came.header("authorization") == "AccessToken t-1"));
}

#[test]
fn a_login_goes_with_the_session_that_the_server_began() {
    let dir = folder(3, "login", "{type: http, scheme: basic}");
    let server = Server::new(|came| {
        let cookie = if came.nth == 0 { "Set-Cookie: session=abc; Path=/; HttpOnly\r\n" } else { "" };
        (201, cookie, format!(r#"{{"id": {}}}"#, came.nth + 1))
    });
    let ended = server.submit(&dir, &[("CASELOAD_USER", "Aladdin"), ("CASELOAD_PASSWORD", "open sesame")], &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let came = server.came("/things");
    assert!(came.iter().all(|came| came.header("authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    let cookies: Vec<_> = came.iter().map(|came| came.header("cookie")).collect();
    assert_eq!(cookies, ["", "session=abc", "session=abc"]);
}

#[test]
fn without_a_login_no_cookie_is_kept() {
    let dir = folder(2, "client", CLIENT);
    let server = server("3600", |came| (201, "Set-Cookie: session=abc\r\n", format!(r#"{{"id": {}}}"#, came.nth + 1)));
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(server.came("/").iter().all(|came| came.header("cookie").is_empty()));
}

#[test]
fn a_key_in_the_query_goes_there() {
    let dir = folder(2, "key", "{type: apiKey, in: query, name: api-key}");
    let server = Server::new(|came| made(came.nth));
    let ended = server.submit(&dir, &[("CASELOAD_KEY", "a&b c")], &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(server.came("/things?api-key=a%26b+c").len(), 2);
}

#[test]
fn secrets_that_are_not_given_are_named_in_each_way_that_is_open() {
    let dir = folder(2, "client", CLIENT);
    let two = contract("client", CLIENT)
        .replace("[{client: []}]", "[{client: []}, {token: []}]")
        .replace("{client: {", "{token: {type: http, scheme: bearer}, client: {");
    dir.write("things.yaml", two);
    let server = Server::new(|came| made(came.nth));
    let ended = server.submit(&dir, &SECRETS[..1], &[]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let ways = "CASELOAD_CLIENT_ID and CASELOAD_CLIENT_SECRET, or CASELOAD_TOKEN";
    assert!(ended.stderr.contains(ways) && ended.stderr.contains("auth.token"), "{}", ended.stderr);
    let ended = server.submit(&dir, &[SECRETS[0], ("CASELOAD_TOKEN", "mine")], &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(server.came("/").iter().all(|came| came.header("authorization") == "Bearer mine"));
}

#[test]
fn a_token_address_in_the_clear_is_refused() {
    let dir = folder(2, "client", &CLIENT.replace("/oauth/token", "'http://192.0.2.1/token?tenant=7'"));
    let server = Server::new(|came| made(came.nth));
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("http://192.0.2.1/token") && ended.stderr.contains("plain http"), "{}", ended.stderr);
    assert_eq!(server.order(), [false; 0]);
}

#[test]
fn secrets_that_would_leave_this_machine_for_a_token_are_asked_about() {
    let dir = folder(2, "client", &CLIENT.replace("/oauth/token", "'https://login.invalid/token'"));
    let server = Server::new(|came| made(came.nth));
    let ended = server.submit(&dir, &SECRETS, &[]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("https://login.invalid/token") && ended.stderr.contains("--yes"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder(2, "token", "{type: http, scheme: bearer}");
    let file = dir.write("secret", "from-the-file\n");
    dir.write("caseload.toml", format!("[profiles.live.auth.token]\nfile = {file:?}\n"));
    let server = Server::new(|came| made(came.nth));
    let allow = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o644);
    let ended = server.submit(&dir, &[], &["--profile", "live"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("chmod 600") && !ended.stderr.contains("from-the-file"), "{}", ended.stderr);
    assert_eq!(server.order(), [false; 0]);
    allow(0o600);
    let ended = server.submit(&dir, &[], &["--profile", "live"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(server.came("/").iter().all(|came| came.header("authorization") == "Bearer from-the-file"));
}

#[test]
fn the_sandbox_takes_a_contract_of_ones_own_with_every_scheme() {
    let schemes = [
        ("client", CLIENT),
        ("client", "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://login.example/t', scopes: {}}}}"),
        (
            "keys",
            "{type: http, scheme: bearer, x-token: {endpoint: /connect, token: /t, expiry: /end, body: {k: '{api_key}'}}}",
        ),
        ("token", "{type: http, scheme: bearer, x-prefix: ''}"),
        (
            "keys",
            "{type: http, scheme: bearer, x-prefix: Key, x-token: {endpoint: /connect, token: /t, body: {k: '{api_key}'}}}",
        ),
        ("login", "{type: http, scheme: basic}"),
        ("key", "{type: apiKey, in: query, name: key}"),
        ("key", "{type: apiKey, in: header, name: X-Key}"),
        ("person", "{type: openIdConnect, openIdConnectUrl: 'https://login.example'}"),
    ];
    for (name, scheme) in schemes {
        let dir = folder(3, name, scheme);
        let ended = dir.run(&["submit", "list.csv", "--contract", "things.yaml", "--sandbox", "-o", "out.jsonl"]);
        assert_eq!(ended.code, 0, "{scheme}: {ended:?}");
        assert_eq!(words(&dir.rows("out.jsonl")), ["done"; 3], "{scheme}");
    }
}

#[test]
fn tokens_of_the_sandbox_that_end_early_cost_no_row() {
    let dir = folder(60, "client", CLIENT);
    let contracts = [from_yaml("things", &contract("client", CLIENT), &[]).unwrap()];
    // Below a second the sandbox tells nothing of it: the program learns by a 401.
    let options = Options { token_lifetime: Some(Duration::from_millis(300)), ..Options::default() };
    let sandbox = spawn(&contracts, options).unwrap();
    let base = sandbox.base_url();
    let args = ["submit", "list.csv", "--contract", "things.yaml", "--base-url", &base, "-o", "out.jsonl"];
    let output = dir.command(&args).args(["--rate", "60/s"]).envs(SECRETS).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    each_once(&dir.rows("out.jsonl"), 60);
    assert_eq!(sandbox.committed(), 60);
    assert!(sandbox.tokens() >= 2, "{} tokens", sandbox.tokens());
    let output =
        dir.command(&args).arg("--again").envs([SECRETS[0], ("CASELOAD_CLIENT_SECRET", "wrong")]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("HTTP 401: invalid_client"), "{output:?}");
}
