//! An answer that is one page of many: its items, which page comes next, and whether the list changed
//! while it was read.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::contract::Pages;
use crate::outcome::{ListDoubt, ListEnd, Unread};

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
    /// Why the reading ended before the list did.
    end: Option<ListEnd>,
}

/// One page.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// Counted from 1.
    pub number: u64,
    /// The items on it, as the server wrote them.
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
            end: None,
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
    pub fn take(&mut self, body: Value) -> Result<Page, Unread> {
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
            self.end = Some(ListEnd::Repeated { page: number });
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
                self.end = Some(ListEnd::Empty { page: number, last });
                return false;
            }
            (true, _) => return false,
            (false, Some(last)) if number >= last => return false,
            (false, None) if self.total.is_some_and(|total| self.read >= total) => return false,
            (false, _) => {}
        }
        if number >= self.most {
            self.end = Some(ListEnd::TooMany { pages: self.most });
        }
        number < self.most
    }

    /// What is doubtful of a list that was read to its end: that it changed meanwhile, or that pages are missing.
    pub fn doubt(&self) -> Option<ListDoubt> {
        let doubt = ListDoubt { end: self.end, read: self.read, first_total: self.first_total, total: self.total };
        let miscounted = self.first_total != self.total || self.total.is_some_and(|total| total != self.read);
        (!self.alone && (self.end.is_some() || miscounted)).then_some(doubt)
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

fn items(mut body: Value, pointer: &str) -> Result<Vec<Value>, Unread> {
    match body.pointer_mut(pointer).map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(Unread::NoList { pointer: pointer.to_owned() }),
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
                return (reading.read(), asked, reading.doubt().map(|doubt| crate::words::list_doubt(&doubt).en));
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
        assert_eq!(why, Unread::NoList { pointer: "/Items".to_owned() });
    }
}
