//! Before a byte of a request: names, ports, TLS.

use super::{Case, Third, fresh, plain};
use crate::certificates::Fit;
use crate::raw_server::Step::{self, All, Close, Drop, Good, Reset, Send, Silence, Touch, Wait};
use crate::raw_server::Turn;

const DONE: &[&str] = &["done"];
const NOT_SENT: &[&str] = &["not-sent"];

pub fn cases() -> Vec<Case> {
    [nowhere(), handshakes(), certificates()].concat()
}

/// The first row meets it, and the run never begins.
fn never(name: &str, row: &'static str, code: &'static [&'static str]) -> Case {
    let case = Case::new(name, row, vec![All, Good], NOT_SENT).codes(code).stops(Third::AllStay);
    // The server's own turns are for nobody; the second row is not even tried.
    Case { first: Some(vec![All, Good]), may_be_left: 2, ..case }.again_unread(0..=5)
}

fn nowhere() -> Vec<Case> {
    // No server asks for this port, and the system lends it to none.
    let to = |scheme: &str| Some(format!("{scheme}://127.0.0.1:1"));
    // The second row of three is never tried: its own code is that of the run.
    vec![
        Case { address: to("http"), ..never("nobody listens", "3", &[]).on(|wire| fresh(wire) && plain(wire)) },
        Case { address: to("https"), ..never("nobody listens, TLS", "3", &[]).on(|wire| fresh(wire) && plain(wire)) },
        Case {
            address: Some("https://host.invalid".to_owned()),
            ..never("a name without an address", "2", &[]).on(|wire| fresh(wire) && plain(wire))
        },
    ]
}

/// The second row's connection breaks before TLS stands: it goes again on another.
fn handshakes() -> Vec<Case> {
    let broken = |name: &str, steps: Vec<Step>| {
        let turn = Turn { before_tls: true, ..steps.into() };
        Case { timeout: "2s", ..Case::new(name, "4", turn, DONE) }
            .again_unread(2..=2)
            .on(|wire| fresh(wire) && !plain(wire))
    };
    let alert = |description: u8| Send(vec![0x15, 3, 3, 0, 2, 2, description]);
    let mut silent = broken("TLS: silence", vec![Touch, Silence]);
    silent.row = "7";
    vec![
        broken("TLS: closed at once", vec![Close]),
        broken("TLS: reset at once", vec![Reset]),
        broken("TLS: closed on the hello", vec![Touch, Close]),
        broken("TLS: dropped on the hello", vec![Touch, Drop]),
        broken("TLS: reset on the hello", vec![Touch, Reset]),
        broken("TLS: garbage", vec![Touch, Send(b"nothing of the kind".to_vec()), Close]),
        broken("TLS: plain HTTP", vec![Touch, Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), Close]),
        broken("TLS: half a record", vec![Touch, Send(vec![0x16, 3, 3, 0, 80, 2, 0]), Close]),
        broken("TLS: handshake_failure", vec![Touch, alert(40), Close]),
        broken("TLS: internal_error", vec![Touch, alert(80), Wait(20), Close]),
        silent,
    ]
}

fn certificates() -> Vec<Case> {
    let unfit = |name: &str, fit: Fit| Case { fit, ..never(name, "5", &[]) }.on(|wire| fresh(wire) && !plain(wire));
    vec![
        unfit("a certificate for another name", Fit::OtherName),
        unfit("a certificate that is over", Fit::Expired),
        unfit("a certificate of a stranger", Fit::Stranger),
    ]
}
