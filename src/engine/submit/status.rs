//! What each HTTP status proves, and of whom it speaks: one table for all that read answers.
//!
//! The contract of an API overrides it (`x-caseload.not-applied`), and so does what the answer holds: an id, the
//! contract's error form, a web page.

use std::ops::RangeInclusive;

/// What a status says, to each who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Of the request that it answers.
    pub proof: Proof,
    /// Of an earlier request of the same row whose answer was lost.
    pub before: OfBefore,
    /// Whose fault a refusal is.
    pub blame: Blame,
    /// Of a thing that was looked for.
    pub sought: Sought,
    /// Of a token that was asked for.
    pub token: TokenAnswer,
}

/// What a status proves of the request that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The server carried the request out, unless its body says otherwise.
    Accepted,
    /// The request belongs elsewhere, and was not carried out here: a method that must not change.
    Elsewhere,
    /// A redirect that may be the answer to a request that worked.
    Redirected,
    /// The server does not know who asks, and did nothing.
    Unauthorised,
    /// Not now: the server did nothing.
    NotNow,
    /// The same where `Retry-After` says when; without it, a refusal.
    NotNowOrRefused,
    /// The same where `Retry-After` says when; without it, nothing is proven.
    NotNowOrNothing,
    /// The server refused the request, and did nothing.
    Refused,
    /// The server cannot perform the operation at all.
    NotAble,
    /// Nothing: the request may have been carried out.
    Nothing,
}

/// What a refusal says of an earlier request whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfBefore {
    /// It is about the request's content, so it would have met the earlier one too.
    RefusedToo,
    /// The thing is there already, or gone: it may be the earlier one's trace.
    MayBeItsTrace,
    /// How things stand now, which is nothing about then.
    Silent,
}

/// Whose fault a refusal is, if the first rows all get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The row is wrong.
    Row,
    /// The user lacks the right, or the address is wrong.
    Run,
}

/// What a status says of a thing that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The server does not have it.
    Absent,
    /// This user may not see it.
    Withheld,
    /// Nothing of its own.
    Untold,
}

/// What a status says to a request for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAnswer {
    /// The answer holds a token.
    Granted,
    /// Asking again may help.
    Later,
    /// The token's address is another.
    Moved,
    /// Asking again will not help.
    Never,
}

use Blame::{Row, Run};
use OfBefore::{MayBeItsTrace, RefusedToo, Silent};
use Proof::{
    Accepted, Elsewhere, NotAble, NotNow, NotNowOrNothing, NotNowOrRefused, Nothing, Redirected, Refused, Unauthorised,
};
use Sought::{Absent, Untold, Withheld};
use TokenAnswer::{Granted, Later, Moved, Never};

/// The first line that holds a status speaks for it.
const TABLE: [(RangeInclusive<u16>, Meaning); 24] = [
    //               the request      an earlier one  blame  sought    a token
    says(200, 299, Accepted, MayBeItsTrace, Row, Untold, Granted),
    says(307, 308, Elsewhere, Silent, Run, Untold, Moved),
    says(300, 399, Redirected, Silent, Run, Untold, Moved),
    says(400, 400, Refused, RefusedToo, Row, Untold, Never),
    says(401, 401, Unauthorised, Silent, Run, Untold, Never),
    says(403, 403, Refused, Silent, Run, Withheld, Never),
    says(404, 404, Refused, MayBeItsTrace, Run, Absent, Never),
    says(405, 406, Refused, Silent, Run, Untold, Never),
    says(408, 408, NotNow, Silent, Row, Untold, Later),
    says(409, 409, Refused, MayBeItsTrace, Row, Untold, Never),
    says(410, 410, Refused, MayBeItsTrace, Run, Absent, Never),
    says(412, 412, Refused, MayBeItsTrace, Row, Untold, Never),
    says(413, 413, NotNowOrRefused, RefusedToo, Row, Untold, Never),
    says(414, 414, Refused, RefusedToo, Row, Untold, Never),
    says(415, 415, Refused, RefusedToo, Run, Untold, Never),
    says(421, 421, NotNow, Silent, Row, Untold, Never),
    says(422, 422, Refused, RefusedToo, Row, Untold, Never),
    says(425, 425, NotNow, Silent, Row, Untold, Later),
    says(429, 429, NotNow, Silent, Row, Untold, Later),
    says(431, 431, Refused, RefusedToo, Row, Untold, Never),
    says(400, 499, Refused, Silent, Row, Untold, Never),
    says(501, 501, NotAble, Silent, Row, Untold, Later),
    says(505, 505, NotAble, Silent, Row, Untold, Later),
    says(503, 503, NotNowOrNothing, Silent, Row, Untold, Later),
];

