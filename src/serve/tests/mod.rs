//! The door as strangers meet it: a server on a free port of loopback, and clients that behave and do not.

mod api;
mod forgery;
mod guards;
mod limits;
mod people;
mod uploads;

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use caseload_engine::error::Error;
use caseload_engine::job::{Job, Sending};
use caseload_engine::zone::LocalZone;
use caseload_sheet::message::Lang;
use futures_util::stream;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::assets::Assets;
use crate::desk::{Desk, Places};
use crate::events::{self, Message};
use crate::gate::people::{Entry, People};
use crate::gate::secret::Hash;
use crate::gate::session::InMemory;
use crate::gate::{Asker, Gate, Keys, Opening, Reader};
use crate::house::House;
use crate::metrics::Metrics;
use crate::office::Office;
use crate::options::{Limits, Options, Proxy, Tls};
use crate::person::{Deed, Person, Role};
use crate::problem::Problem;
use crate::rest::{Rest, Stop};
use crate::router::around;
use crate::server::Bound;
use crate::target::{Reading, Target, Targets};
use crate::upload::{self, Arrived, Dropped};

/// No list goes anywhere in these tests.
struct Nowhere;

impl Targets for Nowhere {
    fn list(&self) -> Vec<Target> {
        Vec::new()
    }

    fn job(&self, _: &str, _: &Reading, _: Lang) -> Result<(Job, Sending), Error> {
        unreachable!()
    }
}

/// People with a password each, which is checked as slowly as is said.
#[derive(Default)]
struct Staff {
    people: Mutex<Vec<(Person, String, String)>>,
    tokens: Mutex<HashMap<Hash, i64>>,
    slowly: Duration,
    noted: Mutex<Vec<Entry>>,
    readers: Mutex<HashMap<i64, Reader>>,
}

impl Staff {
    fn add(&self, id: i64, email: &str, password: &str, role: Role) {
        let person = Person { id: Some(id), name: email.to_owned(), roles: vec![role] };
        self.people.lock().unwrap().push((person, email.to_owned(), password.to_owned()));
    }

    fn token(&self, id: i64, token: &str) {
        self.tokens.lock().unwrap().insert(Hash::of(token), id);
    }

    fn find(&self, is: impl Fn(&(Person, String, String)) -> bool) -> Option<Person> {
        self.people.lock().unwrap().iter().find(|known| is(known)).map(|known| known.0.clone())
    }
}

impl People for Staff {
    fn any(&self) -> Result<bool, Error> {
        Ok(!self.people.lock().unwrap().is_empty())
    }

    fn by_password(&self, email: &str, password: &SecretString) -> Result<Option<Person>, Error> {
        std::thread::sleep(self.slowly);
        Ok(self.find(|known| known.1 == email && known.2 == password.expose_secret()))
    }

    fn by_number(&self, number: i64) -> Result<Option<Person>, Error> {
        Ok(self.find(|known| known.0.id == Some(number)))
    }

    fn by_email(&self, email: &str) -> Result<Option<Person>, Error> {
        Ok(self.find(|known| known.1 == email))
    }

    fn by_token(&self, token: &Hash) -> Result<Option<Person>, Error> {
        let id = self.tokens.lock().unwrap().get(token).copied();
        id.map_or(Ok(None), |id| self.by_number(id))
    }

    fn reader(&self, number: i64) -> Result<Option<Reader>, Error> {
        Ok(self.readers.lock().unwrap().get(&number).copied())
    }

    fn keep_reader(&self, number: i64, reader: Reader) -> Result<(), Error> {
        self.readers.lock().unwrap().insert(number, reader);
        Ok(())
    }

    fn note(&self, entry: &Entry) -> Result<(), Error> {
        self.noted.lock().unwrap().push(entry.clone());
        Ok(())
    }
}

/// Something behind the page that notes whether it was brought to rest.
#[derive(Default)]
struct Behind(AtomicBool);

impl Rest for Behind {
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.store(true, Ordering::SeqCst);
        Box::pin(async {})
    }
}

/// How a page is to be.
struct Setting {
    staff: Staff,
    limits: Limits,
    proxy: Option<Proxy>,
    tls: Option<Tls>,
}

impl Default for Setting {
    fn default() -> Self {
        Self { staff: Staff::default(), limits: quick(), proxy: None, tls: None }
    }
}

/// Limits that a test can wait for.
fn quick() -> Limits {
    Limits { upload: 64 << 10, head: Duration::from_secs(2), idle: Duration::from_secs(2), ..Limits::default() }
}

/// A page that is served.
struct Played {
    house: Arc<House>,
    staff: Arc<Staff>,
    behind: Arc<Behind>,
    address: SocketAddr,
    keys: Arc<Mutex<Vec<String>>>,
    /// Seconds that have passed.
    clock: Arc<AtomicI64>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    folder: tempfile::TempDir,
}

