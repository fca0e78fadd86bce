//! Which run a file is: so that the same file again is the same run, and the same bytes read another way are noticed.

use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::first_pass::CheckedFile;
use crate::account::unreadable;
use crate::contract::Operation;
use crate::error::{Code, Error};
use crate::identity::Endpoint;
use crate::job::{Job, Recipe, SANDBOX_RUN};
use crate::ledger::{Destination, Ledger, Run, RunSpec, Servers};
use crate::submit::event::now_ms;
use crate::text;

/// A new run of this file.
pub fn spec(checked: &CheckedFile, job: &Job) -> Result<RunSpec, Error> {
    let contract = job.recipe.contract.as_deref().map(|path| absolute(path).into());
    let read = recipe(checked, job);
    let recipe = serde_json::to_string(&Recipe { contract, ..read.clone() }).map_err(|error| {
        Code::System
            .cannot_start(text!("Seçenekler yazılamadı: {error}.", "The options could not be written down: {error}."))
    })?;
    Ok(RunSpec {
        name: run_name(job)?,
        signature: signature(&checked.sha256, &read),
        again: 0,
        file: absolute(&checked.path),
        sha256: checked.sha256.clone(),
        destinations: destinations(checked, job),
        recipe,
        rows: checked.places.len() - checked.examples.len() as u32,
        started_ms: now_ms(),
        sheets: checked.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
    })
}

/// How the file is read, in the encoding that was agreed to where none was named.
fn recipe(checked: &CheckedFile, job: &Job) -> Recipe {
    let agreed = checked.reading.agreed_encoding.map(str::to_owned);
    Recipe { encoding: job.recipe.encoding.clone().or(agreed), ..job.recipe.clone() }
}

/// Where a file is, whatever folder the next command is given in.
pub fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// The day and six random characters: short enough to type. A sandbox's run says so, in every
/// reference of its result too.
fn run_name(job: &Job) -> Result<String, Error> {
    let random = getrandom::u32().map_err(|error| {
        Code::System
            .cannot_start(text!("Sistem rastgele sayı vermedi: {error}.", "The system gave no random number: {error}."))
    })?;
    let day = jiff::Timestamp::now().to_zoned(job.clock.clone()).strftime("%Y%m%d").to_string();
    let kind = if job.servers.sandbox { SANDBOX_RUN } else { "" };
    Ok(format!("{kind}{day}-{:06x}", random & 0x00ff_ffff))
}

fn destinations(checked: &CheckedFile, job: &Job) -> Vec<Destination> {
    checked.operations.iter().map(|operation| job.destination(operation)).collect()
}

/// What makes two runs the same, beside their operations and servers: the file, and how it is read.
fn signature(sha256: &str, recipe: &Recipe) -> [u8; 32] {
    let Recipe { maps, sets, sheet, skip_hidden, encoding, .. } = recipe;
    digest(&json!([2, sha256, maps, sets, sheet, skip_hidden, encoding]))
}

/// The same as it was made before: with names, and with addresses as they were typed, in small letters.
fn landed_signature(checked: &CheckedFile, job: &Job, target: &str, addresses: &[String]) -> [u8; 32] {
    let Recipe { maps, sets, sheet, skip_hidden, encoding, .. } = &job.recipe;
    digest(&json!([checked.sha256, target, addresses, maps, sets, sheet, skip_hidden, encoding]))
}

fn digest(parts: &serde_json::Value) -> [u8; 32] {
    Sha256::digest(parts.to_string().as_bytes()).into()
}

/// Writes down where a run goes on: a server that moved is asked at its new address from then on. What was sent to the
/// old one is known by that still. A run from before keeps what its keys were made of.
///
/// # Errors
/// The ledger cannot be written.
pub fn note_where_it_goes(ledger: &Ledger, run: &mut Run, checked: &CheckedFile, job: &Job) -> Result<(), Error> {
    let mut now = destinations(checked, job);
    let is_landed = run.spec.destinations.iter().any(|to| to.endpoint.is_none());
    if is_landed || now.iter().all(|to| run.spec.destinations.contains(to)) {
        return Ok(());
    }
    now.extend(run.spec.destinations.iter().filter(|to| !now.contains(to)).cloned().collect::<Vec<_>>());
    ledger.note_destinations(run.number, &now).map_err(|error| unreadable(&error))?;
    run.spec.destinations = now;
    Ok(())
}

/// The runs that sent this file's bytes by the same operations to the same servers.
#[derive(Default)]
pub struct SameBytes {
    /// The latest that read it the same way: the command goes on with it.
    pub same: Option<Run>,
    /// Those that read it another way, the latest first.
    pub other: Vec<Run>,
}

