//! Which token is in force: when one has to be got, that it is asked for once however many rows wait,
//! and when to give up.

use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::halt::NoToken;
use super::mask::Mask;
use super::token::{Refused, Token};

/// A token is renewed so long before it ends, or a fifth of its life where that is shorter.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Requests for one token at most, where the server cannot be reached or says "not now".
const MOST_TRIES: u32 = 4;

/// The tokens of a run, one for each source.
#[derive(Default)]
pub struct Tokens {
    slots: Vec<Slot>,
    /// The source that is being asked.
    asking: Option<usize>,
    mask: Mask,
}

#[derive(Default)]
struct Slot {
    token: Option<Token>,
    /// Counts the tokens that this source has given.
    generation: u32,
    /// When to renew the token. Without a time, the program renews it once a server refuses it.
    due: Option<Instant>,
    /// Requests for the next token that gave none.
    tries: u32,
}

/// The token that a request goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Index of the source that gave it.
    pub source: usize,
    generation: u32,
}

/// What becomes of a request for a token.
#[derive(Debug, PartialEq)]
pub enum Landing {
    /// The token is in force.
    Renewed,
    /// Ask again, after the server's own pause or one that the `nth` failure calls for.
    Again {
        /// The server's pause, if it named one.
        pause: Option<Duration>,
        /// How many requests in a row gave no token.
        nth: u32,
    },
    /// No token is to be had.
    GiveUp(NoToken),
}

impl Tokens {
    /// `mask`: the secrets for which tokens are given.
    pub fn new(sources: usize, mask: Mask) -> Self {
        Self { slots: (0..sources).map(|_| Slot::default()).collect(), asking: None, mask }
    }

    /// The secrets and every token that was given for them.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Whether a token is under way; no row is begun meanwhile.
    pub fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// Whether the source has to be asked before another row is begun.
    pub fn is_due(&self, source: usize, now: Instant) -> bool {
        let slot = &self.slots[source];
        slot.token.is_none() || slot.due.is_some_and(|due| due <= now)
    }

    /// A source is asked from now on.
    pub fn begin(&mut self, source: usize) {
        self.asking = Some(source);
    }

    /// The token in force. There is none before the first is got, and after the server refused the last.
    pub fn current(&self, source: usize) -> Option<(&Token, Used)> {
        let slot = &self.slots[source];
        slot.token.as_ref().map(|token| (token, Used { source, generation: slot.generation }))
    }

    /// The server did not accept a token. One that was renewed meanwhile stays.
    pub fn refuse(&mut self, used: Used) {
        let slot = &mut self.slots[used.source];
        if slot.generation == used.generation {
            slot.token = None;
        }
    }

    /// A request for a token, made at `asked`, has ended.
    pub fn land(&mut self, source: usize, asked: Instant, result: Result<Token, Refused>) -> Landing {
        let slot = &mut self.slots[source];
        match result {
            Ok(token) => {
                let end = token.lifetime.map(|life| asked + life.saturating_sub(MARGIN.min(life / 5)));
                // One that is due already would be renewed for ever, and no row would go.
                slot.due = end.filter(|due| *due > Instant::now());
                self.mask.add(token.text.expose_secret());
                slot.token = Some(token);
                slot.generation += 1;
                slot.tries = 0;
                self.asking = None;
                Landing::Renewed
            }
            Err(Refused::Later { retry_after_s, .. }) if slot.tries + 1 < MOST_TRIES => {
                slot.tries += 1;
                Landing::Again { pause: retry_after_s.map(Duration::from_secs), nth: slot.tries }
            }
            Err(Refused::Later { why, .. } | Refused::Never(why)) => {
                self.asking = None;
                Landing::GiveUp(why)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;
    use crate::submit::halt::TokenFault;

    fn no_token(status: u16) -> NoToken {
        NoToken { place: "https://a.example/token".to_owned(), fault: TokenFault::NotNow { status } }
    }

    fn token(lifetime_s: Option<u64>) -> Token {
        let header = HeaderValue::from_static("Bearer t");
        Token { header, text: "t".to_owned().into(), lifetime: lifetime_s.map(Duration::from_secs) }
    }

    fn later(retry_after_s: Option<u64>) -> Refused {
        Refused::Later { retry_after_s, why: no_token(503) }
    }

    async fn after(seconds: f64) -> Instant {
        tokio::time::advance(Duration::from_secs_f64(seconds)).await;
        Instant::now()
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_five_minutes_before_its_end_or_a_fifth_of_a_short_life() {
        for (life, due) in [(86_400, 86_100.0), (1500, 1200.0), (100, 80.0), (1, 0.8)] {
            let mut tokens = Tokens::new(1, Mask::default());
            assert!(tokens.is_due(0, Instant::now()));
            tokens.begin(0);
            assert_eq!(tokens.land(0, Instant::now(), Ok(token(Some(life)))), Landing::Renewed);
            assert!(!tokens.is_asking());
            assert!(!tokens.is_due(0, after(due - 0.1).await), "{life}");
            assert!(tokens.is_due(0, after(0.1).await), "{life}");
            assert!(tokens.current(0).is_some(), "rows that were begun may still go with it");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_whose_end_is_not_told_or_past_is_used_until_it_is_refused() {
        let mut tokens = Tokens::new(1, Mask::default());
        let asked = Instant::now();
        let now = after(10.0).await;
        for life in [None, Some(10)] {
            tokens.land(0, asked, Ok(token(life)));
            assert!(!tokens.is_due(0, now + Duration::from_secs(1_000_000)), "{life:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_was_refused_is_forgotten_once() {
        let mut tokens = Tokens::new(2, Mask::default());
        tokens.land(1, Instant::now(), Ok(token(None)));
        let (_, first) = tokens.current(1).unwrap();
        tokens.refuse(first);
        assert!(tokens.current(1).is_none() && tokens.is_due(1, Instant::now()));
        tokens.land(1, Instant::now(), Ok(token(None)));
        tokens.refuse(first);
        assert!(!tokens.is_due(1, Instant::now()), "the refusal was of the token before");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_not_there_is_asked_some_times_and_a_refusal_is_final() {
        let mut tokens = Tokens::new(1, Mask::default());
        tokens.begin(0);
        let now = Instant::now();
        assert_eq!(
            tokens.land(0, now, Err(later(Some(7)))),
            Landing::Again { pause: Some(Duration::from_secs(7)), nth: 1 }
        );
        assert_eq!(tokens.land(0, now, Err(later(None))), Landing::Again { pause: None, nth: 2 });
        assert!(tokens.is_asking());
        assert_eq!(tokens.land(0, now, Err(later(None))), Landing::Again { pause: None, nth: 3 });
        assert_eq!(tokens.land(0, now, Err(later(None))), Landing::GiveUp(no_token(503)));
        let never = Err(Refused::Never(no_token(500)));
        assert_eq!(Tokens::new(1, Mask::default()).land(0, now, never), Landing::GiveUp(no_token(500)));
    }
}
