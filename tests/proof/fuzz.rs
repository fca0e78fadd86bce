//! Bytes that a machine made up, thrown at all that reads what others wrote (T16). The targets are plain functions:
//! here a driver that needs no more than a stable compiler changes the corpora of `fuzz/corpus` at random, for so
//! many seconds each; `fuzz/nightly` drives the same functions by libFuzzer.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::hostile::sample;
use crate::oracle::Random;

/// A corpus: what is in the folder of that name, and what the generator adds.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut corpus: Vec<Vec<u8>> = files.into_iter().map(|path| fs::read(path).unwrap()).collect();
    if name == "xlsx" {
        corpus.push(sample());
    }
    corpus
}

/// Pieces that mean something to one of the targets.
const WORDS: [&[u8]; 24] = [
    b"\"",
    b"\n",
    b"\r",
    b";",
    b",",
    b"\t",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"sep=;",
    b"<c r=\"A2\">",
    b"</c>",
    b"<v>",
    b"<row>",
    b"<!--",
    b"]]>",
    b"&#",
    b"$ref",
    b"{",
    b"}",
    b"- ",
    b"&a",
    b"*a",
    b"99999999999999999999",
];

fn changed(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let pick = |random: &mut Random| corpus[random.below(corpus.len() as u64) as usize].clone();
    let mut bytes = pick(random);
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() as u64 + 1) as usize;
        let end = (at + 1 + random.below(40) as usize).min(bytes.len());
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = random.next() as u8,
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => drop(bytes.splice(at..at, WORDS[random.below(WORDS.len() as u64) as usize].iter().copied())),
            5 => {
                let again = bytes[at..end].repeat(1 + random.below(30) as usize);
                drop(bytes.splice(at..at, again));
            }
            6 => {
                let other = pick(random);
                let from = random.below(other.len() as u64 + 1) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let number = [0_u32, 1, 0x7fff_ffff, u32::MAX, 0x1000_0000][random.below(5) as usize].to_le_bytes();
                let room = (bytes.len() - at).min(4);
                bytes[at..at + room].copy_from_slice(&number[..room]);
            }
        }
    }
    bytes.truncate(64 * 1024);
    bytes
}

/// Drives a target for so long; what it dies of is left in a file and named with its seed.
#[expect(clippy::print_stdout, reason = "figures for the table of the proofs")]
fn drive(name: &str, target: fn(&[u8]), time: Duration) {
    let corpus = corpus(name);
    assert!(!corpus.is_empty());
    for bytes in &corpus {
        target(bytes);
    }
    let given = std::env::var("CASELOAD_SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let (begin, mut seed, mut slowest) = (Instant::now(), given.unwrap_or(1), Duration::ZERO);
    loop {
        let bytes = changed(&mut Random::new(seed), &corpus);
        let one = Instant::now();
        let died = catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err();
        slowest = slowest.max(one.elapsed());
        if died || one.elapsed() > Duration::from_secs(10) {
            let left = std::env::temp_dir().join(format!("caseload-fuzz-{name}-{seed}"));
            fs::write(&left, &bytes).unwrap();
            panic!("{name} died of {}: CASELOAD_SEED={seed} shows it again", left.display());
        }
        seed += 1;
        if given.is_some() || begin.elapsed() > time {
            break;
        }
    }
    println!("{name}: {} inputs, slowest {slowest:.0?}", seed - given.unwrap_or(1));
}

fn all(seconds: u64) {
    for (name, target) in targets::ALL {
        drive(name, target, Duration::from_secs(seconds));
    }
}

#[test]
fn nothing_that_is_made_up_brings_a_reader_down() {
    all(2);
}

#[test]
#[ignore = "long form"]
fn nothing_that_is_made_up_brings_a_reader_down_long() {
    all(60);
}
