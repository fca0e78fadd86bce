//! HuginOps, as far as its documents tell: the terminal that runs on a device, its merchant, and the stock of the shop.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::System;
use crate::answer::{Filled, Refusal};
use crate::asked::Asked;

/// The token of a user who may open cases and may not reserve devices.
const WRONG_USER: &str = "wrong-user";

/// The number of the first case.
const FIRST_CASE: u64 = 1001;

#[derive(Debug)]
pub struct Hugin {
    cases: u64,
    devices: HashMap<String, Device>,
    tiger: Stock,
    s1: Stock,
}

#[derive(Debug, Default)]
struct Device {
    /// The terminal that was installed and not uninstalled since.
    running: Option<String>,
    /// Terminal and the merchant that was sent first for it.
    merchants: Vec<(String, String)>,
}

/// The devices of one model in the shop.
#[derive(Debug)]
struct Stock {
    prefix: &'static str,
    next: u64,
    left: u64,
}

impl Default for Hugin {
    fn default() -> Self {
        Self {
            cases: 0,
            devices: HashMap::new(),
            tiger: Stock { prefix: "HT", next: 1234, left: 500 },
            s1: Stock { prefix: "HS", next: 1234, left: 500 },
        }
    }
}

impl System for Hugin {
    fn apply<'a>(&mut self, asked: &Asked<'a>, _: u64) -> Result<Filled<'a>, Refusal> {
        self.carry_out(&asked.operation.name, asked.body, asked.token)
    }
}

impl Hugin {
    fn carry_out(&mut self, operation: &str, body: &Value, token: &str) -> Result<Filled<'static>, Refusal> {
        match operation {
            "create-case" => self.create_case(body),
            "create-reservation" => self.create_reservation(body, token),
            _ => Ok(Filled::new()),
        }
    }

    fn create_case(&mut self, body: &Value) -> Result<Filled<'static>, Refusal> {
        let text = |field: &str| body[field].as_str();
        let id = text("deviceId").unwrap_or_default();
        if !self.devices.contains_key(id) {
            self.devices.insert(id.to_owned(), Device::default());
        }
        if let (Some(device), Some(terminal)) = (self.devices.get_mut(id), text("terminalId")) {
            device.check(id, terminal, text("merchantId"))?;
            device.take(terminal, text("merchantId"), text("caseType").unwrap_or_default());
        }
        self.cases += 1;
        Ok(vec![("/data/caseId", json!(FIRST_CASE + self.cases - 1))])
    }

    fn create_reservation(&mut self, body: &Value, token: &str) -> Result<Filled<'static>, Refusal> {
        if token == WRONG_USER {
            let why = "Only ykb and teb users may reserve devices.";
            return Err(Refusal::new(403, "FORBIDDEN_USER", "Not allowed", why));
        }
        let model = body["model_type"].as_str().unwrap_or_default();
        let stock = if model == "tiger" { &mut self.tiger } else { &mut self.s1 };
        let wanted = body["qty"].as_u64().unwrap_or(u64::MAX);
        if wanted > stock.left {
            let why = format!("The shop has {} devices of model {model} left, {wanted} were asked for.", stock.left);
            return Err(Refusal::new(400, "OUT_OF_STOCK", "Not enough stock", why));
        }
        let names: Vec<_> = (stock.next..stock.next + wanted).map(|n| format!("{}{n:08}", stock.prefix)).collect();
        stock.next += wanted;
        stock.left -= wanted;
        Ok(vec![("/data/names", json!(names)), ("/metadata/instance", json!("/api/v1/devices/reservations"))])
    }
}

