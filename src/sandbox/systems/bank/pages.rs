//! Pages of the bank's lists.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::problem;
use crate::answer::Refusal;
use crate::asked::Asked;

/// The most that a page holds.
const LARGEST: usize = 1000;

/// Puts things in the order of a field; `-` in front turns it round. Equal ones stay as they are.
pub fn in_order(things: &mut [&Value], sort: &str) {
    fn key<'a>(thing: &'a Value, field: &str) -> &'a str {
        thing[field].as_str().unwrap_or_default()
    }
    match sort.strip_prefix('-') {
        Some(field) => things.sort_by_key(|thing| Reverse(key(thing, field))),
        None => things.sort_by_key(|thing| key(thing, sort)),
    }
}

/// The page that `page` and `page-size` ask for; the first of `usual` things where they are not given.
pub fn page(things: Vec<&Value>, asked: &Asked<'_>, usual: usize) -> Result<Value, Refusal> {
    let size = number(asked, "page-size", usual)?.min(LARGEST);
    let number = number(asked, "page", 1)?;
    let total = things.len();
    let items: Vec<&Value> = things.into_iter().skip((number - 1).saturating_mul(size)).take(size).collect();
    Ok(json!({
        "total-count": total, "page-size": size, "page-number": number, "total-pages": total.div_ceil(size).max(1),
        "Items": items
    }))
}

/// A parameter that counts from 1.
fn number(asked: &Asked<'_>, name: &str, usual: usize) -> Result<usize, Refusal> {
    let Some(text) = asked.parameter(name) else { return Ok(usual) };
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        problem(400, 51600, "invalid-parameter", format!("{name} is {text:?}, and has to be a number above 0."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::asked;

    fn of(parameters: &[(&str, &str)]) -> Result<Value, u16> {
        let things: Vec<Value> = (1..=5).map(|n| json!({"n": n.to_string()})).collect();
        asked("bank/list-cases", parameters, &Value::Null, |asked| page(things.iter().collect(), asked, 2))
            .map_err(|refusal| refusal.status)
    }

    #[test]
    fn every_thing_is_on_one_page_and_the_last_may_be_short() {
        let last = of(&[("page", "3")]).unwrap();
        assert_eq!((&last["total-pages"], &last["Items"]), (&json!(3), &json!([{"n": "5"}])));
        assert_eq!(of(&[("page", "4")]).unwrap()["Items"], json!([]));
        assert_eq!(of(&[("page-size", "5")]).unwrap()["total-pages"], 1);
        for wrong in [("page", "0"), ("page", "x"), ("page-size", "-1")] {
            assert_eq!(of(&[wrong]), Err(400));
        }
    }

    #[test]
    fn an_order_may_be_turned_round() {
        let things = [json!({"n": "b"}), json!({"n": "a"}), json!({})];
        let sorted = |sort: &str| {
            let mut order: Vec<&Value> = things.iter().collect();
            in_order(&mut order, sort);
            order.iter().map(|thing| thing["n"].as_str().unwrap_or("-")).collect::<String>()
        };
        assert_eq!((sorted("n"), sorted("-n")), ("-ab".to_owned(), "ba-".to_owned()));
    }
}
