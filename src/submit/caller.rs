//! Requests one after another, each with the token that it needs: for what is looked up. Rows that are sent
//! go through [`dispatch`](super::dispatch), which has a ledger.

use reqwest::header::HeaderValue;
use tokio::time::{Instant, sleep_until};

use super::client::Sender;
use super::mask::Mask;
use super::pace::{Leave, Pace};
use super::renewal::{Landing, Tokens, Used};
use crate::exit::Stop;
use crate::outcome::Attempt;
use crate::validate::Request;

/// Makes requests of one run, one at a time.
pub struct Caller<'a> {
    sender: &'a Sender,
    tokens: Tokens,
    pace: Pace,
}

impl<'a> Caller<'a> {
    pub fn new(sender: &'a Sender, pace: Pace) -> Self {
        Self { sender, tokens: sender.tokens(), pace }
    }

    /// Makes one request: with a token got first where one is needed, and once more with a new one where the
    /// server answers 401. It is not made again for any other reason.
    ///
    /// # Errors
    /// There is no token to be had: nothing was sent.
    pub async fn call(&mut self, request: &Request, reference: &str) -> Result<Attempt, Stop> {
        let mut renewed = false;
        loop {
            let (header, used) = self.token(request.operation()).await?.unzip();
            self.turn().await;
            let attempt = self.sender.send(request, reference, header).await;
            match used {
                Some(used) if !renewed && attempt.is_unauthorised() => {
                    renewed = true;
                    self.tokens.refuse(used);
                }
                _ => return Ok(attempt),
            }
        }
    }

    /// What must not be repeated of what a server said.
    pub fn mask(&self) -> &Mask {
        self.tokens.mask()
    }

    /// For what answers say of the pace.
    pub fn pace(&mut self) -> &mut Pace {
        &mut self.pace
    }

    /// The token of an operation, got or renewed first where it has to be; none where it takes none of this kind.
    async fn token(&mut self, operation: usize) -> Result<Option<(HeaderValue, Used)>, Stop> {
        let Some(source) = self.sender.source_of(operation) else { return Ok(None) };
        while self.tokens.is_due(source, Instant::now()) {
            self.turn().await;
            let asked = Instant::now();
            let attempt = self.sender.ask(source).await;
            let result = self.sender.source(source).read(&attempt, self.tokens.mask());
            match self.tokens.land(source, asked, result) {
                Landing::Renewed => {}
                Landing::Again { pause, nth } => {
                    sleep_until(pause.map_or_else(|| self.pace.backoff(nth), |pause| Instant::now() + pause)).await;
                }
                Landing::GiveUp(words) => return Err(Stop::early(words)),
            }
        }
        Ok(self.tokens.current(source).map(|(token, used)| (token.header.clone(), used)))
    }

    /// Waits until a request may leave.
    async fn turn(&mut self) {
        loop {
            let at = match self.pace.turn() {
                Err(at) => at,
                Ok(()) => match self.pace.leave() {
                    Leave::Now => return,
                    Leave::At(at) => at,
                    Leave::AfterHold => self.pace.held_until().unwrap_or_else(Instant::now),
                },
            };
            sleep_until(at).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::contract::{Contract, from_yaml};
    use crate::sandbox::{Options, Sandbox, spawn};
    use crate::submit::auth::Secrets;
    use crate::submit::client::Places;
    use crate::submit::pace::chance;

    const THINGS: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  securitySchemes:
    client: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
paths:
  /things:
    post:
      operationId: make
      security: [{client: []}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
";

    fn sandbox(script: &str) -> (Sandbox, [Contract; 1]) {
        let contracts = [from_yaml("t", THINGS, &[]).unwrap()];
        let script = crate::sandbox::Script::from_yaml(script).unwrap();
        (spawn(&contracts, Options { script, ..Options::default() }).unwrap(), contracts)
    }

    fn sender(sandbox: &Sandbox, contract: &Contract, secret: &str) -> Sender {
        let operations = [&contract.operations[0]];
        let secrets = Secrets::gather(&operations, |_| Ok(Some(secret.to_owned().into()))).unwrap();
        let places = Places { base: &|_| sandbox.base_url(), sandbox: true };
        Sender::new(&operations, &places, &secrets, Duration::from_secs(5)).unwrap()
    }

    fn request() -> Request {
        let key = vec![0; 16];
        let fields = json!({"operation": 0, "path": null, "headers": [], "body": "{}", "key": key, "order": null});
        serde_json::from_value(fields).unwrap()
    }

    async fn status(caller: &mut Caller<'_>) -> u16 {
        match caller.call(&request(), "r").await.unwrap() {
            Attempt::Answered(answer) => answer.status,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_token_serves_many_calls_and_one_that_is_refused_is_got_again_once() {
        let (sandbox, contracts) = sandbox("[{on: {request: 3}, do: 401}, {on: {from: 5}, do: 401}]");
        let sender = sender(&sandbox, &contracts[0], "secret");
        let mut caller = Caller::new(&sender, Pace::new(None, chance));
        assert_eq!((status(&mut caller).await, status(&mut caller).await, sandbox.tokens()), (200, 200, 1));
        assert_eq!((status(&mut caller).await, sandbox.tokens(), sandbox.requests()), (200, 2, 4));
        assert_eq!((status(&mut caller).await, sandbox.tokens(), sandbox.requests()), (401, 3, 6));
        assert!(caller.mask().finds_in("sandbox-token-2"));
    }

    #[tokio::test]
    async fn without_a_token_nothing_is_called() {
        let (sandbox, contracts) = sandbox("");
        let sender = sender(&sandbox, &contracts[0], "wrong");
        let mut caller = Caller::new(&sender, Pace::new(None, chance));
        let stop = caller.call(&request(), "r").await.unwrap_err();
        assert!(stop.message.en.contains("/token gives no token (HTTP 401: invalid_client"), "{stop}");
        assert_eq!((sandbox.tokens(), sandbox.requests()), (1, 0));
    }
}
