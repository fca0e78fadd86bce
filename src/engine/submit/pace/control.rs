//! How fast a run goes under a server that refuses: from what the server said and when. Pure: it waits for nothing and
//! reads no clock; times are seconds since the run began.
//!
//! A pause that the server asks for is kept, and that is all, as long as its refusals hang on chance: going slower
//! would not spare it one of them. Where the server counts ([`Rounds::are_counted`]), or refuses a good part of what
//! comes without asking for a pause, it has a limit, and the run goes at the pace that was reached so far, pauses
//! included. If that is refused just as soon, it was chance after all, and the run goes at full speed again: a run
//! grows no slower by pauses alone. If not, the limit is believed, and the run goes along it as CUBIC (RFC 9438)
//! does: from a little below, flat around it, then faster and faster past it until the server refuses.

use super::rounds::{Round, Rounds};

/// Refusals that cost less than this part of the pace are left alone.
const RARE: f64 = 0.85;
/// Refusals without a pause count as one within this time: they answer requests of before.
const BURST: f64 = 1.0;
/// A shorter time says nothing of a pace.
const SHORTEST_ROUND: f64 = 1.0;
/// The slowest pace to which refusals bring a run.
const SLOWEST: f64 = 0.5;

/// This part of what the rate and the pauses account for may be spent on finding out whether there is a limit.
const LEEWAY: f64 = 0.2;
/// Belief in a limit grows by one for as many answers as usually stood between two refusals. With this much it is
/// certain by thirty to one, and a refusal below the limit takes as much away.
const SURE: f64 = 3.4;
const SUREST: f64 = 5.0;
/// What a server that counts is given in advance.
const COUNTED: f64 = 2.4;

/// A run begins so far below the limit.
const DIP: f64 = 0.08;
/// The server refuses a little later than its limit is passed.
const LATE: f64 = 0.95;
/// A count of whole requests in a second is so exact.
const ROUGHLY: f64 = 1.03;
/// Well past the old limit there may be none any more: from there on, so much faster each second.
const FASTER: f64 = 1.3;
/// How long the flat part lasts, in pauses and in seconds: a refusal costs a pause, so the longer it is the rarer.
const PLATEAU: f64 = 6.0;
const PLATEAU_SECONDS: (f64, f64) = (6.0, 60.0);
/// The same before the limit is believed.
const FIRST_PLATEAU: f64 = 2.0;
const FIRST_PLATEAU_SECONDS: (f64, f64) = (2.0, 60.0);
/// Limits that differ less are one.
const SAME: f64 = 0.08;

/// Rounds without one accepted request before the run waits longer than it was told, and how long at most.
const EMPTY: u32 = 3;
const LONGEST_EXTRA: f64 = 8.0;

/// A limit that the server seems to have, in requests a second.
#[derive(Debug, Clone, Copy)]
struct Limit {
    pace: f64,
    /// Since when the run goes along it.
    since: f64,
    plateau: f64,
    belief: f64,
    sure: bool,
    /// The last one was the same.
    steady: bool,
    /// Requests between two refusals before it was looked for.
    usual: f64,
}

impl Limit {
    fn rate(&self, now: f64) -> f64 {
        let time = (now - self.since).max(0.0);
        let cubic = 1.0 + DIP * (time / self.plateau - 1.0).powi(3);
        let past = time - 2.0 * self.plateau;
        self.pace * if past > 0.0 { cubic.max((1.0 + DIP) * FASTER.powf(past)) } else { cubic }
    }

    fn is_passed(&self, now: f64) -> bool {
        now - self.since >= self.plateau
    }

    fn accepted(&mut self, now: f64) {
        // Past the limit an answer speaks of its height, not of its being there.
        if !self.sure || !self.is_passed(now) {
            self.belief = (self.belief + 1.0 / self.usual).min(SUREST);
            self.sure |= self.belief >= SURE;
        }
    }

    /// A round along the limit ended, refused now and paused until then; whether the limit is still believed.
    fn refused(&mut self, round: Round, rate: f64, (now, until): (f64, f64)) -> bool {
        if self.sure && self.is_passed(now) {
            self.belief -= 1.0;
            let long = round.pause > 0.25 * round.length;
            let pace = if long { round.reached() } else { LATE * rate };
            self.steady = (pace / self.pace - 1.0).abs() < SAME;
            self.pace = pace;
        } else {
            // It is a little lower than it was thought, or it sank: the next refusal tells.
            self.belief -= SURE;
            self.steady = false;
            self.pace = LATE * rate;
        }
        self.since = until;
        let (least, most) = PLATEAU_SECONDS;
        self.plateau = (PLATEAU * round.pause).clamp(least, most) * if self.steady { 2.0 } else { 1.0 };
        self.belief >= 0.0
    }
}

/// What was accepted in this second and in the one before.
#[derive(Debug, Default)]
struct Recent {
    second: f64,
    now: f64,
    before: f64,
}

impl Recent {
    fn add(&mut self, now: f64) {
        let second = now.floor();
        if second > self.second {
            self.before = if second - self.second < 1.5 { self.now } else { 0.0 };
            self.now = 0.0;
            self.second = second;
        }
        self.now += 1.0;
    }

    fn per_second(&self) -> f64 {
        self.now.max(self.before).max(1.0)
    }
}

