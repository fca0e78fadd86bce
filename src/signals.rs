//! Ctrl-C and SIGTERM.

use crate::exit::Exit;
use crate::submit::dispatch::Signal;

/// Calls back for each signal with its number, counted from 1, from a thread of its own.
pub fn on_each(call: impl Fn(Signal, u32) + Send + 'static) {
    let listen = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async move {
            for nth in 1.. {
                let Some(signal) = next().await else { return };
                call(signal, nth);
            }
        });
    };
    // Without the thread the system's own handling stays in force, which ends the process.
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listen);
}

#[cfg(unix)]
async fn next() -> Option<Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).ok()?;
    let mut hang_up = signal(SignalKind::hangup()).ok()?;
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    tokio::select! {
        _ = interrupt.recv() => Some(Signal::Interrupt),
        _ = terminate.recv() => Some(Signal::Terminate),
        _ = hang_up.recv() => Some(Signal::Terminate),
    }
}

#[cfg(not(unix))]
async fn next() -> Option<Signal> {
    tokio::signal::ctrl_c().await.ok().map(|()| Signal::Interrupt)
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
