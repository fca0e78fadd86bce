//! The office's proxy and its certificate authority, with a server that nobody reaches but through the proxy.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::auth_server::{CLIENT, Server, contract, made, token};
use crate::certificates::{Authority, Fit};
use crate::workdir::{Ended, Workdir, sandbox, words};

/// A name that leads nowhere without the proxy.
const NAME: &str = "api.office.invalid";

type Heads = Arc<Mutex<Vec<String>>>;

/// The head of a request, to the blank line.
fn head(reader: &mut impl BufRead) -> String {
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|count| count > 0) && !head.ends_with("\r\n\r\n") {}
    head
}

/// A proxy that opens ways to one server, whatever name it is asked for. Gives its address and what it was asked.
fn proxy_to(server: String, login: Option<&'static str>) -> (String, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let heads = Heads::default();
    let asked = Arc::clone(&heads);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (server, asked) = (server.clone(), Arc::clone(&asked));
            thread::spawn(move || open_a_way(client, &server, login, &asked));
        }
    });
    (address, heads)
}

fn open_a_way(mut client: TcpStream, server: &str, login: Option<&str>, asked: &Heads) {
    let head = head(&mut BufReader::new(client.try_clone().unwrap()));
    let lets_in = login.is_none_or(|login| head.contains(login));
    asked.lock().unwrap().push(head);
    if !lets_in {
        let _ = client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
        return;
    }
    let Ok(mut upstream) = TcpStream::connect(server) else { return };
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut from, &mut to));
    let _ = std::io::copy(&mut upstream, &mut client);
}

/// The same server spoken to over TLS, by a certificate of `authority`.
fn over_tls(plain: &str, config: Arc<ServerConfig>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, plain) = (listener.local_addr().unwrap().to_string(), plain.replace("http://", ""));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (config, plain) = (Arc::clone(&config), plain.clone());
            thread::spawn(move || {
                let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), client);
                while one_request(&mut stream, &plain).is_some() {}
            });
        }
    });
    address
}

/// Hands one request on, and its answer back; nothing where the connection has ended.
fn one_request(stream: &mut (impl Read + Write), plain: &str) -> Option<()> {
    let mut reader = BufReader::new(&mut *stream);
    let head = head(&mut reader);
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok().filter(|()| head.ends_with("\r\n\r\n"))?;
    let mut upstream = TcpStream::connect(plain).ok()?;
    upstream.write_all(head.as_bytes()).and_then(|()| upstream.write_all(&body)).ok()?;
    upstream.shutdown(std::net::Shutdown::Write).ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    stream.write_all(&answer).and_then(|()| stream.flush()).ok()
}

/// An office: an API with tokens behind a proxy, and its authority in `office.pem` beside the settings.
struct Office {
    dir: Workdir,
    api: Server,
    heads: Heads,
    proxy: String,
}

fn office(login: Option<&'static str>, fit: Fit) -> Office {
    let dir = Workdir::new();
    let api = Server::new(|came| if came.path == "/oauth/token" { token(came.nth, "3600") } else { made(came.nth) });
    let authority = Authority::new();
    let config = if fit == Fit::Stranger { authority.server(fit) } else { authority.server_of(NAME, fit) };
    let (proxy, heads) = proxy_to(over_tls(&api.address, config), login);
    dir.write("office.pem", authority.pem());
    dir.write("things.yaml", contract("client", CLIENT));
    dir.write("list.csv", "name\na\nb\nc\n");
    settings(&dir, &proxy, "");
    Office { dir, api, heads, proxy }
}

fn settings(dir: &Workdir, proxy: &str, more: &str) {
    let text = format!(
        "[profiles.default]\ncontract = \"things.yaml\"\nbase_url = \"https://{NAME}\"\nproxy = \"{proxy}\"\n\
         ca_file = \"office.pem\"\ntimeout = \"4s\"\n{more}"
    );
    dir.write("caseload.toml", text);
}

