//! The `x-caseload` object of an operation as it is written, and whether it fits the document.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::Answers;
use super::field::Field;
use super::operation::{Absent, ErrorForm, IdForm, Operation, Pages, Reconcile, Same, Unique};
use super::refs::unescape;
use super::texts::words;

/// All that may stand in it; what else does is refused by name.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Keys {
    id: Option<String>,
    error: ErrorKeys,
    order_by: Option<String>,
    order_name: Option<Value>,
    unique: Vec<UniqueKeys>,
    same: Vec<SameKeys>,
    not_applied: Vec<u16>,
    absent: Option<String>,
    reconcile: Option<ReconcileKeys>,
    pages: Option<PagesKeys>,
    values: BTreeMap<String, String>,
    timezone: Option<String>,
}

/// The `x-caseload` object of a whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DocumentKeys {
    timezone: Option<String>,
}

impl DocumentKeys {
    /// # Errors
    /// A key that nobody knows.
    pub fn read(document: &Value) -> Result<Self, String> {
        match document.get("x-caseload") {
            Some(keys) => serde_json::from_value(keys.clone()).map_err(|error| format!("x-caseload: {error}")),
            None => Ok(Self::default()),
        }
    }
}

fn zone(name: &str) -> Result<TimeZone, String> {
    crate::zone::by_name(name).ok_or_else(|| format!("x-caseload.timezone: {name:?} is no time zone"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ErrorKeys {
    code: Option<String>,
    title: Option<String>,
    description: Option<String>,
    map: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UniqueKeys {
    #[serde(default)]
    when: Map<String, Value>,
    fields: Vec<String>,
    window: String,
    after_window: Option<String>,
    #[serde(default)]
    reset_by: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SameKeys {
    #[serde(rename = "for")]
    of: Vec<String>,
    field: String,
    #[serde(rename = "x-message")]
    message: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReconcileKeys {
    conflict: Option<u16>,
    lookup: Option<String>,
    by: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PagesKeys {
    items: String,
    total: Option<String>,
    last: Option<String>,
    parameter: String,
}

impl Keys {
    pub fn read(spec: &Value) -> Result<Self, String> {
        match spec.get("x-caseload") {
            Some(keys) => serde_json::from_value(keys.clone()).map_err(|error| format!("x-caseload: {error}")),
            None => Ok(Self::default()),
        }
    }

    /// Puts what the keys say into the operation, whose fields and parameters are there already.
    ///
    /// # Errors
    /// A field or a pointer that is not there, with the key that names it.
    pub fn apply(self, operation: &mut Operation, all: &DocumentKeys, answers: &Answers) -> Result<(), String> {
        operation.timezone = self.timezone.as_ref().or(all.timezone.as_ref()).map(|name| zone(name)).transpose()?;
        let fields = std::mem::take(&mut operation.fields);
        let index = |field: &str| index_of(&fields, field);
        operation.unique = self.unique.iter().map(|rule| unique(rule, &index)).collect::<Result<_, _>>()?;
        operation.same = self.same.iter().map(|rule| same(rule, &index)).collect::<Result<_, _>>()?;
        operation.order_by = self.order_by.as_deref().map(index).transpose()?;
        fit_resets(&operation.unique, operation.order_by)?;
        operation.order_name = words(self.order_name.as_ref());
        operation.absent = absent(self.absent.as_deref())?;
        operation.not_applied = self.not_applied;
        operation.id = match self.id {
            Some(pointer) => {
                answers.good(&pointer, "id")?;
                Some(id_form(pointer)?)
            }
            None => super::answer::guess(answers, &operation.path)?,
        };
        let ErrorKeys { code, title, description, map } = self.error;
        for (pointer, key) in [(&code, "code"), (&title, "title"), (&description, "description"), (&map, "map")] {
            answers.bad(pointer.as_deref(), key)?;
        }
        operation.error = ErrorForm { code, title, description, map };
        operation.reconcile = self.reconcile.map(|keys| reconcile(keys, &index)).transpose()?;
        operation.pages = self.pages.map(|keys| pages(keys, operation, answers)).transpose()?;
        for pointer in self.values.values() {
            answers.good(pointer, "values")?;
        }
        operation.values = self.values.into_iter().collect();
        operation.fields = fields;
        Ok(())
    }
}

fn unique(rule: &UniqueKeys, index: &dyn Fn(&str) -> Result<usize, String>) -> Result<Unique, String> {
    let when = rule.when.iter().map(|(field, values)| {
        let values = values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
        Ok((index(field)?, values))
    });
    Ok(Unique {
        when: when.collect::<Result<_, String>>()?,
        fields: rule.fields.iter().map(|field| index(field)).collect::<Result<_, _>>()?,
        window: window(&rule.window)?,
        asks_after: match rule.after_window.as_deref() {
            None | Some("ask") => true,
            Some("new") => false,
            Some(other) => return Err(format!("after-window is {other:?}, and can be ask or new")),
        },
        reset: rule
            .reset_by
            .iter()
            .map(|(field, value)| Ok((index(field)?, value.clone())))
            .collect::<Result<_, String>>()?,
    })
}

/// Rows that undo each other have two rules that name each other and the same fields, so that the key of one can be told
/// from the other; the field of `order-by` among them, for such rows go in the order of the file.
fn fit_resets(rules: &[Unique], order_by: Option<usize>) -> Result<(), String> {
    let names = |by: &Unique, rule: &Unique| {
        let is_named = |(field, value): &(usize, Value)| {
            rule.when.iter().any(|(of, values)| of == field && matches!(values.as_slice(), [one] if one == value))
        };
        by.reset.len() == rule.when.len() && by.reset.iter().all(is_named)
    };
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.reset.is_empty()) {
        let is_other = |(of, other): (usize, &Unique)| {
            of != at && other.fields == rule.fields && names(rule, other) && names(other, rule)
        };
        if !rules.iter().enumerate().any(is_other) {
            return Err("x-caseload.unique: the rows that reset-by describes need a rule with the same fields, whose reset-by describes the rows of this one".to_owned());
        }
        let has = |field: usize| rule.fields.contains(&field);
        if !rule.reset.iter().all(|(field, _)| has(*field)) || !order_by.is_some_and(has) {
            return Err(
                "x-caseload.unique: a rule with reset-by needs the fields of reset-by and of order-by among its own"
                    .to_owned(),
            );
        }
    }
    Ok(())
}

fn same(rule: &SameKeys, index: &dyn Fn(&str) -> Result<usize, String>) -> Result<Same, String> {
    Ok(Same {
        of: rule.of.iter().map(|field| index(field)).collect::<Result<_, _>>()?,
        field: index(&rule.field)?,
        message: words(rule.message.as_ref()),
    })
}

fn reconcile(keys: ReconcileKeys, index: &dyn Fn(&str) -> Result<usize, String>) -> Result<Reconcile, String> {
    match keys {
        ReconcileKeys { conflict: Some(status), lookup: None, by: None } => Ok(Reconcile::Conflict(status)),
        ReconcileKeys { conflict: None, lookup: Some(operation), by: Some(by) } => {
            index(&by)?;
            Ok(Reconcile::Lookup { operation, by })
        }
        _ => Err("x-caseload.reconcile is either {conflict: STATUS} or {lookup: OPERATION, by: FIELD}".to_owned()),
    }
}

fn pages(keys: PagesKeys, operation: &Operation, answers: &Answers) -> Result<Pages, String> {
    for pointer in [Some(&keys.items), keys.total.as_ref(), keys.last.as_ref()].into_iter().flatten() {
        answers.good(pointer, "pages")?;
    }
    if !operation.parameters.iter().any(|parameter| parameter.name == keys.parameter) {
        let name = keys.parameter;
        return Err(format!("x-caseload.pages names the parameter {name:?}, which the operation does not have"));
    }
    Ok(Pages { items: keys.items, total: keys.total, last: keys.last, parameter: keys.parameter })
}

fn index_of(fields: &[Field], name: &str) -> Result<usize, String> {
    let found = fields.iter().position(|field| field.name == name);
    found.ok_or_else(|| format!("x-caseload names the field {name:?}, which the request does not have"))
}

fn id_form(pointer: String) -> Result<IdForm, String> {
    match pointer.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(IdForm { name: unescape(name), pointer, guessed: false }),
        _ => Err(format!("x-caseload.id {pointer:?} is no JSON pointer")),
    }
}

fn absent(name: Option<&str>) -> Result<Absent, String> {
    match name {
        None | Some("omit") => Ok(Absent::Omit),
        Some("empty") => Ok(Absent::Empty),
        Some(other) => Err(format!("x-caseload.absent is {other:?}, and can be omit or empty")),
    }
}

/// `30d`, `12h`.
fn window(text: &str) -> Result<Duration, String> {
    let wrong = || format!("window {text:?} is no number of days or hours, as in 30d or 12h");
    let split = text.len().saturating_sub(1);
    let (number, unit) = text.split_at_checked(split).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit_s = match unit {
        "d" => 86_400,
        "h" => 3_600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit_s).map(Duration::from_secs).ok_or_else(wrong)
}
