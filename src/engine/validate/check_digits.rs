//! Numbers of Turkish registers whose last digits follow from the others. A failed check is a warning: the
//! number is likely mistyped, and it is the server that knows.

use serde_json::Value;

use super::shape::Shape;
use crate::contract::{Check, Operation};
use crate::outcome::{Complaint, RuleFault};

/// The fields of an operation whose digits are checked.
pub(super) fn fields(operation: &Operation) -> Vec<(usize, Check)> {
    operation.fields.iter().enumerate().filter_map(|(at, field)| Some((at, field.check?))).collect()
}

/// Those of a row whose digits do not fit each other: each with its rule, and what it says.
pub(super) fn doubts<'a>(
    fields: &'a [(usize, Check)],
    operation: &'a Operation,
    shape: &'a Shape,
) -> impl Iterator<Item = (usize, &'static str, Complaint)> + use<'a> {
    fields.iter().filter_map(|&(at, check)| {
        let Value::String(text) = shape.get(at)? else { return None };
        if fits(check, text) {
            return None;
        }
        let (rule, digits) = match check {
            Check::Tckn => ("tckn", 11),
            Check::Vkn => ("vkn", 10),
        };
        let fault = RuleFault::CheckDigits { digits };
        Some((at, rule, Complaint::Rule { name: operation.fields[at].label.clone(), fault }))
    })
}

fn fits(check: Check, text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| match check {
        Check::Tckn => is_tckn(&digits),
        Check::Vkn => is_vkn(&digits),
    })
}

/// Eleven digits, the first not 0; the tenth is (7 x the odd places - the even ones) mod 10, the eleventh
/// the sum of the ten before mod 10.
fn is_tckn(digits: &[u32]) -> bool {
    let [first, .., tenth, last] = digits else { return false };
    if digits.len() != 11 || *first == 0 {
        return false;
    }
    let odd: u32 = digits[..9].iter().step_by(2).sum();
    let even: u32 = digits[1..9].iter().step_by(2).sum();
    let sum: u32 = digits[..10].iter().sum();
    // 40 keeps the difference above zero: the even places add up to 36 at most.
    *tenth == (odd * 7 + 40 - even) % 10 && *last == sum % 10
}

/// Ten digits; each of the first nine is moved by its place, doubled as often as places follow, mod 9; the
/// last makes their sum a full ten.
fn is_vkn(digits: &[u32]) -> bool {
    let [first @ .., last] = digits else { return false };
    if first.len() != 9 {
        return false;
    }
    let sum: u32 = first
        .iter()
        .zip((1..=9).rev())
        .map(|(digit, places)| match (digit + places) % 10 {
            9 => 9,
            moved => moved * 2_u32.pow(places) % 9,
        })
        .sum();
    *last == (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_one_digit_changed_fails_its_check() {
        for (check, number) in [
            (Check::Tckn, "10000000146"),
            (Check::Tckn, "12345678950"),
            (Check::Vkn, "1234567890"),
            (Check::Vkn, "9876543217"),
        ] {
            assert!(fits(check, number), "{number}");
            for at in 0..number.len() {
                let mut wrong: Vec<u8> = number.bytes().collect();
                wrong[at] = b'0' + (wrong[at] - b'0' + 1) % 10;
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(!fits(check, &wrong), "{number} {wrong}");
            }
        }
    }

    #[test]
    fn what_is_no_number_of_the_right_length_fails() {
        for (check, number) in [
            (Check::Tckn, "00000000000"),
            (Check::Tckn, "1000000014"),
            (Check::Tckn, "1000000014x"),
            (Check::Vkn, "123456789"),
            (Check::Vkn, ""),
        ] {
            assert!(!fits(check, number), "{number}");
        }
    }
}