fn submit(dir: &Workdir, env: &[(&str, &str)]) -> Ended {
    let mut command = dir.command(&["submit", "list.csv", "--yes", "-o", "out.jsonl"]);
    command.envs([("CASELOAD_CLIENT_ID", "me"), ("CASELOAD_CLIENT_SECRET", "hush")]).envs(env.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

#[test]
fn rows_and_tokens_go_through_the_proxy_by_the_offices_certificates() {
    let office = office(None, Fit::Good);
    let ended = submit(&office.dir, &[]);
    assert_eq!((ended.code, words(&office.dir.rows("out.jsonl"))), (0, vec!["done"; 3]), "{ended:?}");
    let heads = office.heads.lock().unwrap();
    assert!(
        !heads.is_empty() && heads.iter().all(|head| head.starts_with(&format!("CONNECT {NAME}:443 "))),
        "{heads:?}"
    );
    assert!(heads.iter().all(|head| !head.to_lowercase().contains("authorization")), "{heads:?}");
    let paths: Vec<String> = office.api.came("").iter().map(|came| came.path.clone()).collect();
    assert_eq!(paths, ["/oauth/token", "/things", "/things", "/things"]);
}

#[test]
fn a_proxy_that_wants_a_login_gets_it_and_says_so_where_there_is_none() {
    // me:hush
    let office = office(Some("Basic bWU6aHVzaHk="), Fit::Good);
    let ended = submit(&office.dir, &[]);
    assert_eq!((ended.code, office.api.came("").len()), (3, 0), "{ended:?}");
    assert!(ended.stderr.contains("407") && ended.stderr.contains("CASELOAD_PROXY_PASSWORD"), "{ended:?}");
    let ended = submit(&office.dir, &[("CASELOAD_PROXY_USER", "me"), ("CASELOAD_PROXY_PASSWORD", "hushy")]);
    assert_eq!((ended.code, words(&office.dir.rows("out.jsonl"))), (0, vec!["done"; 3]), "{ended:?}");
    settings(&office.dir, &office.proxy.replace("//", "//me:hushy@"), "");
    office.dir.write("list.csv", "name\nd\n");
    let ended = submit(&office.dir, &[]);
    assert!(
        ended.code == 2 && ended.stderr.contains("auth.proxy_user") && !ended.stderr.contains("hushy"),
        "{ended:?}"
    );
}

#[test]
fn what_the_offices_authority_does_not_vouch_for_is_refused_as_before() {
    for fit in [Fit::OtherName, Fit::Expired, Fit::Stranger] {
        let office = match fit {
            // Its name is another by the certificate.
            Fit::OtherName => {
                let office = office(None, Fit::Good);
                let text = std::fs::read_to_string(office.dir.path("caseload.toml")).unwrap();
                office.dir.write("caseload.toml", text.replace(NAME, "other.office.invalid"));
                office
            }
            fit => office(None, fit),
        };
        let ended = submit(&office.dir, &[]);
        assert_eq!((ended.code, office.api.came("").len()), (3, 0), "{fit:?}: {ended:?}");
        assert!(ended.stderr.contains("certificate"), "{fit:?}: {ended:?}");
    }
}

#[test]
fn a_file_without_certificates_is_refused_by_name() {
    let office = office(None, Fit::Good);
    for (content, why) in [
        ("", "no PEM certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1"),
    ] {
        office.dir.write("office.pem", content);
        let ended = submit(&office.dir, &[]);
        assert!(ended.code == 2 && ended.stderr.contains("office.pem") && ended.stderr.contains(why), "{ended:?}");
    }
    std::fs::remove_file(office.dir.path("office.pem")).unwrap();
    let ended = submit(&office.dir, &[]);
    assert!(ended.code == 2 && ended.stderr.contains("office.pem"), "{ended:?}");
    assert!(office.heads.lock().unwrap().is_empty());
}

#[test]
fn this_machines_own_servers_are_never_reached_by_a_proxy_nor_is_one_of_the_environment_used() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    let server = sandbox("");
    let (proxy, heads) = proxy_to("127.0.0.1:1".to_owned(), None);
    dir.write("caseload.toml", format!("[profiles.default]\nproxy = \"{proxy}\"\n"));
    let args = ["submit", "list.csv", "--base-url", &server.base_url(), "--yes", "-o", "none"];
    let mut command = dir.command(&args);
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy);
    }
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    // Elsewhere the environment's does not count.
    dir.write("caseload.toml", "");
    let elsewhere = dir
        .command(&["submit", "list.csv", "--base-url", &format!("https://{NAME}"), "--yes", "-o", "none", "--again"])
        .env("https_proxy", &proxy)
        .env("ALL_PROXY", &proxy)
        .output()
        .unwrap();
    assert_eq!(elsewhere.status.code(), Some(3), "{elsewhere:?}");
    assert!(heads.lock().unwrap().is_empty());
}
