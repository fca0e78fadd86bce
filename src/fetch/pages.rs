//! An answer that is one page of many: its items, which page comes next, and whether the list changed
//! while it was read.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::contract::Pages;
use crate::message::Text;
use crate::text;

/// More pages than this are read of no list.
const MOST_PAGES: u64 = 100_000;

/// The reading of one list, or of one answer that has no pages.
#[derive(Debug)]
pub struct Reading<'c> {
    form: Option<&'c Pages>,
    most: u64,
    /// The page that is read next, counted from 1.
    page: u64,
    /// The only page that is wanted.
    alone: bool,
    read: u64,
    /// How many items there are: as the first page says, and as the latest does.
    first_total: Option<u64>,
    total: Option<u64>,
    /// A hash of the items of the page before.
    before: Option<u64>,
    doubt: Option<Doubt>,
}

/// Why the reading ended where it did, where that was not the end of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// A page has nothing in it, and the server says that there are more.
    Empty {
        page: u64,
        last: u64,
    },
    /// A page is the same as the one before.
    Repeated {
        page: u64,
    },
    TooMany,
}

/// One page.
#[derive(Debug, PartialEq)]
pub struct Page {
    pub number: u64,
    pub items: Vec<Value>,
    /// Whether another page is to be asked for.
    pub more: bool,
}

impl<'c> Reading<'c> {
    /// The reading of an operation's whole answer; `alone`: one page was asked for by its number.
    pub fn new(form: Option<&'c Pages>, alone: bool) -> Self {
        Self {
            form,
            most: MOST_PAGES,
            page: 1,
            alone,
            read: 0,
            first_total: None,
            total: None,
            before: None,
            doubt: None,
        }
    }

    /// The query parameter and the number of the page to ask for; none where the request stays as it is.
    pub fn wanted(&self) -> Option<(&'c str, u64)> {
        self.form.filter(|_| !self.alone).map(|form| (form.parameter.as_str(), self.page))
    }

    /// Items read so far.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// How many items the server says there are.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Takes an answer.
    ///
    /// # Errors
    /// There is no list where the contract says that it stands.
    pub fn take(&mut self, body: Value) -> Result<Page, Text> {
        let Some(form) = self.form else {
            let items = whole(body);
            self.read += items.len() as u64;
            return Ok(Page { number: 1, items, more: false });
        };
        let number = self.page;
        let counted = |pointer: &Option<String>| pointer.as_ref().and_then(|pointer| count(body.pointer(pointer)?));
        let (total, last) = (counted(&form.total), counted(&form.last));
        let items = items(body, &form.items)?;
        if self.alone {
            self.read += items.len() as u64;
            return Ok(Page { number, items, more: false });
        }
        self.total = total.or(self.total);
        self.first_total = self.first_total.or(total);
        let hash = (!items.is_empty()).then(|| hash(&items));
        if hash.is_some() && hash == self.before {
            self.doubt = Some(Doubt::Repeated { page: number });
            return Ok(Page { number, items: Vec::new(), more: false });
        }
        self.before = hash;
        self.read += items.len() as u64;
        self.page += 1;
        let more = self.more(items.is_empty(), number, last);
        Ok(Page { number, items, more })
    }

    fn more(&mut self, empty: bool, number: u64, last: Option<u64>) -> bool {
        match (empty, last) {
            (true, Some(last)) if number < last => {
                self.doubt = Some(Doubt::Empty { page: number, last });
                return false;
            }
            (true, _) => return false,
            (false, Some(last)) if number >= last => return false,
            (false, None) if self.total.is_some_and(|total| self.read >= total) => return false,
            (false, _) => {}
        }
        if number >= self.most {
            self.doubt = Some(Doubt::TooMany);
        }
        number < self.most
    }

    /// What is doubtful of a list that was read to its end: that it changed meanwhile, or that pages are missing.
    pub fn doubt(&self) -> Option<Text> {
        if self.alone {
            return None;
        }
        let read = self.read;
        let stopped = self.doubt.map(Doubt::words);
        let counted = match (self.first_total, self.total) {
            (Some(first), Some(total)) if first != total => Some(text!(
                "Okunurken liste değişti: sunucu önce {first}, sonra {total} kayıt saydı; {read} kayıt okundu.",
                "The list changed while it was read: the server counted {first} records at first and {total} later; {read} were read."
            )),
            (_, Some(total)) if total != read => Some(text!(
                "Sunucu {total} kayıt sayıyor, okunan ise {read}: liste okunurken değişti ya da sayfalar eksik.",
                "The server counts {total} records, and {read} were read: the list changed meanwhile, or pages are missing."
            )),
            _ => None,
        };
        let Text { tr, en } = match (stopped, counted) {
            (None, None) => return None,
            (Some(one), None) | (None, Some(one)) => one,
            (Some(a), Some(b)) => Text { tr: format!("{} {}", a.tr, b.tr), en: format!("{} {}", a.en, b.en) },
        };
        Some(text!(
            "{tr} Tam bir liste için aynı komutu yeniden çalıştırın.",
            "{en} For a whole list run the same command again."
        ))
    }
}

