//! What a seed makes of a run: its rows, its settings, the server's weather, the disk's troubles, and how often the
//! process is cut off.

use std::sync::OnceLock;
use std::time::Duration;

use secrecy::SecretString;

use super::random::Random;
use crate::contract::{Operation, from_yaml};
use crate::submit::auth::Secrets;
use crate::submit::breaker::MaxErrors;
use crate::submit::pace::Rate;
use crate::submit::token::Source;

/// `make` may be done once, and so may `gated`, where 503 proves that nothing was done; of `once` the server refuses a
/// second; `replace` does no harm however often it is done.
const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://things.example'}]
components:
  securitySchemes:
    client: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
paths:
  /things:
    post:
      operationId: make
      security: [{client: []}]
      x-caseload: {id: /id, error: {code: /error/code}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
    put:
      operationId: replace
      security: [{client: []}]
      x-caseload: {id: /id, error: {code: /error/code}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
  /gated:
    post:
      operationId: gated
      security: [{client: []}]
      x-caseload: {id: /id, error: {code: /error/code}, not-applied: [503]}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
  /once:
    post:
      operationId: once
      security: [{client: []}]
      x-caseload: {id: /id, error: {code: /error/code}, reconcile: {conflict: 409}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
";

/// The operations with a token that the program gets, the same without, and where the token is got.
struct Contract {
    secured: Vec<Operation>,
    open: Vec<Operation>,
    source: Source,
}

fn contract() -> &'static Contract {
    static CONTRACT_READ: OnceLock<Contract> = OnceLock::new();
    CONTRACT_READ.get_or_init(|| {
        let secured = from_yaml("t", CONTRACT, &[]).unwrap().operations;
        let open = secured.iter().map(|one| Operation { security: Vec::new(), ..one.clone() }).collect();
        let secrets = Secrets::gather(&[&secured[0]], |name| Ok(Some(SecretString::from(name)))).unwrap();
        let url = reqwest::Url::parse("https://things.example/token").unwrap();
        let source = Source::new(secrets.exchanged(0).unwrap(), url, &secrets).unwrap();
        Contract { secured, open, source }
    })
}

pub fn source() -> &'static Source {
    &contract().source
}

/// The operation that may be done once and takes no token.
pub fn plain() -> &'static Operation {
    contract().open.iter().find(|operation| operation.name == "make").unwrap()
}

/// How the server is for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    Fine,
    /// A little of everything.
    Rough,
    /// "Not now".
    Busy,
    /// Answers that prove nothing, and none.
    Broken,
    /// Connections are refused.
    Down,
}

#[derive(Debug, Clone, Copy)]
pub struct SceneRow {
    pub operation: usize,
    /// Rows with the same go one at a time.
    pub order: Option<u8>,
    /// The status by which the server refuses what is in it.
    pub bad: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Full,
    Broken,
    /// The ledger's thread ends.
    Death,
}

/// One life of the process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plot {
    /// Cut off after so many steps of anybody, or at this time.
    pub cut_after: Option<u64>,
    pub cut_at: Option<Duration>,
    pub signal_at: Option<Duration>,
    /// Which commit meets the trouble, and how many do.
    pub trouble: Option<(u64, u64, Trouble)>,
    /// Until it is begun again.
    pub pause: Duration,
}

#[derive(Debug)]
pub struct Scene {
    pub rows: Vec<SceneRow>,
    pub operations: Vec<&'static Operation>,
    pub tokens: bool,
    pub concurrency: usize,
    pub rate: Option<Rate>,
    pub max_errors: Option<MaxErrors>,
    pub timeout: Duration,
    pub weather: Vec<(Duration, Weather)>,
    /// When every token that was given until then ceases to be accepted.
    pub revoked: Vec<Duration>,
    /// A commit takes this long, and now and then this long.
    pub commit_ms: (u64, u64),
    pub lives: Vec<Plot>,
}

