//! What is wrong with a row, and what to do.

use super::cell::cell;
use crate::message::{Lang, Text};
use crate::outcome::{Bound, Complaint, Problem, RuleFault};
use crate::say;

/// A problem as one sentence, without its place.
pub fn problem(problem: &Problem, lang: Lang) -> String {
    let message = complaint(&problem.complaint, &problem.value, lang);
    if problem.warning { say!(lang, "Uyarı: {message}", "Warning: {message}") } else { message }
}

/// `value`: what the cell holds.
fn complaint(complaint: &Complaint, value: &str, lang: Lang) -> String {
    match complaint {
        Complaint::Contract(words) => words.get(lang).replace("{value}", value),
        Complaint::Cell(fault) => cell(fault, lang),
        Complaint::Rule { name, fault } => rule(fault, name, value, lang),
        Complaint::Operation { known } => {
            let known = known.join(", ");
            say!(
                lang,
                "\"{value}\" bu sayfanın sütunlarıyla yapılabilecek bir işlem değil. Şunlardan birini yazın: {known}.",
                "\"{value}\" is no operation that the columns of this sheet serve. Write one of: {known}."
            )
        }
        Complaint::Contradicts { row, why } => {
            let why = why.as_ref().map(|why| why.get(lang)).unwrap_or_default();
            say!(lang, "{row}. satırdaki değerle çelişiyor. {why}", "It disagrees with row {row}. {why}")
        }
    }
}

fn rule(fault: &RuleFault, name: &Text, value: &str, lang: Lang) -> String {
    let name = name.get(lang);
    match fault {
        RuleFault::Required => say!(lang, "{name} zorunlu. Hücreyi doldurun.", "{name} is required. Fill in the cell."),
        RuleFault::MaxLength { limit, length } => say!(
            lang,
            "{name} en çok {limit} karakter olabilir; bu {length} karakter. Kısaltın.",
            "{name} may have {limit} characters at most; this has {length}. Shorten it."
        ),
        RuleFault::MinLength { limit } => say!(
            lang,
            "{name} en az {limit} karakter olmalı. Hücreyi doldurun.",
            "{name} must have {limit} characters at least. Fill in the cell."
        ),
        RuleFault::Enum { list } => {
            say!(lang, "{name} şunlardan biri olmalı: {list}.", "{name} must be one of: {list}.")
        }
        RuleFault::Pattern { pattern } => say!(
            lang,
            "{name} beklenen biçimde değil ({pattern}). Değeri düzeltin.",
            "{name} is not of the form expected ({pattern}). Correct the value."
        ),
        RuleFault::Format { format } => say!(
            lang,
            "{name} geçerli bir {format} değil. Değeri düzeltin.",
            "{name} is no valid {format}. Correct the value."
        ),
        RuleFault::Beyond { bound, limit } => beyond(*bound, limit, name, lang),
        RuleFault::Type => say!(
            lang,
            "{name} beklenen türde değil. Değeri düzeltin.",
            "{name} is not of the type expected. Correct the value."
        ),
        RuleFault::Other { keyword } => say!(
            lang,
            "{name} sözleşmenin \"{keyword}\" kuralına uymuyor. Değeri düzeltin.",
            "{name} breaks the contract's rule \"{keyword}\". Correct the value."
        ),
        RuleFault::PathPart => say!(
            lang,
            "{name} adresin bir parçası; boş, \".\" ya da \"..\" olamaz. Gerçek değeri yazın.",
            "{name} is a part of the address and cannot be empty, \".\" or \"..\". Write the real value."
        ),
        RuleFault::Header => say!(
            lang,
            "{name} bir başlıkta gider ve yalnız ASCII harf, rakam ve işaretler taşıyabilir. Değeri düzeltin.",
            "{name} travels in a header and may hold ASCII letters, digits and signs only. Correct the value."
        ),
        RuleFault::CheckDigits { digits } => say!(
            lang,
            "{name} {digits} basamaklı geçerli bir numara değil: son basamaklar öncekilerle tutmuyor. Numarayı belgeden denetleyin.",
            "{name} is no valid number of {digits} digits: its last digits do not fit the others. Check it against the document."
        ),
        RuleFault::NotExpected => say!(
            lang,
            "{name} beklendiği gibi değil: {value}. Değeri denetleyin.",
            "{name} is not as expected: {value}. Check the value."
        ),
    }
}

fn beyond(bound: Bound, limit: &str, name: &str, lang: Lang) -> String {
    match bound {
        Bound::Minimum => say!(lang, "{name} en az {limit} olmalı.", "{name} must be {limit} at least."),
        Bound::Maximum => say!(lang, "{name} en çok {limit} olabilir.", "{name} may be {limit} at most."),
        Bound::Above => {
            say!(lang, "{name} {limit} değerinden büyük olmalı.", "{name} must be above {limit}.")
        }
        Bound::Below => {
            say!(lang, "{name} {limit} değerinden küçük olmalı.", "{name} must be below {limit}.")
        }
    }
}
