//! The network as the loop sees it: requests that travel, and go on travelling when the process is gone.

use std::future::pending;
use std::rc::Rc;

use reqwest::header::HeaderValue;
use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

use super::fate::{Fate, of_request, of_token};
use super::scene;
use super::server::{give_token, serve};
use super::world::World;
use super::{judge, judge::Leaving};
use crate::outcome::{Attempt, Failure};
use crate::submit::mask::Mask;
use crate::submit::renewal::Tokens;
use crate::submit::token::Source;
use crate::submit::wire::Wire;
use crate::validate::Request;

/// The network of one life of the process.
pub struct Network {
    world: Rc<World>,
    life: usize,
}

impl Network {
    pub fn new(world: Rc<World>, life: usize) -> Self {
        Self { world, life }
    }

    /// What the process gets back, if it lives: an answer, or the end of its patience.
    async fn await_answer(&self, answer: oneshot::Receiver<Attempt>) -> Attempt {
        let attempt = match timeout(self.world.scene.timeout, answer).await {
            Ok(Ok(attempt)) => attempt,
            Ok(Err(_)) => Attempt::Lost(self.world.draw(|random| random.one_of(&[Failure::Broken, Failure::Garbled]))),
            Err(_) => Attempt::Lost(Failure::Timeout),
        };
        self.unless_cut().await;
        attempt
    }

    async fn never_left(&self, failure: Failure) -> Attempt {
        let longest = if failure == Failure::ConnectTimeout { 1_000 } else { 20 };
        sleep(self.world.draw(|random| random.ms(0, longest))).await;
        self.unless_cut().await;
        Attempt::NotSent(failure)
    }

    /// Nothing comes back to a process that is gone.
    async fn unless_cut(&self) {
        if !self.world.goes_on(self.life) {
            pending::<()>().await;
        }
    }
}

impl Wire for Network {
    fn tokens(&self) -> Tokens {
        Tokens::new(usize::from(self.world.scene.tokens), Mask::default())
    }

    fn source_of(&self, _operation: usize) -> Option<usize> {
        self.world.scene.tokens.then_some(0)
    }

    fn source(&self, _source: usize) -> &Source {
        scene::source()
    }

    async fn send(&self, request: &Request, reference: &str, token: Option<HeaderValue>) -> Attempt {
        self.unless_cut().await;
        let ordinal: u32 = request.body().unwrap().parse().unwrap();
        let token = token.map(|token| number_of(&token));
        let call = judge::leaves(&self.world, &Leaving { ordinal, reference, token });
        let fate = of_request(&self.world, ordinal);
        self.world.note(format_args!("leaves: {ordinal}, call {call}, {fate:?}"));
        let attempt = if let Fate::Unreachable(failure) = fate {
            self.never_left(failure).await
        } else {
            let (sender, answer) = oneshot::channel();
            spawn_local(serve(Rc::clone(&self.world), (ordinal, call), token, fate, sender));
            self.await_answer(answer).await
        };
        judge::answered(&self.world, ordinal, call, &attempt);
        attempt
    }

    async fn ask(&self, _source: usize) -> Attempt {
        self.unless_cut().await;
        judge::asks(&self.world);
        let fate = of_token(&self.world);
        self.world.note(format_args!("asks for a token: {fate:?}"));
        let attempt = if let Fate::Unreachable(failure) = fate {
            self.never_left(failure).await
        } else {
            let (sender, answer) = oneshot::channel();
            spawn_local(give_token(Rc::clone(&self.world), self.life, fate, sender));
            self.await_answer(answer).await
        };
        judge::asked(&self.world, &attempt);
        attempt
    }
}

/// Which of the tokens that were given this is.
fn number_of(token: &HeaderValue) -> usize {
    token.to_str().unwrap().strip_prefix("Bearer token-").unwrap().parse().unwrap()
}
