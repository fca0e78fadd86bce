//! The bank's Case API, as far as its guide tells: cases by their number, their documents and their history. It begins
//! with a few cases, so that a rehearsal can read and close some.

mod pages;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::System;
use crate::answer::{Filled, Refusal};
use crate::asked::Asked;
use pages::{in_order, page};

/// What stands on a page where nobody asks for more.
const CASES_A_PAGE: usize = 20;
const CHANGES_A_PAGE: usize = 100;

/// The state of a case that was closed; a list without a filter leaves it out.
const CLOSED: &str = "Closed";

/// The fields of a case, in the order of the guide.
const FIELDS: [&str; 17] = [
    "case-id",
    "case-type",
    "case-class",
    "registered-by-id",
    "registered-by-name",
    "updated-by-id",
    "updated-by-name",
    "customer-id",
    "customer-name",
    "customer-ident-num",
    "registration-date",
    "state",
    "resolution",
    "importance",
    "title",
    "details",
    "arrangement-num",
];

/// The fields of a case that an entry of its history does not have.
const NOT_IN_HISTORY: [&str; 5] = ["case-class", "registered-by-id", "registered-by-name", "title", "attachments"];

#[derive(Debug)]
pub struct Bank {
    /// In the order of their registration.
    cases: Vec<Case>,
    by_id: HashMap<String, usize>,
    numbered: u64,
    versions: u64,
}

#[derive(Debug)]
struct Case {
    /// As the API shows it.
    value: Value,
    history: Vec<Value>,
}

impl Default for Bank {
    fn default() -> Self {
        let mut state = Self { cases: Vec::new(), by_id: HashMap::new(), numbered: 0, versions: 0 };
        state.begin();
        state
    }
}

impl System for Bank {
    fn apply<'a>(&mut self, asked: &Asked<'a>, _: u64) -> Result<Filled<'a>, Refusal> {
        self.carry_out(asked)
    }
}

impl Bank {
    /// WI0000497261 to WI0000497285, of three customers; each fifth is resolved, each twelfth has a document.
    fn begin(&mut self) {
        for n in 1..=25 {
            let id = format!("WI{:010}", 497_260 + n);
            let customer = 1_000_000_000_001_u64 + n % 3;
            let fields = json!({
                "case-type": "Complaint", "registered-by-id": "P1001", "registered-by-name": "Deniz Misal",
                "customer-id": customer.to_string(), "customer-name": format!("Deneme Müşteri {}", n % 3 + 1),
                "importance": if n % 4 == 0 { "Low" } else { "Standard" },
                "details": format!("Örnek başvuru {n}"),
            });
            let at = self.open(id, "Complaint", &fields, &format!("2026-11-{n:02}T09:00:00"));
            if n % 5 == 0 {
                let change =
                    json!({"state": "Resolved", "resolution": "Bilgi verildi", "updated-by-name": "Işıl Taslak"});
                self.change(at, &change, &format!("2026-11-{n:02}T16:30:00"));
            }
            if n % 12 == 1 {
                let document = json!({"file-id": format!("F-{}", 1000 + n), "file-name": "dilekce.pdf"});
                self.cases[at].value["attachments"] = json!([document]);
            }
        }
    }

