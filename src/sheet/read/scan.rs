//! One pass over every byte of a workbook's part, before a parser sees it.
//!
//! The parser has weaknesses that a file could use. It keeps each piece of XML in memory whole, accepts any end tag as
//! the right one, counts references without a check for overflow, takes the first piece of a cell's value for all of it,
//! and reads a shared text without a number as the first. The scan refuses a part that would use one of them. On its
//! way it notes what only a second pass can tell.

use super::trouble::Trouble;

/// Bytes of one piece: a tag, a text between tags, a comment.
const LONGEST_PIECE: usize = 1024 * 1024;
/// Elements within elements.
const DEEPEST: usize = 256;
/// Digits of the number of a shared text.
const LONGEST_NUMBER: usize = 10;

/// What is known of a part when all of it was seen.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Bytes in all.
    pub bytes: u64,
    /// Start tags in all.
    pub elements: u64,
    /// Elements called `si`, shared texts.
    pub texts: u64,
    /// Elements called `xf`, cell formats.
    pub formats: u64,
    /// The longest piece, in bytes.
    pub longest: usize,
    /// A row has an attribute `hidden`.
    pub hidden: bool,
    /// There is a formula.
    pub formulas: bool,
    /// There is a cell of the type "error".
    pub errors: bool,
}

impl Seen {
    /// There is something that only a parser of its own can tell (`marks`).
    pub fn is_special(&self) -> bool {
        self.hidden || self.formulas || self.errors
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// Within a tag, from its `<` on; the quote that is open.
    Tag(Option<u8>),
    /// Behind `<!`, until it is known what it is.
    Bang,
    /// Until these bytes.
    Until(&'static [u8]),
}

/// What may stand in a cell's `v`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// The number of a shared text.
    Shared,
    /// A text of its own, with entities.
    Text,
    /// A number or a word.
    Plain,
}

/// Checks a part chunk by chunk.
pub(super) struct Scan<'a> {
    part: &'a str,
    state: State,
    /// The beginning of the tag that the last chunk ended in; or what was last seen of a comment.
    kept: Vec<u8>,
    /// Bytes of the current piece that are not in `kept`.
    run: usize,
    /// The names of the open elements, one behind the other, and where each begins.
    names: Vec<u8>,
    open: Vec<usize>,
    /// Of the cell that was last begun.
    value: Value,
    has_value: bool,
    within_value: bool,
    seen: Seen,
}

impl<'a> Scan<'a> {
    /// `part` is the part's path, for what is said of it.
    pub fn new(part: &'a str) -> Self {
        let (kept, names, open) = (Vec::new(), Vec::new(), Vec::new());
        let (value, has_value, within_value) = (Value::Plain, false, false);
        Self {
            part,
            state: State::Text,
            kept,
            run: 0,
            names,
            open,
            value,
            has_value,
            within_value,
            seen: Seen::default(),
        }
    }

    /// Checks the next bytes.
    pub fn pass(&mut self, chunk: &[u8]) -> Result<(), Trouble> {
        if self.seen.bytes == 0 && (chunk.starts_with(b"\xff\xfe") || chunk.starts_with(b"\xfe\xff")) {
            return Err(self.damaged("UTF-16"));
        }
        if memchr::memchr(0, chunk).is_some() {
            return Err(self.damaged("NUL"));
        }
        self.seen.bytes += chunk.len() as u64;
        let mut at = 0;
        while at < chunk.len() {
            at = match self.state {
                State::Text => self.text(chunk, at)?,
                State::Tag(quote) => self.tag(chunk, at, quote)?,
                State::Bang => self.bang(chunk, at)?,
                State::Until(end) => self.until(chunk, at, end),
            };
            self.seen.longest = self.seen.longest.max(self.run + self.kept.len());
            if self.seen.longest > LONGEST_PIECE {
                return Err(Trouble::TooLarge(self.part.to_owned()));
            }
        }
        Ok(())
    }

    /// What was seen so far.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// All bytes were seen.
    pub fn end(self) -> Result<Seen, Trouble> {
        if self.state == State::Text && self.open.is_empty() && self.seen.elements > 0 {
            Ok(self.seen)
        } else {
            Err(self.damaged("unexpected end"))
        }
    }

    fn damaged(&self, why: &str) -> Trouble {
        Trouble::Damaged(format!("{}: {why}", self.part))
    }

