//! What becomes of a request, as the weather has it.

use super::random::Random;
use super::scene::Weather;
use super::world::World;
use crate::outcome::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It never left.
    Unreachable(Failure),
    Works,
    /// Carried out, and the answer lacks the id.
    WorksWithoutId,
    /// Carried out; the answer's body is cut, and its head may name the id.
    WorksCut {
        located: bool,
    },
    /// A 200 that tells an error.
    SaysError,
    Refuses(u16),
    /// "Not now", and perhaps when.
    Busy(u16, Option<u64>),
    Unauthorised,
    Fails {
        status: u16,
        done: bool,
    },
    Redirects {
        status: u16,
        done: bool,
    },
    /// A page for people.
    Page(u16),
    /// The connection breaks.
    Lost {
        done: bool,
    },
    /// No answer ever comes.
    Silent {
        done: bool,
    },
    /// It comes to the server when nobody waits for it any more.
    Late,
}

type Weighed = &'static [(u64, Kind)];

/// A fate before its details are drawn.
#[derive(Clone, Copy)]
enum Kind {
    Works,
    WithoutId,
    Cut,
    SaysError,
    Refuses,
    Busy,
    Asked,
    Fails,
    NotAble,
    Redirects,
    Page,
    Lost,
    Silent,
    Late,
    Unauthorised,
    Unreachable,
    Hopeless,
}

const FINE: Weighed = &[
    (950, Kind::Works),
    (10, Kind::WithoutId),
    (5, Kind::Cut),
    (5, Kind::SaysError),
    (20, Kind::Refuses),
    (5, Kind::Busy),
    (3, Kind::Lost),
    (2, Kind::Fails),
];

const ROUGH: Weighed = &[
    (500, Kind::Works),
    (20, Kind::WithoutId),
    (20, Kind::Cut),
    (20, Kind::SaysError),
    (60, Kind::Refuses),
    (60, Kind::Busy),
    (60, Kind::Asked),
    (60, Kind::Fails),
    (60, Kind::Lost),
    (40, Kind::Silent),
    (20, Kind::Late),
    (60, Kind::Unreachable),
    (5, Kind::Unauthorised),
    (3, Kind::NotAble),
    (3, Kind::Redirects),
    (3, Kind::Page),
    (2, Kind::Hopeless),
];

const BUSY: Weighed = &[(40, Kind::Works), (20, Kind::Busy), (40, Kind::Asked), (2, Kind::Fails)];

const BROKEN: Weighed = &[
    (20, Kind::Works),
    (40, Kind::Fails),
    (20, Kind::Lost),
    (10, Kind::Silent),
    (5, Kind::Late),
    (5, Kind::Unreachable),
];

const DOWN: Weighed = &[(1, Kind::Unreachable)];

fn of_weather(world: &World) -> Weighed {
    match world.scene.weather_at(world.elapsed()) {
        Weather::Fine => FINE,
        Weather::Rough => ROUGH,
        Weather::Busy => BUSY,
        Weather::Broken => BROKEN,
        Weather::Down => DOWN,
    }
}

pub fn of_request(world: &World, ordinal: u32) -> Fate {
    if world.scene.is_calm() {
        return Fate::Works;
    }
    let gated = !world.operation_of(ordinal).not_applied.is_empty();
    let kinds = of_weather(world);
    world.draw(|random| match details(random, kinds) {
        // Where the contract says so, the server keeps to it.
        Fate::Fails { status: 503, .. } if gated => Fate::Fails { status: 503, done: false },
        fate => fate,
    })
}

pub fn of_token(world: &World) -> Fate {
    if world.scene.is_calm() {
        return Fate::Works;
    }
    let kinds = of_weather(world);
    world.draw(|random| match details(random, kinds) {
        fate @ (Fate::Unreachable(_) | Fate::Lost { .. } | Fate::Silent { .. } | Fate::Late) => fate,
        Fate::Busy(_, after) => Fate::Busy(random.one_of(&[429, 503]), after),
        Fate::Fails { status, .. } => Fate::Fails { status, done: false },
        Fate::Redirects { .. } => Fate::Refuses(400),
        _ => Fate::Works,
    })
}

fn details(random: &mut Random, kinds: Weighed) -> Fate {
    let done = random.happens(1, 2);
    match random.weighed(kinds) {
        Kind::Works => Fate::Works,
        Kind::WithoutId => Fate::WorksWithoutId,
        Kind::Cut => Fate::WorksCut { located: done },
        Kind::SaysError => Fate::SaysError,
        Kind::Refuses => Fate::Refuses(random.one_of(&[400, 403, 404, 409, 410, 422])),
        Kind::NotAble => Fate::Refuses(random.one_of(&[501, 505])),
        Kind::Busy => Fate::Busy(random.one_of(&[408, 421, 425, 429]), None),
        Kind::Asked => {
            let seconds = [(10, 0), (30, 1), (20, 2), (20, 5), (15, 30), (3, 120), (1, 900), (1, 1_000)];
            Fate::Busy(random.one_of(&[413, 429, 429, 503, 503]), Some(random.weighed(&seconds)))
        }
        Kind::Fails => Fate::Fails { status: random.one_of(&[500, 500, 502, 503, 504, 520]), done },
        Kind::Redirects => match random.one_of(&[301, 303, 307, 308]) {
            status @ (307 | 308) => Fate::Redirects { status, done: false },
            status => Fate::Redirects { status, done },
        },
        Kind::Page => Fate::Page(random.one_of(&[200, 403, 404])),
        Kind::Lost => Fate::Lost { done },
        Kind::Silent => Fate::Silent { done },
        Kind::Late => Fate::Late,
        Kind::Unauthorised => Fate::Unauthorised,
        Kind::Unreachable => Fate::Unreachable(random.one_of(&[
            Failure::Connect,
            Failure::Connect,
            Failure::ConnectTimeout,
            Failure::Dns,
            Failure::NeverStarted,
        ])),
        Kind::Hopeless => Fate::Unreachable(random.one_of(&[Failure::Certificate, Failure::CannotBuild])),
    }
}
