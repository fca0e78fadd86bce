//! Promises that a ledger in memory can be made to break, to see that the conformance suite notices.

/// One promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// An intent is granted beside another row with its key.
    KeyNotClaimed,
    /// An intent is granted beside another row of its device.
    DeviceNotClaimed,
    /// Rows of all servers are taken for one server's.
    ServerNotAsked,
    /// An intent is granted whatever the row's own record says.
    StateNotAsked,
    /// An intent is granted to anybody.
    LeaseNotAsked,
    /// A run is given to everybody who asks for it.
    LeaseNotHeld,
    /// An outcome is taken whichever attempt it names.
    AnyOutcome,
    /// An outcome is taken only as long as nobody took the row for lost.
    LateAnswerLost,
    /// An intent is taken back whichever attempt is named.
    AnyWithdrawal,
    /// An intent that is taken back leaves no doubt about the attempts before it.
    DoubtForgotten,
    /// What a living run has open is taken for lost.
    LivingTakenForDead,
    /// What a dead run left open may go again.
    DeadTakenForNotSent,
    /// The same run is begun again and again.
    BegunTwice,
    /// A run is finished as soon as somebody says so.
    FinishedTooEarly,
    /// A person's word is taken for whichever attempt is the latest.
    SeenNotAsked,
    /// A person's word is taken however early.
    RipeNotAsked,
    /// Of several words those before the one that is refused are taken.
    HalfAWord,
    /// Purge leaves nothing of rows that were done.
    KeysForgotten,
    /// A pause is made shorter by the next.
    PauseCutShort,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 19] = [
        Flaw::KeyNotClaimed,
        Flaw::DeviceNotClaimed,
        Flaw::ServerNotAsked,
        Flaw::StateNotAsked,
        Flaw::LeaseNotAsked,
        Flaw::LeaseNotHeld,
        Flaw::AnyOutcome,
        Flaw::LateAnswerLost,
        Flaw::AnyWithdrawal,
        Flaw::DoubtForgotten,
        Flaw::LivingTakenForDead,
        Flaw::DeadTakenForNotSent,
        Flaw::BegunTwice,
        Flaw::FinishedTooEarly,
        Flaw::SeenNotAsked,
        Flaw::RipeNotAsked,
        Flaw::HalfAWord,
        Flaw::KeysForgotten,
        Flaw::PauseCutShort,
    ];
}
