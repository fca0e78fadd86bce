//! Netahsilat, as far as its documents tell: a code and an erpCode belong to one customer each.

use std::collections::HashSet;

use serde_json::json;

use super::System;
use crate::answer::{Filled, Refusal};
use crate::asked::Asked;

#[derive(Debug, Default)]
pub struct Netahsilat {
    codes: HashSet<String>,
    erp_codes: HashSet<String>,
}

impl System for Netahsilat {
    fn apply<'a>(&mut self, asked: &Asked<'a>, number: u64) -> Result<Filled<'a>, Refusal> {
        let code = asked.text("code").unwrap_or_default();
        let erp_code = asked.text("erpCode").unwrap_or_default();
        for (name, value, known) in [("code", code, &self.codes), ("erpCode", erp_code, &self.erp_codes)] {
            if known.contains(value) {
                let why = format!("{value} değerli {name} başka bir müşteride kullanılıyor.");
                return Err(Refusal::new(409, "Conflict", &why, ""));
            }
        }
        self.codes.insert(code.to_owned());
        self.erp_codes.insert(erp_code.to_owned());
        Ok(vec![("/customerId", json!(format!("00000000-0000-4000-8000-{number:012}")))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::asked;

    #[test]
    fn a_code_and_an_erp_code_are_taken_once() {
        let mut state = Netahsilat::default();
        let mut create = |code: &str, erp_code: &str, number: u64| {
            let filled =
                asked("netahsilat/create-customer", &[], &json!({"code": code, "erpCode": erp_code}), |asked| {
                    state.apply(asked, number).map(|filled| filled[0].1.clone())
                });
            filled.map_err(|refusal| (refusal.status, refusal.title))
        };
        assert_eq!(create("1", "E1", 7), Ok(json!("00000000-0000-4000-8000-000000000007")));
        let (status, why) = create("1", "E2", 8).unwrap_err();
        assert!(status == 409 && why.contains("1 değerli code"), "{why}");
        assert!(create("2", "E1", 8).unwrap_err().1.contains("erpCode"));
        // What was refused took nothing.
        assert!(create("2", "E2", 8).is_ok());
    }
}
