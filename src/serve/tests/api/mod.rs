//! JSON, as programs use it: a server on a free port of loopback, and the sandbox as the target.

mod approval;
mod files;
mod lists;
mod mends;
mod pages;
mod sending;
mod spec;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caseload_engine::zone::LocalZone;
use caseload_sandbox::{Options as Faults, Sandbox, Script, spawn};
use caseload_sheet::message::Lang;
use jiff::tz::TimeZone;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Staff, client, quick};
use crate::assets::Assets;
use crate::desk::tests::OnlySandbox;
use crate::desk::{Desk, Places};
use crate::gate::people::People;
use crate::gate::session::InMemory;
use crate::gate::{Gate, Keys, Opening};
use crate::house::House;
use crate::metrics::Metrics;
use crate::office::{Office, Sought};
use crate::options::{Limits, Options};
use crate::person::Role;
use crate::rest::Stop;
use crate::server::Bound;

/// Headers of the simplest list.
const HEADERS: &str = "caseType,defectCode,deviceId,terminalId,merchantId,detail";
/// The people: a preparer, two approvers (of whom one prepares too), and a reader.
const ELIF: &str = "elif-token-of-the-test";
const DENIZ: &str = "deniz-token-of-the-test";
const BOTH: &str = "both-token-of-the-test";
const READER: &str = "reader-token-of-the-test";

/// A page that is served, with the sandbox behind it.
struct Stage {
    house: Arc<House>,
    sandbox: Sandbox,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    _serving: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// How a page is to be.
#[derive(Default)]
struct How {
    latency: Duration,
    script: Script,
    four_eyes: bool,
}

/// The status of an answer, and its body.
type Answer = (u16, Value);

fn staff() -> Staff {
    let staff = Staff::default();
    for (id, token, role) in
        [(1, ELIF, Role::Preparer), (2, DENIZ, Role::Approver), (3, BOTH, Role::Approver), (4, READER, Role::Reader)]
    {
        staff.add(id, token, "secret", role);
        staff.token(id, token);
    }
    staff.people.lock().unwrap()[2].0.roles.push(Role::Preparer);
    staff
}

impl Stage {
    fn new(how: How) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let contracts = caseload_engine::contract::catalogue(None, &[]).unwrap();
        let faults = Faults { latency: how.latency, script: how.script, ..Faults::default() };
        let sandbox = spawn(&contracts, faults).unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let bound = Bound::new(&Options { listen, tls: None, proxy: None }).unwrap();
        let scratch = folder.path().to_owned();
        let targets = OnlySandbox { url: sandbox.base_url(), scratch: scratch.clone(), four_eyes: how.four_eyes };
        let ledger = scratch.join("ledger.db");
        let office = Arc::new(Office::open(&ledger).unwrap());
        let places = Places { ledger, marks: None, scratch: scratch.clone(), zone: LocalZone::default() };
        let house = Arc::new(House {
            desk: Desk::new(Arc::new(targets), Arc::clone(&office), places),
            gate: Arc::new(gate(&bound)),
            office,
            assets: Assets::default(),
            metrics: Metrics::default(),
            scratch,
            zone: TimeZone::UTC,
            limits: Limits { upload: 256 << 10, ..quick() },
            lang: Lang::En,
            stop: Stop::default(),
            behind: Vec::new(),
        });
        let address = bound.options().listen;
        let (stop, stopped) = oneshot::channel();
        let serving = bound.serve(Arc::clone(&house), async {
            let _ = stopped.await;
        });
        Self { house, sandbox, address, stop: Some(stop), _serving: tokio::spawn(serving), _folder: folder }
    }

    fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        client().request(method, format!("http://{}{path}", self.address)).bearer_auth(token)
    }

    /// What a person gets who asks for something.
    async fn get(&self, path: &str, token: &str) -> Answer {
        answer(self.request(Method::GET, path, token)).await
    }

    /// What a person gets who does something.
    async fn does(&self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        answer(self.request(method, path, token).body(body.to_string())).await
    }

    async fn posts(&self, path: &str, token: &str, body: Value) -> Answer {
        self.does(Method::POST, path, token, body).await
    }

    /// Brings a list, and gives the object of its run.
    async fn brings(&self, rows: &str) -> Value {
        let body = format!("{HEADERS}\n{rows}");
        let (status, run) = answer(self.request(Method::POST, "/api/v1/runs?name=list.csv", ELIF).body(body)).await;
        assert_eq!(status, 201, "{run}");
        run
    }

    /// Sends a list as it is shown.
    async fn sends(&self, run: &Value, token: &str) -> Answer {
        let word = json!({"rows": run["to_send"], "digest": run["digest"]});
        self.posts(&format!("{}:send", path_of(run)), token, word).await
    }

    /// The run when it has come to a state.
    async fn waits(&self, run: &Value, state: &str) -> Value {
        let begun = Instant::now();
        loop {
            let (status, now) = self.get(&path_of(run), ELIF).await;
            assert_eq!(status, 200, "{now}");
            if now["state"] == state && now["answered"].is_null() {
                return now;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{now}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// What the trail says of a run, the latest last.
    fn trail(&self) -> Vec<String> {
        let mut acts: Vec<String> = self
            .house
            .office
            .trail(&Sought::default(), None, 100)
            .unwrap()
            .iter()
            .map(|entry| entry.act.name())
            .collect();
        acts.reverse();
        acts
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }
}

fn gate(bound: &Bound) -> Gate {
    Gate::new(Opening {
        options: bound.options().clone(),
        people: Arc::new(staff()) as Arc<dyn People>,
        sessions: Arc::new(InMemory::default()),
        keys: Keys::new(|_| ()),
        holder: "Elif".to_owned(),
        clock: Arc::new(jiff::Timestamp::now),
    })
    .unwrap()
}

/// The address of a run.
fn path_of(run: &Value) -> String {
    format!("/api/v1/runs/{}", run["run"].as_str().unwrap())
}

async fn answer(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// The status and the code of a problem.
fn code(answer: &Answer) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

fn upgrades(count: u32) -> String {
    let line = |n: u32| format!("upgrade,psu,FU{n:06},,,row {n}\n");
    (0..count).map(line).fold(String::new(), |all, line| all + &line)
}