impl Doubt {
    fn words(self) -> Text {
        match self {
            Self::Empty { page, last } => text!(
                "{page}. sayfa boş geldi; sunucu ise {last} sayfa olduğunu söylüyor. Okuma orada bitti.",
                "Page {page} is empty, and the server says that there are {last} pages. Reading ended there."
            ),
            Self::Repeated { page } => text!(
                "{page}. sayfa bir öncekinin aynısı geldi; okuma orada bitti.",
                "Page {page} is the same as the one before; reading ended there."
            ),
            Self::TooMany => text!(
                "{MOST_PAGES} sayfa okundu ve liste bitmedi; okuma orada bitti. Bir süzgeç ekleyerek (--set) daha az okuyun.",
                "{MOST_PAGES} pages were read and there was no end; reading ended there. Read less, with a filter (--set)."
            ),
        }
    }
}

/// An answer that has no pages: the items of a list, or the one object that it is.
fn whole(body: Value) -> Vec<Value> {
    match body {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn items(mut body: Value, pointer: &str) -> Result<Vec<Value>, Text> {
    match body.pointer_mut(pointer).map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(text!(
            "Yanıtta {pointer} yerinde bir liste yok. Adresi ve sözleşmedeki x-caseload.pages değerini denetleyin.",
            "The answer has no list at {pointer}. Check the address, and x-caseload.pages in the contract."
        )),
    }
}

/// A count, which some servers write as a text.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn hash(items: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in items {
        item.to_string().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(total: bool, last: bool) -> Pages {
        Pages {
            items: "/Items".into(),
            total: total.then(|| "/total".into()),
            last: last.then(|| "/last".into()),
            parameter: "page".into(),
        }
    }

    /// Reads pages that `server` makes of their numbers; gives the items, the pages asked for and the doubt.
    fn read(form: &Pages, most: u64, server: impl Fn(u64) -> Value) -> (u64, u64, Option<String>) {
        let mut reading = Reading { most, ..Reading::new(Some(form), false) };
        let mut asked = 0;
        loop {
            let (_, number) = reading.wanted().unwrap();
            asked += 1;
            assert_eq!(number, asked);
            assert!(asked < 1000, "no end");
            if !reading.take(server(number)).unwrap().more {
                return (reading.read(), asked, reading.doubt().map(|doubt| doubt.en));
            }
        }
    }

    fn page(number: u64, size: u64, count: u64) -> Vec<u64> {
        ((number - 1) * size..(number * size).min(count)).collect()
    }

    #[test]
    fn pages_are_read_to_the_last_or_to_the_total_or_to_an_empty_one() {
        for count in [0, 1, 9, 10, 11, 35] {
            let pages = u64::div_ceil(count, 10);
            let whole = |n| json!({"Items": page(n, 10, count), "total": count, "last": pages.to_string()});
            assert_eq!(read(&form(true, true), 100, whole), (count, pages.max(1), None), "{count}");
            assert_eq!(read(&form(true, false), 100, whole), (count, pages.max(1), None), "{count}");
            assert_eq!(read(&form(false, false), 100, whole), (count, pages + 1, None), "{count}");
        }
    }

    #[test]
    fn a_total_that_changes_or_is_not_reached_is_told_with_both_numbers() {
        let grows = |n| json!({"Items": page(n, 10, 30), "total": if n < 3 { 30 } else { 31 }, "last": 3});
        let (read_items, _, doubt) = read(&form(true, true), 100, grows);
        let doubt = doubt.unwrap();
        assert!(read_items == 30 && doubt.contains("30 records at first and 31 later; 30 were read"), "{doubt}");
        let short = |n| json!({"Items": page(n, 10, 25), "total": 30, "last": 3});
        let doubt = read(&form(true, true), 100, short).2.unwrap();
        assert!(doubt.contains("counts 30 records, and 25 were read"), "{doubt}");
    }

    #[test]
    fn a_server_without_an_end_is_left() {
        let same = |_| json!({"Items": [1, 2], "total": 2_000_000_000_u64, "last": 1_000_000_000});
        let (items, asked, doubt) = read(&form(true, true), 100, same);
        assert_eq!((items, asked), (2, 2));
        assert!(doubt.unwrap().contains("Page 2 is the same as the one before"));
        let empty = |n| json!({"Items": page(n, 10, 20), "total": 20, "last": 1_000_000_000});
        let (items, asked, doubt) = read(&form(true, true), 100, empty);
        assert_eq!((items, asked), (20, 3));
        assert!(doubt.unwrap().contains("Page 3 is empty, and the server says that there are 1000000000 pages"));
        let (items, asked, doubt) = read(&form(false, false), 7, |n| json!({"Items": [n]}));
        assert_eq!((items, asked), (7, 7));
        assert!(doubt.is_some());
    }

    #[test]
    fn a_page_that_was_asked_for_is_read_alone_and_answers_without_pages_whole() {
        let form = form(true, true);
        let mut alone = Reading::new(Some(&form), true);
        assert_eq!(alone.wanted(), None);
        let page = alone.take(json!({"Items": [1, 2], "total": 30, "last": 15})).unwrap();
        assert_eq!((page.items.len(), page.more, alone.doubt()), (2, false, None));
        for (body, items) in [(json!([1, 2]), 2), (json!({"a": 1}), 1), (Value::Null, 0)] {
            assert_eq!(Reading::new(None, false).take(body).unwrap().items.len(), items);
        }
        let why = Reading::new(Some(&form), false).take(json!({"items": []})).unwrap_err();
        assert!(why.en.contains("no list at /Items"));
    }
}