    fn text(&mut self, chunk: &[u8], at: usize) -> Result<usize, Trouble> {
        let found = memchr::memchr(b'<', &chunk[at..]);
        let end = found.map_or(chunk.len(), |found| at + found);
        if self.within_value {
            self.value(&chunk[at..end])?;
        }
        self.run += end - at;
        if found.is_none() {
            return Ok(end);
        }
        self.seen.longest = self.seen.longest.max(self.run);
        (self.run, self.state) = (0, State::Tag(None));
        self.kept.clear();
        Ok(end + 1)
    }

    /// A piece of a cell's value.
    fn value(&self, piece: &[u8]) -> Result<(), Trouble> {
        let fits = match self.value {
            Value::Shared => piece.iter().all(u8::is_ascii_digit) && self.run + piece.len() <= LONGEST_NUMBER,
            Value::Plain => !piece.contains(&b'&'),
            Value::Text => true,
        };
        if fits { Ok(()) } else { Err(self.damaged("<v>")) }
    }

    /// From `at`, within a tag whose earlier bytes are in `kept`, to behind its end.
    fn tag(&mut self, chunk: &[u8], at: usize, mut quote: Option<u8>) -> Result<usize, Trouble> {
        if self.kept.is_empty() {
            match chunk[at] {
                b'!' => self.state = State::Bang,
                b'?' => self.state = State::Until(b"?>"),
                _ => {}
            }
            if self.state != State::Tag(None) {
                return if self.within_value { Err(self.damaged("<v>")) } else { Ok(at + 1) };
            }
        }
        let mut end = at;
        loop {
            let rest = &chunk[end..];
            let found = match quote {
                Some(quote) => memchr::memchr(quote, rest),
                None => rest.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\'')),
            };
            let Some(found) = found else {
                self.kept.extend_from_slice(&chunk[at..]);
                self.state = State::Tag(quote);
                return Ok(chunk.len());
            };
            end += found + 1;
            quote = match (quote, chunk[end - 1]) {
                (None, b'>') => break,
                (None, open) => Some(open),
                (Some(_), _) => None,
            };
        }
        if self.kept.is_empty() {
            self.whole_tag(&chunk[at..end - 1])?;
        } else {
            let mut tag = std::mem::take(&mut self.kept);
            tag.extend_from_slice(&chunk[at..end - 1]);
            self.seen.longest = self.seen.longest.max(tag.len());
            self.whole_tag(&tag)?;
        }
        self.state = State::Text;
        Ok(end)
    }

    /// A comment, CDATA, or the beginning of a document type, which no workbook has.
    fn bang(&mut self, chunk: &[u8], at: usize) -> Result<usize, Trouble> {
        self.kept.push(chunk[at]);
        self.state = match self.kept.as_slice() {
            b"--" => State::Until(b"-->"),
            b"[CDATA[" => State::Until(b"]]>"),
            begun if b"--".starts_with(begun) || b"[CDATA[".starts_with(begun) => State::Bang,
            _ => return Err(self.damaged("DOCTYPE")),
        };
        if self.state != State::Bang {
            self.kept.clear();
        }
        Ok(at + 1)
    }

    fn until(&mut self, chunk: &[u8], at: usize, end: &'static [u8]) -> usize {
        let rest = &chunk[at..];
        let reach = end.len() - 1;
        // The end may begin in the last chunk.
        let before = self.kept.len();
        self.kept.extend_from_slice(&rest[..rest.len().min(reach)]);
        if let Some(found) = memchr::memmem::find(&self.kept, end) {
            self.leave();
            return at + found + end.len() - before;
        }
        if let Some(found) = memchr::memmem::find(rest, end) {
            self.leave();
            return at + found + end.len();
        }
        self.run += rest.len();
        if rest.len() > reach {
            self.kept.clear();
            self.kept.extend_from_slice(&rest[rest.len() - reach..]);
        }
        let spare = self.kept.len().saturating_sub(reach);
        self.kept.drain(..spare);
        chunk.len()
    }

    fn leave(&mut self) {
        self.kept.clear();
        (self.run, self.state) = (0, State::Text);
    }

    /// A tag without its `<` and `>`.
    fn whole_tag(&mut self, tag: &[u8]) -> Result<(), Trouble> {
        if let Some(name) = tag.strip_prefix(b"/") {
            let begin = self.open.pop().ok_or_else(|| self.damaged("end tag"))?;
            if self.names[begin..] != *name.trim_ascii_end() {
                return Err(self.damaged(&format!("</{}>", String::from_utf8_lossy(name))));
            }
            self.names.truncate(begin);
            self.within_value = false;
            return Ok(());
        }
        if self.within_value {
            return Err(self.damaged("<v>"));
        }
        let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
        let name = &tag[..end];
        let local = memchr::memrchr(b':', name).map_or(name, |colon| &name[colon + 1..]);
        if local.is_empty() {
            return Err(self.damaged("<>"));
        }
        self.seen.elements += 1;
        if local.len() <= 9 {
            self.note(local, &tag[end..])?;
        }
        if !tag.ends_with(b"/") {
            if self.open.len() == DEEPEST {
                return Err(self.damaged("nesting"));
            }
            self.open.push(self.names.len());
            self.names.extend_from_slice(name);
        }
        Ok(())
    }

    fn note(&mut self, local: &[u8], attributes: &[u8]) -> Result<(), Trouble> {
        match local {
            b"c" => {
                (self.value, self.has_value) = (Value::Plain, false);
                for (name, value) in Attributes(attributes) {
                    match name {
                        b"r" if value.len() > 7 => Self::reference(value)?,
                        b"t" => self.cell_type(value),
                        _ => {}
                    }
                }
            }
            b"row" => {
                for (name, value) in Attributes(attributes) {
                    match name {
                        b"r" if value.len() > 7 => Self::reference(value)?,
                        b"hidden" => self.seen.hidden = true,
                        _ => {}
                    }
                }
            }
            b"v" if self.has_value => return Err(self.damaged("<v>")),
            b"v" => (self.has_value, self.within_value) = (true, !attributes.ends_with(b"/")),
            b"f" => self.seen.formulas = true,
            b"si" => self.seen.texts += 1,
            b"xf" => self.seen.formats += 1,
            b"dimension" => self.dimension(attributes)?,
            _ => {}
        }
        Ok(())
    }

    fn cell_type(&mut self, name: &[u8]) {
        self.value = match name {
            b"s" => Value::Shared,
            b"str" | b"d" => Value::Text,
            _ => Value::Plain,
        };
        self.seen.errors |= name == b"e";
    }

    /// Refuses a reference whose row or column a parser could not count.
    fn reference(value: &[u8]) -> Result<(), Trouble> {
        let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters > 3 || value.len() - letters > 7 {
            return Err(Trouble::OutOfPlace(String::from_utf8_lossy(&value[..value.len().min(40)]).into_owned()));
        }
        Ok(())
    }

    /// Refuses an extent that ends before it begins.
    fn dimension(&self, attributes: &[u8]) -> Result<(), Trouble> {
        let Some((_, extent)) = Attributes(attributes).find(|(name, _)| *name == b"ref") else { return Ok(()) };
        let mut corners = extent.split(|byte| *byte == b':');
        let corner = |corner: &[u8]| -> Result<(u32, u32), Trouble> {
            Self::reference(corner)?;
            let column = corner.iter().take_while(|byte| byte.is_ascii_alphabetic());
            let column = column.fold(0, |sum, byte| sum * 27 + u32::from(byte.to_ascii_uppercase() - b'@'));
            let row = corner.iter().filter(|byte| byte.is_ascii_digit());
            Ok((column, row.fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'))))
        };
        if let (Some(first), Some(last)) = (corners.next(), corners.next()) {
            let (first, last) = (corner(first)?, corner(last)?);
            if last.0 < first.0 || last.1 < first.1 {
                return Err(self.damaged(&format!("dimension {}", String::from_utf8_lossy(extent))));
            }
        }
        Ok(())
    }
}

/// The attributes of a tag, without regard to entities: what is looked for has none.
struct Attributes<'t>(&'t [u8]);

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t [u8], &'t [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let equals = self.0.iter().position(|byte| *byte == b'=')?;
        let name = self.0[..equals].trim_ascii();
        let rest = self.0[equals + 1..].trim_ascii_start();
        let (quote, value) = rest.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
        let end = value.iter().position(|byte| byte == quote)?;
        self.0 = &value[end + 1..];
        Some((name, &value[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In chunks of every size from 1 on, so that each border is tried.
    fn scan(xml: &str) -> Result<Seen, String> {
        let mut results: Vec<_> = (1..=xml.len().clamp(1, 40))
            .map(|size| {
                let mut scan = Scan::new("part");
                let seen = xml.as_bytes().chunks(size).try_for_each(|chunk| scan.pass(chunk)).and_then(|()| scan.end());
                seen.map(|seen| Seen { longest: 0, ..seen }).map_err(|trouble| format!("{trouble:?}"))
            })
            .collect();
        results.dedup();
        assert_eq!(results.len(), 1, "the size of the chunks matters: {results:?}");
        results.remove(0)
    }

    #[test]
    fn what_is_in_order_passes_and_is_counted() {
        let xml = "<?xml version='1.0'?><!-- </a> --><x:a b=\"/>\" c='>'><b/><b /><![CDATA[</x>]]></x:a >\n";
        let seen = scan(xml).unwrap();
        assert_eq!((seen.elements, seen.bytes), (3, xml.len() as u64));
    }

    #[test]
    fn what_is_worth_a_second_look_is_noted() {
        let of = |xml: &str| scan(&format!("<s>{xml}</s>")).unwrap();
        assert!(of("<row r='1' hidden='1'/>").hidden && !of("<col hidden='1'/><t>row hidden</t>").hidden);
        assert!(of("<c><f>A1</f></c>").formulas && of("<x:f/>").formulas && !of("<flat/>").formulas);
        assert!(of("<c r='A1' t = 'e'/>").errors && !of("<c r='e' t='s'/>").errors);
        assert_eq!((of("<si/><si></si>").texts, of("<xf a='1'/>").formats), (2, 1));
    }

    #[test]
    fn tags_that_do_not_match_are_refused() {
        for xml in ["<a></b>", "<a>", "</a>", "<a><b></a></b>", "<a/></a>", "<a", "<a b=\"></a>", "x", "", "< a></a>"] {
            assert!(scan(xml).unwrap_err().contains("Damaged"), "{xml}");
        }
        assert!(scan("<a>\0</a>").unwrap_err().contains("NUL"));
        assert!(scan("<!DOCTYPE a><a/>").unwrap_err().contains("DOCTYPE"));
        assert!(scan("<a><!-- </a>").is_err() && scan("<a><![CDATA[ </a>").is_err());
        assert!(scan(&("<a>".repeat(300) + &"</a>".repeat(300))).unwrap_err().contains("nesting"));
    }

    #[test]
    fn values_that_a_parser_would_take_for_others_are_refused() {
        let of = |kind: &str, value: &str| scan(&format!("<s><c r='A1' t='{kind}'><v>{value}</v></c></s>"));
        for (kind, value) in
            [("s", "12"), ("s", ""), ("n", "1.5e3"), ("str", "a &amp; b"), ("e", "#N/A"), ("d", "&#49;")]
        {
            of(kind, value).unwrap();
        }
        for value in [
            "-1",
            "one",
            "1.0",
            " 1",
            "1 ",
            "&#49;",
            "0x1",
            "18446744073709551616",
            "1<!-- -->2",
            "1<i/>2",
            "<![CDATA[1]]>",
        ] {
            assert!(of("s", value).unwrap_err().contains("Damaged"), "{value}");
        }
        for value in ["&#49;2", "1&#50;", "1<!-- -->2", "1<?x?>2", "<![CDATA[12]]>", "1<b/>"] {
            assert!(of("n", value).unwrap_err().contains("Damaged"), "{value}");
        }
        assert!(of("n", "1</v><v>2").unwrap_err().contains("Damaged"));
        scan("<s><c t='s'><v>1</v></c><c><f>A1&amp;B1</f><v/></c><c t='inlineStr'><is><t>a&amp;b</t></is></c></s>")
            .unwrap();
    }

    #[test]
    fn a_piece_without_end_is_refused_before_it_fills_the_memory() {
        for begin in ["<a>", "<a b=\"", "<a><!--", "<a><![CDATA[", "<a ", "<?"] {
            let mut scan = Scan::new("part");
            scan.pass(begin.as_bytes()).unwrap();
            let chunk = vec![b'x'; 64 * 1024];
            let fault = (0..100).find_map(|_| scan.pass(&chunk).err());
            assert!(matches!(fault, Some(Trouble::TooLarge(_))), "{begin}");
            assert!(scan.seen.bytes < 2 * LONGEST_PIECE as u64, "{begin}");
        }
    }

    #[test]
    fn references_that_overflow_are_refused() {
        let place = |reference: &str| scan(&format!("<s><row r='2'/><c s='1' r='{reference}'/></s>"));
        for fine in ["A1", "XFD1048576", "f", ""] {
            place(fine).unwrap();
        }
        for far in ["A10485760", "ZZZZZZZ2", "A4294967298", "ZZZZ1048576"] {
            assert!(place(far).unwrap_err().contains("OutOfPlace"), "{far}");
        }
        let extent = |extent: &str| scan(&format!("<s><dimension ref='{extent}'/></s>"));
        assert!(extent("A1:F2").is_ok() && extent("A1").is_ok() && extent("A1:XFD1048576").is_ok());
        assert!(extent("C3:B4").is_err() && extent("C3:D2").is_err() && extent("A1:ZZZZZZZZZZ9").is_err());
    }
}
