//! Thalamus, as far as its documents tell: the server knows its types, categories and statuses, and gives lists of them.

use serde_json::{Value, json};

use super::System;
use crate::answer::{Filled, Refusal};
use crate::asked::Asked;

/// Type, its name, category, its name.
const TYPES: [[&str; 4]; 6] = [
    ["Telefonico", "Telefon", "Reclamo", "Şikâyet"],
    ["Eposta", "E-posta", "Reclamo", "Şikâyet"],
    ["Telefonico", "Telefon", "Bilgi", "Bilgi talebi"],
    ["Web", "Web formu", "Bilgi", "Bilgi talebi"],
    ["Iade", "İade", "Siparis", "Sipariş"],
    ["Casetype6534", "Casetype6534", "Case6534", "Case6534"],
];

/// A category of the server's own: it is in no list, and takes no cases.
const SYSTEM_CATEGORY: &str = "System";

/// Name, whether a case may begin with it, whether it ends there.
const STATUSES: [(&str, bool, bool); 5] = [
    ("Open", true, false),
    ("Created", true, false),
    ("InProgress", false, false),
    ("Resolved", false, true),
    ("Closed", false, true),
];

/// The system. It remembers no case.
pub struct Thalamus;

impl System for Thalamus {
    /// `number` is the case's.
    fn apply<'a>(&mut self, asked: &Asked<'a>, number: u64) -> Result<Filled<'a>, Refusal> {
        match asked.operation.name.as_str() {
            "create-case" => create_case(asked, number),
            "list-typecategory" => Ok(vec![("/caseTypeCategories", TYPES.map(type_category).into_iter().collect())]),
            "list-status" => Ok(vec![("/caseStatuses", STATUSES.map(status).into_iter().collect())]),
            _ => Ok(Filled::new()),
        }
    }
}

fn create_case(asked: &Asked<'_>, number: u64) -> Result<Filled<'static>, Refusal> {
    let category = asked.text("categoryCode").unwrap_or_default();
    let wanted = asked.text("typeCode").unwrap_or_default();
    if category == SYSTEM_CATEGORY {
        let why = format!("The category {category} belongs to the system and takes no new cases.");
        return Err(refusal("CategorySystemNode", why));
    }
    if !TYPES.iter().any(|[_, _, known, _]| *known == category) {
        return Err(refusal("InvalidCode", format!("There is no category {category}.")));
    }
    if !TYPES.iter().any(|[code, _, within, _]| *code == wanted && *within == category) {
        return Err(refusal("InvalidCode", format!("The category {category} has no type {wanted}.")));
    }
    let name = asked.text("status").unwrap_or("Open");
    match STATUSES.iter().find(|(known, ..)| *known == name) {
        None => return Err(refusal("InvalidName", format!("There is no status {name}."))),
        Some((_, false, _)) => {
            let why = format!("A case cannot begin with the status {name}.");
            return Err(refusal("InitialStatusNotSelected", why));
        }
        Some((_, true, _)) => {}
    }
    let comments = asked.body["comments"].as_array().into_iter().flatten();
    let comments: Vec<Value> =
        comments.map(|comment| json!({"caseInstanceId": number, "description": comment["description"]})).collect();
    let case = json!({
        "categoryCode": category, "typeCode": wanted, "status": name, "resolution": asked.text("resolution"), "comments": comments
    });
    Ok(vec![("/case", case)])
}

/// Of these errors the code and one text are known.
fn refusal(code: &str, why: String) -> Refusal {
    Refusal::new(400, code, code, why)
}

fn type_category([code, name, category, category_name]: [&str; 4]) -> Value {
    json!({"caseTypeCode": code, "caseTypeName": name, "caseCategoryCode": category, "caseCategoryName": category_name})
}

fn status((name, initial, last): (&str, bool, bool)) -> Value {
    json!({"statusName": name, "initial": initial, "finalState": last})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::asked;

    fn create(body: &Value) -> Result<Value, String> {
        let filled = asked("thalamus/create-case", &[], body, |asked| {
            Thalamus.apply(asked, 10).map(|filled| filled[0].1.clone())
        });
        filled.map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_case_of_a_known_kind_is_created_and_told_again() {
        let body = json!({"categoryCode": "Reclamo", "typeCode": "Telefonico", "comments": [{"description": "a"}]});
        let case = create(&body).unwrap();
        assert_eq!((&case["status"], &case["comments"][0]["caseInstanceId"]), (&json!("Open"), &json!(10)));
    }

    #[test]
    fn what_the_server_does_not_know_is_refused_by_its_code() {
        for (category, kind, status, wanted) in [
            ("Nichts", "Telefonico", "Open", "InvalidCode"),
            ("Siparis", "Telefonico", "Open", "InvalidCode"),
            ("System", "Telefonico", "Open", "CategorySystemNode"),
            ("Bilgi", "Web", "Opened", "InvalidName"),
            ("Bilgi", "Web", "Closed", "InitialStatusNotSelected"),
        ] {
            let body = json!({"categoryCode": category, "typeCode": kind, "status": status});
            assert_eq!(create(&body), Err(wanted.to_owned()));
        }
    }

    #[test]
    fn every_type_and_status_of_the_lists_is_one_that_the_server_takes() {
        let list = |operation: &str| {
            asked(operation, &[], &Value::Null, |asked| Thalamus.apply(asked, 1).map(|filled| filled[0].1.clone()))
                .unwrap()
        };
        for kind in list("thalamus/list-typecategory").as_array().unwrap() {
            let body = json!({"categoryCode": kind["caseCategoryCode"], "typeCode": kind["caseTypeCode"]});
            assert!(create(&body).is_ok(), "{kind}");
        }
        for status in list("thalamus/list-status").as_array().unwrap() {
            let body = json!({"categoryCode": "Bilgi", "typeCode": "Web", "status": status["statusName"]});
            assert_eq!(create(&body).is_ok(), status["initial"] == true, "{status}");
        }
    }
}