/// Other failures of the server, and what is no status of an answer at all.
const OTHERS: [(RangeInclusive<u16>, Meaning); 2] =
    [says(500, 599, Nothing, Silent, Row, Untold, Later), says(0, u16::MAX, Nothing, Silent, Row, Untold, Never)];

const fn says(
    first: u16,
    last: u16,
    proof: Proof,
    before: OfBefore,
    blame: Blame,
    sought: Sought,
    token: TokenAnswer,
) -> (RangeInclusive<u16>, Meaning) {
    (first..=last, Meaning { proof, before, blame, sought, token })
}

/// What a status says.
pub fn meaning(status: u16) -> Meaning {
    let mut lines = TABLE.iter().chain(&OTHERS);
    let line = lines.find(|(statuses, _)| statuses.contains(&status));
    line.map_or(OTHERS[1].1, |(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statuses of which something holds.
    fn those(holds: impl Fn(Meaning) -> bool) -> Vec<u16> {
        (0..=999).filter(|status| holds(meaning(*status))).collect()
    }

    #[test]
    fn a_status_proves_what_the_protocol_and_the_vendors_say_it_does() {
        let of = |proof| those(move |meaning| meaning.proof == proof);
        assert_eq!(of(Accepted), (200..=299).collect::<Vec<_>>());
        assert_eq!(of(Elsewhere), [307, 308]);
        assert_eq!(of(Redirected), (300..=306).chain(309..=399).collect::<Vec<_>>());
        assert_eq!(of(Unauthorised), [401]);
        assert_eq!(of(NotNow), [408, 421, 425, 429]);
        assert_eq!(of(NotNowOrRefused), [413]);
        assert_eq!(of(NotNowOrNothing), [503]);
        assert_eq!(of(NotAble), [501, 505]);
        let refused: Vec<u16> = (400..=499).filter(|status| ![401, 408, 413, 421, 425, 429].contains(status)).collect();
        assert_eq!(of(Refused), refused);
        let nothing = |status: &u16| !(200..=499).contains(status) && ![501, 503, 505].contains(status);
        assert_eq!(of(Nothing), (0..=999).filter(nothing).collect::<Vec<_>>());
    }

    #[test]
    fn only_a_refusal_of_the_content_would_have_met_an_earlier_request_too() {
        assert_eq!(those(|meaning| meaning.before == RefusedToo), [400, 413, 414, 415, 422, 431]);
        let traces = those(|meaning| meaning.before == MayBeItsTrace);
        assert_eq!(traces, (200..=299).chain([404, 409, 410, 412]).collect::<Vec<_>>());
    }

    #[test]
    fn what_speaks_of_the_user_or_the_address_stops_a_run_that_begins_with_it() {
        let refused = |meaning: Meaning| matches!(meaning.proof, Refused | NotNowOrRefused);
        assert_eq!(those(|meaning| refused(meaning) && meaning.blame == Run), [403, 404, 405, 406, 410, 415]);
        assert_eq!(those(|meaning| meaning.sought == Absent), [404, 410]);
        assert_eq!(those(|meaning| meaning.sought == Withheld), [403]);
    }

    #[test]
    fn a_token_is_asked_for_again_only_where_the_server_may_give_it_later() {
        let later: Vec<u16> = [408, 425, 429].into_iter().chain(500..=599).collect();
        assert_eq!(those(|meaning| meaning.token == Later), later);
        assert_eq!(those(|meaning| meaning.token == Granted), (200..=299).collect::<Vec<_>>());
        assert_eq!(those(|meaning| meaning.token == Moved), (300..=399).collect::<Vec<_>>());
    }
}
