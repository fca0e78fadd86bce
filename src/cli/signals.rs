//! Ctrl-C and SIGTERM.

use std::cell::Cell;

use caseload_engine::submit::control::{Control, Signal};

use crate::cli::exit::Exit;

/// Ends the work of a command by a signal: the first asks it to end, the second ends the process. Rows in flight are
/// then unknown at the next start. Before anything is sent, the system's own handling stays in force.
#[derive(Default)]
pub struct Stopper {
    pub control: Control,
    listens: Cell<bool>,
}

impl Stopper {
    /// From now on signals ask the work to end.
    pub fn listen(&self) {
        if self.listens.replace(true) {
            return;
        }
        let control = self.control.clone();
        on_each(move |signal, nth| {
            if nth > 1 {
                leave(signal);
            }
            control.cancel(signal);
        });
    }
}

/// Calls back for each signal with its number, counted from 1, from a thread of its own.
pub fn on_each(call: impl Fn(Signal, u32) + Send + 'static) {
    let listen = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(each(call));
    };
    // Without the thread the system's own handling stays in force, which ends the process.
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listen);
}

#[cfg(unix)]
async fn each(call: impl Fn(Signal, u32)) {
    use tokio::signal::unix::{SignalKind, signal};
    let streams = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hang_up)) = streams else { return };
    for nth in 1.. {
        let signal = tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
            _ = hang_up.recv() => Signal::Terminate,
        };
        call(signal, nth);
    }
}

#[cfg(not(unix))]
async fn each(call: impl Fn(Signal, u32)) {
    for nth in 1.. {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        call(Signal::Interrupt, nth);
    }
}

/// Ends the process at once: the second signal of somebody who will not wait. The ledger is right
/// either way.
#[expect(clippy::exit, reason = "the second signal asks for exactly this")]
pub fn leave(signal: Signal) {
    let exit = match signal {
        Signal::Interrupt => Exit::Interrupted,
        Signal::Terminate => Exit::Terminated,
    };
    std::process::exit(i32::from(exit.code()));
}
