//! A terminal of the test's own, at which a question is answered.
#![cfg(unix)]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Runs a command at a terminal where somebody types `answer`. Gives its exit code and what the terminal showed.
pub fn answered(mut command: Command, answer: &str) -> (i32, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let open = || -> File {
        OpenOptions::new().read(true).write(true).open(std::ffi::OsStr::from_bytes(name.as_bytes())).unwrap()
    };
    let mut child =
        command.stdin(Stdio::from(open())).stderr(Stdio::from(open())).stdout(Stdio::null()).spawn().unwrap();
    // The command's own ends of the terminal are closed here, so that reading ends with the process.
    drop(command);
    let mut master = File::from(master);
    let mut shown = master.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut text, mut piece) = (Vec::new(), [0; 1024]);
        // A terminal whose other side is closed gives an error, not an end.
        while let Ok(count @ 1..) = shown.read(&mut piece) {
            text.extend_from_slice(&piece[..count]);
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    master.write_all(answer.as_bytes()).unwrap();
    for _ in 0..600 {
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code().unwrap_or(-1), reader.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    panic!("nobody ended: {}", reader.join().unwrap());
}