    fn carry_out(&mut self, asked: &Asked<'_>) -> Result<Filled<'static>, Refusal> {
        // The guide's times have no zone.
        let now = asked.now.trim_end_matches('Z');
        let at = match asked.operation.name.as_str() {
            "create-complaint" => self.create("Complaint", asked.body, now)?,
            "create-service-request" => self.create("ServiceRequest", asked.body, now)?,
            "create-callback-request" => self.create("CallbackRequest", &of_callback(asked.body), now)?,
            "attach-document" => self.attach(asked)?,
            "detach-document" => self.detach(asked)?,
            "update-case" => self.found(asked).inspect(|at| self.change(*at, asked.body, now))?,
            "close-case" => self.close(asked, now)?,
            "get-case" => return Ok(vec![("", self.cases[self.found(asked)?].value.clone())]),
            "get-history" => {
                let changes = self.cases[self.found(asked)?].history.iter().rev().collect();
                return Ok(vec![("", page(changes, asked, CHANGES_A_PAGE)?)]);
            }
            "list-cases" => return Ok(vec![("", self.list(asked)?)]),
            _ => return Ok(Filled::new()),
        };
        let case = &self.cases[at].value;
        Ok(vec![("/id", case["case-id"].clone()), ("/created-record-status", case["state"].clone())])
    }

    fn create(&mut self, class: &str, fields: &Value, now: &str) -> Result<usize, Refusal> {
        let id = match fields["case-id"].as_str() {
            Some(id) if self.by_id.contains_key(id) => {
                return Err(problem(400, 51601, "case-already-exists", format!("There is a case {id} already.")));
            }
            Some(id) => id.to_owned(),
            None => self.next_id(),
        };
        Ok(self.open(id, class, fields, now))
    }

    /// The next number that no case has.
    fn next_id(&mut self) -> String {
        loop {
            self.numbered += 1;
            let id = format!("WI{:010}", self.numbered);
            if !self.by_id.contains_key(&id) {
                return id;
            }
        }
    }

    fn open(&mut self, id: String, class: &str, fields: &Value, now: &str) -> usize {
        let mut value: Value = FIELDS.iter().map(|name| (*name, fields[*name].clone())).collect();
        value["case-id"] = json!(id);
        value["case-class"] = json!(class);
        value["registration-date"] = json!(now);
        value["state"] = json!("Accepted");
        value["attachments"] = json!([]);
        if value["case-type"].is_null() {
            value["case-type"] = json!(class);
        }
        let at = self.cases.len();
        self.by_id.insert(id, at);
        self.cases.push(Case { value, history: Vec::new() });
        self.write_down(at, now);
        at
    }

    /// Puts the fields of a body that a case has over those of the case; its number stays.
    fn change(&mut self, at: usize, fields: &Value, now: &str) {
        for name in &FIELDS[1..] {
            if let Some(value) = fields.get(name) {
                self.cases[at].value[name] = value.clone();
            }
        }
        self.write_down(at, now);
    }

    /// The case as it is now becomes the newest entry of its history.
    fn write_down(&mut self, at: usize, now: &str) {
        self.versions += 1;
        let case = &mut self.cases[at];
        let mut entry = case.value.clone();
        if let Value::Object(fields) = &mut entry {
            fields.retain(|name, _| !NOT_IN_HISTORY.contains(&name.as_str()));
        }
        entry["version-num"] = json!((7_624_147_000 + self.versions).to_string());
        entry["version-date"] = json!(now);
        case.history.push(entry);
    }

    /// A case that is closed already stays as it is, so that the same request may come twice.
    fn close(&mut self, asked: &Asked<'_>, now: &str) -> Result<usize, Refusal> {
        let at = self.found(asked)?;
        if self.cases[at].value["state"] != CLOSED {
            let mut fields = asked.body.clone();
            fields["state"] = json!(CLOSED);
            self.change(at, &fields, now);
        }
        Ok(at)
    }

    fn attach(&mut self, asked: &Asked<'_>) -> Result<usize, Refusal> {
        let at = self.found(asked)?;
        let document = json!({"file-id": asked.body["file-id"], "file-name": asked.body["file-name"]});
        if let Some(known) = self.cases[at].value["attachments"].as_array_mut() {
            known.retain(|known| known["file-id"] != document["file-id"]);
            known.push(document);
        }
        Ok(at)
    }

    fn detach(&mut self, asked: &Asked<'_>) -> Result<usize, Refusal> {
        let at = self.found(asked)?;
        let file = asked.parameter("file-id").unwrap_or_default();
        let taken = self.cases[at].value["attachments"].as_array_mut().is_some_and(|known| {
            let before = known.len();
            known.retain(|known| known["file-id"] != file);
            known.len() < before
        });
        if !taken {
            let why = format!("The case has no document {file}.");
            return Err(problem(404, 51603, "attachment-not-found", why));
        }
        Ok(at)
    }

    /// The case that the path names.
    fn found(&self, asked: &Asked<'_>) -> Result<usize, Refusal> {
        let id = asked.parameter("case-id").unwrap_or_default();
        let found = self.by_id.get(id).copied();
        found.ok_or_else(|| problem(404, 51602, "case-not-found", format!("There is no case {id}.")))
    }

    /// The newest first, as the guide shows them.
    fn list(&self, asked: &Asked<'_>) -> Result<Value, Refusal> {
        let (state, customer) = (asked.parameter("state"), asked.parameter("customer"));
        let wanted = |case: &&Value| {
            let open = state.map_or(case["state"] != CLOSED, |state| case["state"] == state);
            open && customer.is_none_or(|customer| case["customer-id"] == customer)
        };
        let mut cases: Vec<&Value> = self.cases.iter().rev().map(|case| &case.value).filter(wanted).collect();
        if let Some(sort) = asked.parameter("sort") {
            in_order(&mut cases, sort);
        }
        page(cases, asked, CASES_A_PAGE)
    }
}

/// A callback as a case: the party is the customer, what it is about the title.
fn of_callback(body: &Value) -> Value {
    let when = body["callback-request-time"].as_str().unwrap_or_default();
    json!({"customer-id": body["party-id"], "title": body["categorry"], "details": format!("Call back at {when}")})
}

/// A refusal in the form of this API. Of its codes 51606 alone, for 503, is published; the others here are made up.
pub fn problem(status: u16, code: u32, literal: &str, message: String) -> Refusal {
    Refusal::new(status, &code.to_string(), literal, message)
}
