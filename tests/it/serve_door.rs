//! The door of `caseload serve`, as the binary has it: what it prints, whom it lets in, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::user;
use crate::workdir::Workdir;

/// A page that runs. It ends with the test.
struct Page {
    child: Child,
    out: BufReader<ChildStdout>,
    /// `127.0.0.1:PORT`
    host: String,
}

impl Page {
    fn start(dir: &Workdir, args: &[&str]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0", "--no-open"], args].concat();
        let mut child = dir.start(&all);
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut page = Self { child, out, host: String::new() };
        let line = page.line();
        let host = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}: {}", page.errors()));
        page.host = host.to_owned();
        page
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The key of the next line that is printed.
    fn key(&mut self) -> String {
        let line = self.line();
        let begin = format!("sign in: http://{}/?key=", self.host);
        line.strip_prefix(&begin).unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    fn errors(&mut self) -> String {
        let _ = self.child.kill();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        errors
    }

    /// Sends a request with a `Connection: close`, and gives the whole answer.
    fn ask(&self, request: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let host = &self.host;
        stream
            .write_all(format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n").as_bytes())
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[cfg(unix)]
    fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or(answer)
}

fn code(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let document: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
    document["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_is_printed_works_once_and_the_next_is_printed_when_it_is_used() {
    let dir = Workdir::new();
    let mut page = Page::start(&dir, &["--sandbox"]);
    let first = page.key();
    assert_eq!(first.len(), 64, "256 bits");
    let refused = page.ask("GET /", "Accept: application/json\r\n");
    assert_eq!((status(&refused), code(&refused)), ("401", "sign-in-needed".to_owned()));
    let led = page.ask(&format!("GET /?key={first}"), "");
    assert_eq!(status(&led), "303");
    let port = page.host.rsplit(':').next().unwrap().to_owned();
    let cookie = led.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap().to_owned();
    assert!(
        cookie.starts_with(&format!("caseload-{port}=")) && cookie.ends_with("; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let second = page.key();
    assert_ne!(first, second);
    let again = page.ask(&format!("GET /?key={first}"), "");
    assert_eq!((status(&again), code(&again)), ("401", "key-used".to_owned()));
    let cookie = cookie.split(';').next().unwrap();
    assert_ne!(status(&page.ask("GET /", &format!("Cookie: {cookie}\r\nAccept: text/html\r\n"))), "401");
    let forged = page
        .ask("POST /sign-out", &format!("Cookie: {cookie}\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n"));
    assert_eq!((status(&forged), code(&forged)), ("403", "forged-origin".to_owned()));
    let by_token = page.ask("POST /sign-out", &format!("Authorization: Bearer {second}\r\nContent-Length: 0\r\n"));
    assert_eq!(status(&by_token), "303");
    let in_address = page.ask(&format!("GET /runs?token={second}"), "");
    assert_eq!((status(&in_address), code(&in_address)), ("400", "token-in-address".to_owned()));
    assert_eq!(status(&page.ask("GET /healthz", "")), "200");
    assert_eq!(status(&page.ask("GET /readyz", "")), "200");
    assert!(page.ask("GET /metrics", "").contains("caseload_http_requests_total"));
}

#[test]
fn the_office_beside_the_ledger_is_its_owners_alone() {
    let dir = Workdir::new();
    let mut page = Page::start(&dir, &["--ledger", "mine.db"]);
    page.key();
    let office = dir.path("mine.db.office");
    assert!(office.is_dir());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&office).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    assert!(fs::read_dir(office.join("uploads")).unwrap().next().is_none());
}

#[cfg(unix)]
#[test]
fn sigterm_ends_the_page_within_a_bound_and_takes_no_connection_any_more() {
    let dir = Workdir::new();
    let mut page = Page::start(&dir, &["--sandbox"]);
    page.key();
    // One that never finishes its request, and one that idles.
    let mut slow = TcpStream::connect(&page.host).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-").unwrap();
    let idle = TcpStream::connect(&page.host).unwrap();
    let began = Instant::now();
    page.terminate();
    let ended = page.child.wait().unwrap();
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(TcpStream::connect(&page.host).is_err());
    drop((slow, idle));
}

#[test]
fn beyond_this_machine_it_wants_people_and_a_guarded_way() {
    let dir = Workdir::new();
    for (args, said) in [
        (&["--listen", "0.0.0.0:0"][..], "--tls-cert"),
        (&["--listen", "127.0.0.1:0", "--behind-proxy", "127.0.0.1"], "caseload user add"),
        (&["--listen", "127.0.0.1:0", "--behind-proxy", "0.0.0.0/0"], "everybody"),
        (&["--listen", "127.0.0.1:0", "--behind-proxy", "proxy"], "10.0.0.0/24"),
        (&["--listen", "8080"], "127.0.0.1:8080"),
        (&["--user-header", "X-User"], "--behind-proxy"),
        (&["--tls-cert", "c.pem"], "--tls-key"),
        (&["--listen", "127.0.0.1:0", "--tls-cert", "none.pem", "--tls-key", "none.pem"], "none.pem"),
    ] {
        let ended = dir.run(&[&["serve", "--no-open", "--ledger", "l.db"], args].concat());
        assert_eq!(ended.code, 2, "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(said), "{args:?}: {}", ended.stderr);
        assert!(!ended.stdout.contains("listening"), "{args:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_said() {
    let dir = Workdir::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = dir.run(&["serve", "--no-open", "--listen", &address, "--ledger", "l.db"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains(&address) && ended.stderr.contains("127.0.0.1:0"), "{}", ended.stderr);
}

#[test]
fn a_list_for_two_people_goes_by_the_page_alone() {
    let dir = Workdir::new();
    dir.write("caseload.toml", "[profiles.live]\nto = 'hugin/create-case'\nfour_eyes = true\n");
    dir.write_cases("list.csv", 1);
    let ended = dir.run(&["submit", "list.csv", "--profile", "live", "--yes"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("caseload serve") && ended.stderr.contains("four_eyes"), "{}", ended.stderr);
}

#[test]
fn people_come_in_by_password_and_token_and_go_at_once() {
    let dir = Workdir::new();
    assert_eq!(user::add(&dir, "elif@ornek.example", &["--role", "reader"]).code, 0);
    let token = dir.run(&["user", "token", "elif@ornek.example", "--name", "gece", "--ledger", "l.db"]);
    let token = token.stdout.trim().to_owned();
    let page = Page::start(&dir, &["--ledger", "l.db", "--behind-proxy", "127.0.0.1"]);
    let proxied = "X-Forwarded-Proto: https\r\nX-Forwarded-Host: cases.example\r\nX-Forwarded-For: 192.0.2.7\r\n";
    let sign_in = |password: &str, origin: &str| {
        let body = format!("email=elif@ornek.example&password={password}");
        let (length, kind) = (body.len(), "application/x-www-form-urlencoded");
        let headers =
            format!("{proxied}Origin: {origin}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}");
        page.ask("POST /sign-in", &headers)
    };
    let wrong = sign_in("guess", "https://cases.example");
    assert_eq!((status(&wrong), code(&wrong)), ("401", "sign-in-wrong".to_owned()));
    let password = "g%C3%BCne%C5%9Fli+bir+pazartesi";
    let forged = sign_in(password, "https://evil.example");
    assert_eq!((status(&forged), code(&forged)), ("403", "forged-origin".to_owned()));
    let led = sign_in(password, "https://cases.example");
    assert_eq!(status(&led), "303", "{led}");
    let cookie = led.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.starts_with("__Host-caseload=") && cookie.ends_with("; Secure"), "{cookie}");
    let (cookie, accept) = (cookie.split(';').next().unwrap(), "Accept: text/html\r\n");
    let start = || page.ask("GET /", &format!("{proxied}{accept}Cookie: {cookie}\r\n"));
    assert!(!start().contains("location: /sign-in"));
    let collect = |token: &str| page.ask("GET /metrics", &format!("Authorization: Bearer {token}\r\n"));
    assert_eq!((status(&collect(&token)), status(&collect("guess"))), ("200", "401"));
    assert_eq!(dir.run(&["user", "remove", "elif@ornek.example", "--ledger", "l.db"]).code, 0);
    let gone = start();
    assert!(gone.contains("location: /sign-in") || status(&gone) == "401", "{gone}");
    assert_eq!(status(&collect(&token)), "401");
    let trail = dir.run(&["audit", "--ledger", "l.db"]);
    assert!(trail.stdout.contains("192.0.2.7") && trail.stdout.contains("Signed in"), "{trail:?}");
    assert!(!trail.stdout.contains("guess"), "{trail:?}");
}

/// Over TLS of its own the page is https, and the cookie is guarded by the browser. A key that others can read is refused.
#[cfg(unix)]
#[test]
fn tls_of_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Workdir::new();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    dir.write("c.pem", certificate.pem());
    let private = dir.write("k.pem", key.serialize_pem());
    let args =
        ["serve", "--no-open", "--listen", "127.0.0.1:0", "--sandbox", "--tls-cert", "c.pem", "--tls-key", "k.pem"];
    fs::set_permissions(&private, fs::Permissions::from_mode(0o644)).unwrap();
    let ended = dir.run(&args);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("chmod 600"), "{}", ended.stderr);
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();
    let mut child = dir.start(&args);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = [String::new(), String::new()];
    for line in &mut lines {
        out.read_line(line).unwrap();
    }
    let host = lines[0].trim_end().strip_prefix("listening on https://").unwrap().to_owned();
    let secret = lines[1].trim_end().rsplit_once('=').unwrap().1.to_owned();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(certificate.der().to_vec())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(&host).unwrap());
    let request = format!("GET /?key={secret} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.contains("set-cookie: __Host-caseload=") && answer.contains("; Secure"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=63072000"), "{answer}");
    // Plain http gets nothing on that port.
    let mut plain = TcpStream::connect(&host).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"));
    child.kill().unwrap();
    child.wait().unwrap();
}