impl Played {
    fn new(setting: Setting) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let bound = Bound::new(&Options { listen, tls: setting.tls, proxy: setting.proxy }).unwrap();
        let (keys, clock) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicI64::new(0)));
        let staff = Arc::new(setting.staff);
        let gate = Gate::new(Opening {
            options: bound.options().clone(),
            people: Arc::clone(&staff) as Arc<dyn People>,
            sessions: Arc::new(InMemory::default()),
            keys: Keys::new({
                let keys = Arc::clone(&keys);
                move |key| keys.lock().unwrap().push(key.to_owned())
            }),
            holder: "Elif".to_owned(),
            clock: Arc::new({
                let clock = Arc::clone(&clock);
                move || Timestamp::UNIX_EPOCH + SignedDuration::from_secs(clock.load(Ordering::SeqCst))
            }),
        })
        .unwrap();
        gate.keys().print_next().unwrap();
        let behind = Arc::new(Behind::default());
        let ledger = folder.path().join("ledger.db");
        let office = Arc::new(Office::open(&ledger).unwrap());
        let places = Places { ledger, marks: None, scratch: folder.path().to_owned(), zone: LocalZone::default() };
        let house = Arc::new(House {
            desk: Desk::new(Arc::new(Nowhere), Arc::clone(&office), places),
            gate: Arc::new(gate),
            office,
            assets: Assets::default(),
            metrics: Metrics::default(),
            scratch: folder.path().to_owned(),
            limits: setting.limits,
            lang: Lang::En,
            zone: TimeZone::UTC,
            stop: Stop::default(),
            behind: vec![Arc::clone(&behind) as Arc<dyn Rest>],
        });
        let address = bound.options().listen;
        let (stop, stopped) = oneshot::channel();
        let app = around(Arc::clone(&house), rooms());
        let serving = bound.serve_app(app, Arc::clone(&house), async {
            let _ = stopped.await;
        });
        let serving = tokio::spawn(serving);
        Self { house, staff, behind, address, keys, clock, stop, serving, folder }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn origin(&self) -> String {
        self.url("")
    }

    /// The latest key that was printed.
    fn key(&self) -> String {
        self.keys.lock().unwrap().last().unwrap().clone()
    }

    fn pass(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    /// A session by a key: the cookie.
    async fn come_in(&self) -> String {
        let answer = client().get(self.url(&format!("/?key={}", self.key()))).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        cookie(answer.headers())
    }

    /// A session by a password: the cookie.
    async fn sign_in(&self, email: &str, password: &str) -> String {
        let answer = self.attempt(email, password).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        cookie(answer.headers())
    }

    fn attempt(&self, email: &str, password: &str) -> RequestBuilder {
        let form = format!("email={email}&password={password}&next=/runs");
        let request = client().post(self.url("/sign-in")).header("origin", self.origin()).body(form);
        request.header("content-type", "application/x-www-form-urlencoded")
    }

    /// The form token of a session.
    async fn token(&self, cookie: &str) -> String {
        let answer = client().get(self.url("/token")).header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// Files that are stored, whoever they belong to.
    fn stored(&self) -> usize {
        let uploads = self.house.office.folder().join("uploads");
        std::fs::read_dir(uploads).unwrap().count()
    }

    /// Waits until no file is stored.
    async fn stores_nothing(&self) {
        for _ in 0..200 {
            if self.stored() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} files are left", self.stored());
    }

    /// Sends bytes as they are, and gives all that comes back.
    async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that has enough of it closes, and may have answered.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(20), self.serving).await.unwrap().unwrap();
    }
}

/// A client that keeps no cookies and goes where it is told to look, not further.
fn client() -> Client {
    // The client's own https is not looked at here, but it is not built without.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

fn cookie(headers: &HeaderMap) -> String {
    let set = headers[SET_COOKIE].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// The status and the problem's code of an answer.
async fn problem(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let document: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"));
    (status, document["code"].as_str().unwrap_or_default().to_owned())
}

/// The rooms of these tests.
fn rooms() -> Router<Arc<House>> {
    Router::new()
        .route("/", get(async |asker: Asker| asker.person.name))
        .route("/token", get(async |asker: Asker| asker.csrf))
        .route("/lang", get(async |asker: Asker| format!("{:?} {:?}", asker.lang, asker.theme)))
        .route("/from", get(async |asker: Asker| asker.from.to_string()))
        .route("/send", post(send))
        .route("/runs", post(dropped))
        .route("/api/v1/runs", post(sent))
        .route("/api/v1/send", post(async |asker: Asker| asker.may(Deed::Send).map(|()| "sent")))
        .route("/rows", get(async |_: Asker| axum::response::Html("row ".repeat(10_000))))
        .route("/many", get(async |_: Asker| "x".repeat(64 << 20)))
        .route("/events", get(listen))
}

async fn send(asker: Asker, Form(form): Form<HashMap<String, String>>) -> Result<String, Problem> {
    asker.may(Deed::Send)?;
    Ok(format!("sent {}", form["rows"]))
}

async fn dropped(dropped: Dropped) -> Json<Value> {
    let lists: Vec<Value> = dropped.lists.iter().map(told).collect();
    Json(json!({ "target": dropped.field("target"), "lists": lists }))
}

async fn sent(
    asker: Asker,
    State(house): State<Arc<House>>,
    Query(query): Query<HashMap<String, String>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    asker.may(Deed::Prepare)?;
    let arrived = upload::take(&house, &query["name"], body.into_data_stream()).await?;
    Ok(Json(told(&arrived)))
}

fn told(arrived: &Arrived) -> Value {
    json!({
        "name": arrived.name,
        "kind": arrived.kind.as_str(),
        "bytes": arrived.file.bytes(),
        "content": std::fs::read_to_string(arrived.file.path()).unwrap_or_default(),
    })
}

async fn listen(asker: Asker, State(house): State<Arc<House>>, headers: axum::http::HeaderMap) -> Response {
    let from: u64 = events::last_id(&headers).and_then(|id| id.parse().ok()).unwrap_or(0);
    let message = move |n: u64| Message { id: Some(n.to_string()), name: Some("tick"), data: format!("event {n}") };
    let first = stream::iter([message(from + 1), message(from + 2)]);
    let silence = stream::pending();
    events::answer(&house, &asker, futures_util::StreamExt::chain(first, silence)).into_response()
}

fn loopback() -> IpAddr {
    "127.0.0.1".parse().unwrap()
}
