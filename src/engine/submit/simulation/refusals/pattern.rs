//! How a server refuses.

use crate::submit::simulation::random::Random;

#[derive(Debug, Clone, Copy)]
pub enum Pattern {
    /// This share of the requests, whatever their pace.
    Chance { share: f64, status: u16, after: u64 },
    /// No more than so many in each span of so many seconds; it names the end of the span.
    Window { seconds: u64, most: u64 },
    /// A bucket that holds a second's worth, and the limit that changes each `every` seconds.
    Bucket { limits: &'static [f64], every: f64 },
}

/// A server with its memory. Times are seconds since it began.
pub struct Refusing {
    pattern: Pattern,
    span: u64,
    taken: u64,
    tokens: f64,
    last: f64,
}

impl Refusing {
    pub fn new(pattern: Pattern) -> Self {
        let tokens = if let Pattern::Bucket { limits, .. } = pattern { limits[0] } else { 0.0 };
        Self { pattern, span: 0, taken: 0, tokens, last: 0.0 }
    }

    /// The status and the seconds to wait, if a request is refused.
    pub fn refuses(&mut self, now: f64, random: &mut Random) -> Option<(u16, u64)> {
        match self.pattern {
            Pattern::Chance { share, status, after } => {
                let refuses = random.happens((share * 10_000.0) as u64, 10_000);
                refuses.then_some((status, after))
            }
            Pattern::Window { seconds, most } => {
                let span = now as u64 / seconds;
                if span != self.span {
                    (self.span, self.taken) = (span, 0);
                }
                self.taken += 1;
                let left = ((span + 1) * seconds) as f64 - now;
                (self.taken > most).then_some((429, left.ceil() as u64))
            }
            Pattern::Bucket { limits, every } => {
                let limit = at(limits, every, now);
                self.tokens = (self.tokens + (now - self.last) * limit).min(limit);
                self.last = now;
                if self.tokens >= 1.0 {
                    self.tokens -= 1.0;
                    return None;
                }
                Some((429, ((1.0 - self.tokens) / limit).ceil().max(1.0) as u64))
            }
        }
    }
}

impl Pattern {
    /// The requests that its limit allows until then; none where it has no limit.
    pub fn allowed(self, until: f64) -> Option<f64> {
        match self {
            Pattern::Chance { .. } => None,
            Pattern::Window { seconds, most } => Some(until * most as f64 / seconds as f64),
            Pattern::Bucket { limits, every } => {
                let whole = (until / every) as usize;
                let done: f64 = (0..whole).map(|n| limits[n % limits.len()] * every).sum();
                Some(done + (until - whole as f64 * every) * limits[whole % limits.len()])
            }
        }
    }
}

fn at(limits: &[f64], every: f64, now: f64) -> f64 {
    limits[(now / every) as usize % limits.len()]
}