impl Device {
    /// Rules 3 and 4 of create-case.
    fn check(&self, id: &str, terminal: &str, merchant: Option<&str>) -> Result<(), Refusal> {
        if let Some(running) = self.running.as_deref().filter(|running| *running != terminal) {
            let why = format!("Terminal {running} runs on device {id}; no case can be opened for terminal {terminal}.");
            return Err(Refusal::new(400, "TERMINAL_RUNNING", "Another terminal runs on the device", why));
        }
        let first = self.merchants.iter().find(|(known, _)| known == terminal).map(|(_, merchant)| merchant.as_str());
        match (first, merchant) {
            (Some(first), Some(merchant)) if first != merchant => {
                let why = format!("Terminal {terminal} of device {id} belongs to merchant {first}, not {merchant}.");
                Err(Refusal::new(400, "MERCHANT_MISMATCH", "Another merchant was sent before", why))
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, terminal: &str, merchant: Option<&str>, case_type: &str) {
        match case_type {
            "install" => self.running = Some(terminal.to_owned()),
            "uninstall" => self.running = None,
            _ => {}
        }
        let Some(merchant) = merchant else { return };
        if !self.merchants.iter().any(|(known, _)| known == terminal) {
            self.merchants.push((terminal.to_owned(), merchant.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(state: &mut Hugin, case_type: &str, terminal: &str, merchant: &str) -> Result<u64, String> {
        let body = json!({"caseType": case_type, "deviceId": "FU1", "terminalId": terminal, "merchantId": merchant});
        let filled = state.carry_out("create-case", &body, "t").map_err(|refusal| refusal.code)?;
        Ok(filled[0].1.as_u64().unwrap())
    }

    #[test]
    fn a_device_takes_another_terminal_only_after_the_running_one_left() {
        let mut state = Hugin::default();
        assert_eq!(case(&mut state, "install", "T1", "M1"), Ok(1001));
        for case_type in ["install", "upgrade", "uninstall", "training", "defect", "maintenance"] {
            assert_eq!(case(&mut state, case_type, "T2", "M2"), Err("TERMINAL_RUNNING".to_owned()));
        }
        assert_eq!(case(&mut state, "upgrade", "T1", "M1"), Ok(1002));
        assert_eq!(case(&mut state, "uninstall", "T1", "M1"), Ok(1003));
        assert_eq!(case(&mut state, "install", "T2", "M2"), Ok(1004));
    }

    #[test]
    fn a_terminal_keeps_the_merchant_that_came_first() {
        let mut state = Hugin::default();
        assert_eq!(case(&mut state, "defect", "T1", "M1"), Ok(1001));
        assert_eq!(case(&mut state, "defect", "T1", "M2"), Err("MERCHANT_MISMATCH".to_owned()));
        assert_eq!(case(&mut state, "defect", "T2", "M2"), Ok(1002));
    }

    #[test]
    fn a_case_without_a_terminal_is_taken_whatever_runs() {
        let mut state = Hugin::default();
        case(&mut state, "install", "T1", "M1").unwrap();
        let body = json!({"caseType": "defect", "deviceId": "FU1"});
        assert!(state.carry_out("create-case", &body, "t").is_ok());
    }

    #[test]
    fn the_shop_gives_what_it_has_and_each_device_once() {
        let mut state = Hugin::default();
        let mut reserve = |model: &str, qty: u64, token: &str| {
            let body = json!({"model_type": model, "qty": qty});
            let filled = state.carry_out("create-reservation", &body, token).map_err(|refusal| refusal.code)?;
            Ok::<_, String>(filled[0].1.clone())
        };
        assert_eq!(reserve("tiger", 2, "t"), Ok(json!(["HT00001234", "HT00001235"])));
        assert_eq!(reserve("tiger", 1, "t"), Ok(json!(["HT00001236"])));
        assert_eq!(reserve("s1", 1, "t"), Ok(json!(["HS00001234"])));
        assert_eq!(reserve("tiger", 498, "t"), Err("OUT_OF_STOCK".to_owned()));
        assert_eq!(reserve("s1", 1, WRONG_USER), Err("FORBIDDEN_USER".to_owned()));
    }
}
