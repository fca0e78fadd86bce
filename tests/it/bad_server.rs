//! A server that is not there, not trusted, or does not take the token: nothing is sent that should not
//! be, nothing is lost, and the same command goes on.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use caseload_engine::contract::catalogue;
use caseload_sandbox::{Options, Sandbox, spawn};
use serde_json::Value;

use crate::workdir::{Ended, Workdir, words};

/// A sandbox that takes one token only.
fn guarded_sandbox(token: &str) -> Sandbox {
    let options = Options { token: Some(token.to_owned()), ..Options::default() };
    spawn(&catalogue(None, &[]).unwrap(), options).unwrap()
}

fn submit(address: &str, more: &[&str]) -> Vec<String> {
    let args = ["submit", "list.csv", "--base-url", address, "-o", "out.jsonl"];
    args.iter().chain(more).map(|arg| (*arg).to_owned()).collect()
}

fn run(dir: &Workdir, args: &[String], change: impl FnOnce(&mut Command)) -> (Ended, Vec<Value>) {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = dir.command(&args);
    change(&mut command);
    let output = command.output().unwrap();
    let ended = Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    (ended, dir.rows("out.jsonl"))
}

fn token(command: &mut Command, value: &str) {
    command.env("CASELOAD_TOKEN", value);
}

/// A port on which nobody listens.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn plain_http_to_another_machine_is_refused_before_any_connection() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    // Nobody answers at this address: a connection would take its ten seconds.
    let started = Instant::now();
    let (ended, rows) = run(&dir, &submit("http://192.0.2.1", &["--yes"]), |_| ());
    assert_eq!((ended.code, rows.len()), (2, 0), "{ended:?}");
    assert!(ended.stderr.contains("\"http://192.0.2.1\" is plain http"), "{}", ended.stderr);
    assert!(ended.stderr.contains("Give the https address"), "{}", ended.stderr);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn what_is_no_address_is_refused() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    for address in ["localhost:8080", "not an address", "https://", "file:///etc", "https://host/?key="] {
        let (ended, rows) = run(&dir, &submit(address, &["--yes"]), |_| ());
        assert_eq!((ended.code, rows.len()), (2, 0), "{address}: {ended:?}");
        assert!(ended.stderr.contains(address) && ended.stderr.contains("https"), "{address}: {}", ended.stderr);
    }
}

#[test]
fn without_a_terminal_another_machine_needs_a_yes() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    let (ended, rows) = run(&dir, &submit("https://example.invalid", &[]), |_| ());
    assert_eq!((ended.code, rows.len()), (2, 0), "{ended:?}");
    for said in ["2 rows", "https://example.invalid", "no terminal", "--yes"] {
        assert!(ended.stderr.contains(said), "no {said:?} in {}", ended.stderr);
    }
    let runs = dir.run(&["runs"]);
    assert_eq!(runs.stdout, "", "nothing was begun: {runs:?}");
}

#[test]
fn a_token_that_is_not_given_is_named_with_its_variable() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    let server = guarded_sandbox("right");
    for value in [None, Some(""), Some("  ")] {
        let (ended, rows) = run(&dir, &submit(&server.base_url(), &[]), |command| {
            command.env_remove("CASELOAD_TOKEN");
            if let Some(value) = value {
                token(command, value);
            }
        });
        assert_eq!((ended.code, rows.len()), (2, 0), "{ended:?}");
        assert!(ended.stderr.contains("CASELOAD_TOKEN") && ended.stderr.contains("auth.token"), "{}", ended.stderr);
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_token_that_is_wrong_costs_one_request_and_no_row() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 12);
    let server = guarded_sandbox("right");
    let args = submit(&server.base_url(), &[]);
    let (ended, rows) = run(&dir, &args, |command| token(command, "wrong-secret"));
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("HTTP 401") && ended.stderr.contains("Renew the token"), "{}", ended.stderr);
    assert!(!format!("{ended:?}").contains("wrong-secret"), "the secret is shown: {ended:?}");
    assert_eq!(words(&rows), ["not-sent"; 12]);
    assert_eq!((server.requests(), server.committed()), (1, 0));
    let (ended, rows) = run(&dir, &args, |command| token(command, "right"));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(words(&rows), ["done"; 12]);
    assert_eq!((server.requests(), server.committed()), (13, 12));
}

#[test]
fn a_token_with_a_line_break_in_it_is_refused_and_not_shown() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let server = guarded_sandbox("right");
    let args = submit(&server.base_url(), &[]);
    let (ended, _) = run(&dir, &args, |command| token(command, "ri\nght-secret"));
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("CASELOAD_TOKEN") && !ended.stderr.contains("ght-secret"), "{}", ended.stderr);
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_server_that_is_not_there_leaves_every_row_not_sent_and_none_unknown() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 30);
    let args = submit(&closed_port(), &["--json"]);
    let started = Instant::now();
    let (ended, rows) = run(&dir, &args, |_| ());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("cannot be reached") && ended.stderr.contains("same command"), "{}", ended.stderr);
    assert_eq!(words(&rows), ["not-sent"; 30]);
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&summary["not_sent"], &summary["unknown"]), (&30.into(), &0.into()));
    assert_eq!(summary["balance"], true);
}

#[test]
fn a_server_that_comes_back_gets_each_row_once() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 12);
    let address = closed_port();
    let args = submit(&address, &[]);
    let (ended, _) = run(&dir, &args, |_| ());
    assert_eq!(ended.code, 3, "{ended:?}");
    // The same address as the run was begun for: another one is another run.
    let port = address.rsplit(':').next().unwrap();
    let mut server = dir.start(&["sandbox", "--port", port, "--log", "log.jsonl"]);
    let mut first = [0; 1];
    server.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let (ended, rows) = run(&dir, &args, |_| ());
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 12]), "{ended:?}");
    assert_eq!(dir.rows("log.jsonl").len(), 12);
}

/// A TLS server with a certificate that nobody has vouched for; counts what comes through.
fn untrusted_server() -> (String, Arc<AtomicUsize>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let (config, received) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let count = Arc::clone(&received);
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut bytes = [0; 1024];
            let read = rustls::Stream::new(&mut connection, &mut socket).read(&mut bytes);
            count.fetch_add(read.unwrap_or(0), Ordering::SeqCst);
        }
    });
    (address, received)
}

#[test]
fn a_certificate_that_does_not_fit_stops_the_run_before_a_byte_of_it_leaves() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let (address, received) = untrusted_server();
    let (ended, rows) = run(&dir, &submit(&address, &[]), |_| ());
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("certificate does not fit"), "{}", ended.stderr);
    assert!(ended.stderr.contains("check the address and the certificate"), "{}", ended.stderr);
    assert_eq!(words(&rows), ["not-sent"; 3]);
    assert_eq!(rows[0]["error"]["code"], "certificate");
    assert_eq!(received.load(Ordering::SeqCst), 0, "bytes of a request came through");
}