/// Looks for the runs of a file.
///
/// # Errors
/// The ledger cannot be read.
pub fn of_file(ledger: &Ledger, servers: &Servers, checked: &CheckedFile, job: &Job) -> Result<SameBytes, Error> {
    let wanted = destinations(checked, job);
    let now = signature(&checked.sha256, &recipe(checked, job));
    let mut found = SameBytes::default();
    for run in ledger.runs_of(&checked.sha256).map_err(|error| unreadable(&error))? {
        if !goes_the_same_way(servers, &run.spec.destinations, &wanted) {
            continue;
        }
        let is_same = run.spec.signature == now || is_landed_same(&run, checked, job);
        if !is_same {
            found.other.push(run);
        } else if found.same.is_none() {
            found.same = Some(run);
        }
    }
    Ok(found)
}

/// Whether a run's requests went to the same operations of the same servers. Of a run from before the operation's own
/// name is known, and not its path.
fn goes_the_same_way(servers: &Servers, theirs: &[Destination], wanted: &[Destination]) -> bool {
    let own_name = |to: &Destination| to.operation.rsplit('/').next().map(str::to_owned);
    let same = |a: &Destination, b: &Destination| {
        let operation = match &a.endpoint {
            Some(endpoint) => is_same_endpoint(servers, endpoint, a, b),
            None => own_name(a) == own_name(b),
        };
        operation && servers.are_same(&a.server(), &b.server())
    };
    wanted.iter().all(|to| theirs.iter().any(|a| same(a, to)))
        && theirs.iter().all(|a| a.endpoint.is_none() || wanted.iter().any(|to| same(a, to)))
}

/// A server that moved may have a base address with another path: the operation is the same below it.
fn is_same_endpoint(servers: &Servers, endpoint: &Endpoint, theirs: &Destination, wanted: &Destination) -> bool {
    let Some(now) = &wanted.endpoint else { return false };
    let below = |endpoint: &Endpoint, to: &Destination| {
        let server = to.server();
        let base = server.name().len() - server.authority().len();
        (endpoint.method.clone(), endpoint.path.get(base..).map(str::to_owned))
    };
    let moved = servers.class(&theirs.server()).contains(&wanted.server());
    endpoint == now || (moved && below(endpoint, theirs) == below(now, wanted))
}

fn is_landed_same(run: &Run, checked: &CheckedFile, job: &Job) -> bool {
    // Where header rows were repeated they were rows then, and the others had other ordinals.
    if checked.reading.repeated_headers > 0 || run.spec.destinations.iter().any(|to| to.endpoint.is_some()) {
        return false;
    }
    // One address for each operation went into it. Where they differ, they were the contracts' own.
    let addresses = run.spec.addresses();
    let own = |operation: &Operation| operation.base_url.trim_end_matches('/').to_ascii_lowercase();
    let address = |operation| if addresses.contains(',') { own(operation) } else { addresses.clone() };
    let each: Vec<String> = checked.operations.iter().map(address).collect();
    run.spec.signature == landed_signature(checked, job, &run.spec.target(), &each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_another_when_any_of_what_tells_its_rows_is_another() {
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        let some = |text: &str| Some(text.to_owned());
        let plain = Recipe::default();
        let others = [
            Recipe { maps: pair("detail", "Not"), ..plain.clone() },
            Recipe { sets: pair("detail", "Not"), ..plain.clone() },
            Recipe { sheet: some("Şubat"), ..plain.clone() },
            Recipe { skip_hidden: true, ..plain.clone() },
            Recipe { encoding: some("windows-1254"), ..plain.clone() },
        ];
        let mut signatures: Vec<[u8; 32]> = others.iter().map(|recipe| signature("ab", recipe)).collect();
        signatures.push(signature("ab", &plain));
        signatures.push(signature("cd", &plain));
        signatures.sort_unstable();
        signatures.dedup();
        assert_eq!(signatures.len(), 7);
        // What was typed besides does not make another run.
        let same = Recipe {
            to: some("a/b"),
            profile: some("p"),
            send_duplicates: true,
            again: true,
            strict: true,
            ..plain.clone()
        };
        assert_eq!(signature("ab", &same), signature("ab", &plain));
    }

    fn to(operation: &str, address: &str, path: Option<&str>) -> Destination {
        let endpoint = path.map(|path| Endpoint { method: "POST".to_owned(), path: path.to_owned() });
        Destination { operation: operation.to_owned(), address: address.to_owned(), endpoint }
    }

    #[test]
    fn a_run_goes_the_same_way_by_its_operations_and_servers_whatever_they_are_called() {
        let servers = Servers::default();
        let wanted = [to("a/make", "https://things.example/v1/", Some("/v1/things"))];
        let same = |theirs: &[Destination]| goes_the_same_way(&servers, theirs, &wanted);
        assert!(same(&[to("copy/create", "https://Things.example:443", Some("/v1/things"))]));
        assert!(same(&[to("copy/make", "https://things.example/v1", None)]));
        assert!(!same(&[to("copy/create", "https://things.example/v1", None)]));
        assert!(!same(&[to("a/make", "https://other.example/v1", Some("/v1/things"))]));
        assert!(!same(&[to("a/make", "https://things.example/v1", Some("/v1/thing"))]));
        assert!(!same(&[wanted[0].clone(), to("a/lend", "https://things.example/v1", Some("/v1/loans"))]));
        assert!(!same(&[]));
    }
}