impl Scene {
    pub fn draw(random: &mut Random) -> Self {
        let tokens = random.happens(1, 4);
        let operations = operations(random, tokens);
        let slow = random.happens(1, 12);
        let count = if slow { 5 + random.below(6) } else { 5 + random.below_one_of(&[10, 20, 55]) };
        let keys = random.one_of(&[0, 0, 1, 2, 4, 8]);
        let bad = random.one_of(&[0, 5, 30]);
        let rows = (0..count).map(|_| row(random, operations.len() as u64, keys, bad)).collect();
        let calm = random.happens(1, 10);
        let rate = match random.below(4) {
            _ if slow => Some(random.one_of(&["3/m", "1/m", "20/h"])),
            0 => Some(random.one_of(&["1/s", "2.5/s", "7/s"])),
            1 => Some(random.one_of(&["20/s", "50/s", "200/s"])),
            _ => None,
        };
        Self {
            rows,
            operations,
            tokens,
            concurrency: random.one_of(&[1, 2, 3, 4, 8, 16, 32]),
            rate: rate.and_then(Rate::parse),
            max_errors: if random.happens(1, 10) { MaxErrors::parse("5") } else { None },
            timeout: random.ms(2_000, 30_000),
            weather: if calm { Vec::new() } else { weather(random) },
            revoked: if calm { Vec::new() } else { (0..random.below(3)).map(|_| random.ms(0, 60_000)).collect() },
            commit_ms: random.one_of(&[(0, 0), (1, 5), (3, 60), (20, 2_000)]),
            lives: lives(random, calm),
        }
    }

    /// Neither server nor disk nor process has a fault.
    pub fn is_calm(&self) -> bool {
        self.weather.is_empty() && self.lives.len() == 1
    }

    pub fn weather_at(&self, at: Duration) -> Weather {
        let now = self.weather.iter().find(|(until, _)| at < *until);
        now.map_or(Weather::Fine, |(_, weather)| *weather)
    }
}

fn operations(random: &mut Random, tokens: bool) -> Vec<&'static Operation> {
    let all = if tokens { &contract().secured } else { &contract().open };
    let named = |name: &str| all.iter().find(|operation| operation.name == name).unwrap();
    let sets: [&[&str]; 7] =
        [&["make"], &["make"], &["gated"], &["once"], &["replace"], &["make", "replace"], &["once", "make"]];
    random.one_of(&sets).iter().map(|name| named(name)).collect()
}

fn row(random: &mut Random, operations: u64, keys: u64, bad: u64) -> SceneRow {
    SceneRow {
        operation: random.below(operations) as usize,
        order: (keys > 0 && random.happens(3, 4)).then(|| random.below(keys) as u8),
        bad: random.happens(bad, 100).then(|| random.one_of(&[400, 400, 422, 422, 415])),
    }
}

fn weather(random: &mut Random) -> Vec<(Duration, Weather)> {
    let kinds = [(3, Weather::Fine), (4, Weather::Rough), (2, Weather::Busy), (1, Weather::Broken), (1, Weather::Down)];
    let mut until = Duration::ZERO;
    (0..=random.below(6))
        .map(|_| {
            let longest = random.one_of(&[300, 2_000, 20_000, 300_000]);
            until += random.ms(1, longest);
            (until, random.weighed(&kinds))
        })
        .collect()
}

fn lives(random: &mut Random, calm: bool) -> Vec<Plot> {
    if calm {
        return vec![Plot::default()];
    }
    let mut lives: Vec<Plot> = (0..random.below(4)).map(|_| plot(random)).collect();
    lives.push(Plot::default());
    lives
}

fn plot(random: &mut Random) -> Plot {
    let longest = random.one_of(&[50, 1_000, 20_000, 400_000]);
    let pause = random.one_of(&[1, 500, 120_000]);
    let mut plot = Plot { pause: random.ms(0, pause), ..Plot::default() };
    match random.below(6) {
        0 | 1 => plot.cut_after = Some(1 + random.below_one_of(&[10, 60, 400])),
        2 => plot.cut_at = Some(random.ms(0, longest)),
        3 => plot.signal_at = Some(random.ms(0, longest)),
        4 => {
            let kind = random.one_of(&[Trouble::Full, Trouble::Full, Trouble::Broken, Trouble::Death]);
            plot.trouble = Some((random.below(20), 1 + random.below_one_of(&[1, 30]), kind));
        }
        _ => {}
    }
    plot
}