/// Watches answers, and says how fast to go.
#[derive(Debug)]
pub struct Control {
    /// What the user allows.
    asked: Option<f64>,
    limit: Option<Limit>,
    rounds: Rounds,
    round: Round,
    began: f64,
    /// Refusals until then tell nothing new.
    quiet: f64,
    /// Rounds without an accepted request.
    empty: u32,
    recent: Recent,
    /// The time for which the rate and the pauses account, and what was spent beyond it.
    accounted: f64,
    spent: f64,
}

impl Control {
    pub fn new(asked: Option<f64>) -> Self {
        Self {
            asked,
            limit: None,
            rounds: Rounds::default(),
            round: Round::default(),
            began: 0.0,
            quiet: 0.0,
            empty: 0,
            recent: Recent::default(),
            accounted: 0.0,
            spent: 0.0,
        }
    }

    /// From now on the users of the runs allow this rate.
    pub fn ask(&mut self, asked: Option<f64>) {
        self.asked = asked;
    }

    /// Requests a second; none leaves the pace to the server.
    pub fn rate(&self, now: f64) -> Option<f64> {
        let along = self.limit.filter(|limit| limit.sure || self.may_spend(limit, now));
        let slowest = self.asked.map_or(SLOWEST, |asked| asked.min(SLOWEST));
        match (along.map(|limit| limit.rate(now).max(slowest)), self.asked) {
            (Some(rate), Some(asked)) => Some(rate.min(asked)),
            (rate, asked) => rate.or(asked),
        }
    }

    /// A row was answered properly.
    pub fn accepted(&mut self, now: f64) {
        self.recent.add(now);
        self.round.accepted += 1.0;
        self.empty = 0;
        if let Some(limit) = &mut self.limit {
            limit.accepted(now);
        }
    }

    /// The server said "not now", and for how many seconds, if it did. How long to wait: so long, or longer.
    pub fn refused(&mut self, now: f64, told: f64) -> f64 {
        self.round.refused += 1.0;
        let until = now + told;
        if now < self.quiet {
            if told > 0.0 {
                self.lengthen(until);
            }
            self.quiet = self.quiet.max(until);
            return told;
        }
        if self.round.accepted < 1.0 {
            return self.refused_again(now, told);
        }
        if until - self.began >= SHORTEST_ROUND {
            let round = Round { length: until - self.began, pause: told, ..self.round };
            self.end(round, now, until);
            self.began = until;
            self.round = Round::default();
            self.quiet = if told > 0.0 { until } else { now + BURST };
        }
        told
    }

    /// Not one request was accepted since the last pause: it was too short. The third time the run makes it longer.
    fn refused_again(&mut self, now: f64, told: f64) -> f64 {
        self.empty += 1;
        let doubled = f64::from(1_u32 << self.empty.saturating_sub(EMPTY - 1).min(4));
        let pause = if self.empty < EMPTY { told } else { told.max((told.max(0.5) * doubled).min(LONGEST_EXTRA)) };
        if pause > 0.0 {
            self.lengthen(now + pause);
        }
        self.quiet = now + pause.max(BURST);
        pause
    }

    /// The last pause goes on until then.
    fn lengthen(&mut self, until: f64) {
        let by = until - self.began;
        if by <= 0.0 {
            return;
        }
        self.accounted += by;
        self.began = until;
        match &mut self.limit {
            None => self.rounds.lengthen(by),
            Some(limit) => limit.since = until,
        }
    }

    fn end(&mut self, round: Round, now: f64, until: f64) {
        let at_rate = self.asked.map_or(0.0, |asked| round.accepted / asked);
        self.accounted += round.pause + at_rate;
        let rate = self.rate(now).unwrap_or(f64::MAX).min(ROUGHLY * self.recent.per_second());
        match &mut self.limit {
            None => {
                self.rounds.add(round);
                self.limit = self.found(until);
            }
            Some(limit) => {
                if !limit.sure {
                    self.spent += (round.length - round.pause - at_rate).max(0.0);
                }
                // Going slower spared no refusal: it is no limit that the server has.
                if !limit.refused(round, rate, (now, until)) {
                    self.limit = None;
                }
            }
        }
    }

    /// A limit, where the server's refusals look like one.
    fn found(&self, now: f64) -> Option<Limit> {
        let sum = self.rounds.sum();
        if sum.reached() >= RARE * sum.sent() {
            return None;
        }
        let counted = sum.pause > 0.0 && self.rounds.are_counted();
        let overrun = sum.pause <= 0.0 && sum.refused >= 8.0 && 2.0 * sum.refused >= sum.accepted;
        // Where the user names no rate, only the server can.
        if !counted && !overrun && self.asked.is_some() {
            return None;
        }
        let (least, most) = FIRST_PLATEAU_SECONDS;
        Some(Limit {
            pace: sum.reached(),
            since: now,
            plateau: (FIRST_PLATEAU * self.rounds.pause()).clamp(least, most),
            belief: if counted || overrun { COUNTED } else { 0.0 },
            // What is refused in such numbers costs the server more than the run.
            sure: overrun,
            steady: false,
            usual: self.rounds.usual(),
        })
    }

    /// Whether the search for a limit may still cost time.
    fn may_spend(&self, limit: &Limit, now: f64) -> bool {
        self.asked
            .is_none_or(|asked| now - limit.since - self.round.accepted / asked <= LEEWAY * self.accounted - self.spent)
    }
}
