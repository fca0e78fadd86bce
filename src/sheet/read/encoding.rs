//! Chooses the encoding of a text, and decodes it to UTF-8 on the way.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1254};

use super::slice::CHUNK;
use crate::error::{EncodingFault, Error};

/// What one look at every byte of a text tells.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Sequences of several bytes that are valid UTF-8.
    sequences: u64,
    /// Places that are not UTF-8.
    faults: u64,
    /// Zero bytes.
    pub zeros: u64,
    /// The unfinished sequence at the end of the last chunk.
    tail: Vec<u8>,
}

impl Survey {
    /// Takes in the next bytes of the file.
    pub fn look(&mut self, chunk: &[u8]) {
        self.zeros += memchr::memchr_iter(0, chunk).count() as u64;
        let joined;
        let mut rest = chunk;
        if !self.tail.is_empty() {
            let mut bytes = std::mem::take(&mut self.tail);
            bytes.extend_from_slice(chunk);
            joined = bytes;
            rest = &joined;
        }
        while let Err(error) = std::str::from_utf8(rest) {
            self.count(&rest[..error.valid_up_to()]);
            let Some(length) = error.error_len() else {
                self.tail = rest[error.valid_up_to()..].to_vec();
                return;
            };
            self.faults += 1;
            rest = &rest[error.valid_up_to() + length..];
        }
        self.count(rest);
    }

    fn count(&mut self, valid: &[u8]) {
        self.sequences += valid.iter().filter(|byte| **byte >= 0xc0).count() as u64;
    }

    fn is_utf8(&self) -> bool {
        let faults = self.faults + u64::from(!self.tail.is_empty());
        // Text in a code page hardly ever forms a valid sequence, so a file full of them that has a
        // few faults is damaged UTF-8: its bad cells are refused, and the others are not garbled.
        faults == 0 || self.sequences > faults.saturating_mul(2)
    }
}

/// An encoding, and where the text begins, past the byte order mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub encoding: &'static Encoding,
    pub mark: u64,
    /// Nothing says that it is this one but that it is not UTF-8.
    pub is_guess: bool,
}

/// The encoding of a text: its byte order mark, else what the user says, else UTF-8 if the bytes are
/// valid, else Windows-1254.
pub(super) fn choose(name: &str, head: &[u8], survey: &Survey, label: Option<&str>) -> Result<Chosen, Error> {
    let said = match label {
        None => None,
        Some(label) => Some(
            Encoding::for_label_no_replacement(label.as_bytes())
                .ok_or_else(|| Error::new(name, EncodingFault::Unknown(label.to_owned())))?,
        ),
    };
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Ok(Chosen { encoding, mark: mark as u64, is_guess: false });
    }
    let encoding = match said {
        Some(encoding) => encoding,
        None if survey.zeros > 0 => return Err(binary(name, head)),
        None if survey.is_utf8() => UTF_8,
        None => WINDOWS_1254,
    };
    Ok(Chosen { encoding, mark: 0, is_guess: said.is_none() && encoding == WINDOWS_1254 })
}

/// An encoding's name as people write it: `Windows-1254`.
pub(super) fn spoken(encoding: &'static Encoding) -> String {
    encoding.name().replace("windows-", "Windows-")
}

fn binary(name: &str, head: &[u8]) -> Error {
    let zeros_at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros_at(0), zeros_at(1));
    if even.max(odd) * 4 > head.len() && even.min(odd) * 16 < head.len() {
        let label = if odd > even { "utf-16le" } else { "utf-16be" };
        return Error::new(name, EncodingFault::Utf16WithoutMark(label));
    }
    Error::new(name, EncodingFault::Binary)
}

/// Whether bytes of this encoding can be read as UTF-8 without a decoder in between.
pub(super) fn is_utf8(encoding: &'static Encoding) -> bool {
    encoding == UTF_8
}

/// Whether characters of this encoding are pairs of bytes.
pub(super) fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// Reads bytes of one encoding as UTF-8, with U+FFFD in place of what cannot be decoded.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    /// How much of `text` was handed over.
    at: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { inner, decoder, raw: Vec::with_capacity(CHUNK), text: String::new(), at: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.raw.clear();
        self.text.clear();
        self.at = 0;
        self.ended = self.inner.by_ref().take(CHUNK as u64).read_to_end(&mut self.raw)? == 0;
        let room = self.decoder.max_utf8_buffer_length(self.raw.len());
        self.text.reserve(room.unwrap_or(CHUNK * 4));
        _ = self.decoder.decode_to_string(&self.raw, &mut self.text, self.ended);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.fill()?;
        }
        let ready = &self.text.as_bytes()[self.at..];
        let count = ready.len().min(buf.len());
        buf[..count].copy_from_slice(&ready[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(bytes: &[u8], label: Option<&str>) -> Result<&'static str, String> {
        let mut survey = Survey::default();
        // One byte at a time: every sequence is cut at every border.
        bytes.chunks(1).for_each(|chunk| survey.look(chunk));
        choose("a.csv", bytes, &survey, label).map(|chosen| chosen.encoding.name()).map_err(|stop| stop.text().en)
    }

    #[test]
    fn the_encoding_is_told_from_the_bytes() {
        assert_eq!(chosen("Şube;ığdır".as_bytes(), None).unwrap(), "UTF-8");
        assert_eq!(chosen(&WINDOWS_1254.encode("Şube;ığdır").0, None).unwrap(), "windows-1254");
        assert_eq!(chosen(b"\xff\xfea\0", None).unwrap(), "UTF-16LE");
        assert_eq!(chosen(b"\xfe\xff\0a", None).unwrap(), "UTF-16BE");
        assert_eq!(chosen(b"\xef\xbb\xbfa\xff", None).unwrap(), "UTF-8");
        assert_eq!(chosen(b"a;b", Some("latin5")).unwrap(), "windows-1254");
        assert_eq!(chosen(b"a\0b\0", Some("utf-16le")).unwrap(), "UTF-16LE");
    }

    #[test]
    fn utf8_with_a_damaged_place_is_not_taken_for_a_code_page() {
        let mut bytes = "Şube;ığdır;çalışıyor\n".repeat(3).into_bytes();
        bytes.push(0xfd);
        assert_eq!(chosen(&bytes, None).unwrap(), "UTF-8");
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        assert!(chosen(b"a;b\n\0\x01\x02", None).unwrap_err().contains("binary"));
        assert!(chosen(b"a\0;\0b\0\n\0", None).unwrap_err().contains("--encoding utf-16le"));
        assert!(chosen(b"a;b", Some("cp-none")).unwrap_err().contains("\"cp-none\""));
    }

    #[test]
    fn a_long_text_is_decoded_whole_across_borders() {
        let text = "ığüşöç;".repeat(100_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut decoded = String::new();
        Decoded::new(&bytes[..], UTF_16BE).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);
    }
}
