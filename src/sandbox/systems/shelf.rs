//! A memory for all systems that are not played: it finds a thing that a POST made under its id, one path below.

use std::collections::HashMap;

use caseload_engine::contract::Method;
use caseload_engine::outcome::id_text;
use serde_json::{Map, Value};

use super::System;
use crate::answer::{Filled, Refusal};
use crate::asked::{Asked, decoded};

/// What was made, by the path that leads to it.
#[derive(Debug, Default)]
pub struct Shelf(HashMap<String, Thing>);

#[derive(Debug)]
struct Thing {
    /// The id under the name that the contract gives it.
    id: (String, Value),
    body: Map<String, Value>,
}

impl System for Shelf {
    /// Keeps the body of a POST that gave this id.
    fn keep(&mut self, asked: &Asked<'_>, id: &Value) {
        if asked.operation.method != Method::Post {
            return;
        }
        let body = asked.body.as_object().cloned().unwrap_or_default();
        let name = asked.operation.id_column().to_owned();
        let place = format!("{}/{}", asked.path.trim_end_matches('/'), id_text(id));
        self.0.insert(place, Thing { id: (name, id.clone()), body });
    }

    /// Reads, changes or takes away the thing that the path leads to. Nothing there is a 404.
    fn apply<'a>(&mut self, asked: &Asked<'a>, _: u64) -> Result<Filled<'a>, Refusal> {
        if !asked.made_above {
            return Ok(Filled::new());
        }
        let (above, last) = asked.path.rsplit_once('/').unwrap_or_default();
        let place = format!("{above}/{}", decoded(last));
        let Some(thing) = self.0.get_mut(&place) else {
            let why = format!("Nothing was made in this sandbox that {place} leads to.");
            return Err(Refusal::new(404, "NOT_FOUND", "Not found", why));
        };
        match (asked.operation.method, asked.body) {
            (Method::Put, Value::Object(body)) => thing.body.clone_from(body),
            (Method::Patch, Value::Object(body)) => thing.body.extend(body.clone()),
            _ => {}
        }
        let mut seen = thing.body.clone();
        seen.insert(thing.id.0.clone(), thing.id.1.clone());
        if asked.operation.method == Method::Delete {
            self.0.remove(&place);
        }
        // The fields stand beside the id, wherever the contract has it.
        let beside =
            asked.operation.id.as_ref().and_then(|form| form.pointer.rsplit_once('/')).map_or("", |(it, _)| it);
        Ok(vec![(beside, Value::Object(seen))])
    }
}
