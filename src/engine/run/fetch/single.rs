//! The one request of a read without a file: its values come from `--set` alone.

use crate::coerce::{Coerce, Formats};
use crate::contract::Operation;
use crate::error::{Code, Error};
use crate::identity::RowKeyers;
use crate::job::Job;
use crate::map::{Draft, check_overrides, sheet_map};
use crate::message::{Lang, Text, shown};
use crate::outcome::Problem;
use crate::row::{Place, Row, Sheet};
use crate::text;
use crate::validate::{Context, Request, Rules};
use crate::words;

/// # Errors
/// A value that is missing, unknown to the operation, or not accepted by the contract.
pub fn request(operation: &Operation, job: &Job) -> Result<Request, Error> {
    let overrides = job.recipe.overrides();
    if let Some((field, header)) = overrides.maps.first() {
        let (field, header) = (shown(field), shown(header));
        return Err(Code::ValuesMissing.cannot_start(text!(
            "--map {field}={header}: dosya verilmedi, sütun yok. Değeri --set {field}=DEĞER ile yazın ya da dosyayı verin.",
            "--map {field}={header}: no file was given, so there are no columns. Write the value by --set {field}=VALUE, or give the file."
        )));
    }
    let sheet = Sheet::default();
    check_overrides(std::slice::from_ref(&sheet), &[operation], &overrides)?;
    let given = |name: &str| overrides.sets.iter().any(|(known, _)| known == name);
    let missing: Vec<&str> =
        operation.fields.iter().filter(|f| f.required && !given(&f.name)).map(|f| f.name.as_str()).collect();
    if !missing.is_empty() {
        return Err(needs(operation, &missing));
    }
    let map = sheet_map(&sheet, &[operation], &overrides)?;
    let zone = job.zone_of(operation);
    let formats = Formats::default();
    let coerce = Coerce { formats: &formats, zone: &zone };
    let row = Row { place: Place { sheet: 0, row: 1 }, hidden: false, cells: Vec::new() };
    let route = map.route(&row, &[operation], &coerce).map_err(|_| needs(operation, &[]))?;
    let mut draft = Draft::default();
    route.fill(&mut draft, &row, operation, &coerce);
    let contract = job.contracts.iter().find(|contract| contract.name == operation.system);
    let Some(contract) = contract else { return Err(needs(operation, &[])) };
    // Nothing is looked up by the keys of what is read.
    let mut rules = Rules::new(0, operation, contract, RowKeyers::of_nothing(), job.recipe.strict)?;
    let accepted = rules.check(&mut draft, &Context { row: &row, route, coerce: &coerce });
    accepted.map(|accepted| accepted.request()).map_err(|problems| {
        let line =
            |problem: &Problem, lang| shown(&format!("--set {}: {}", problem.field, words::problem(problem, lang)));
        let told = |lang| problems.iter().map(|problem| line(problem, lang)).collect::<Vec<_>>().join(" ");
        Code::ValuesInvalid.cannot_start(Text { tr: told(Lang::Tr), en: told(Lang::En) })
    })
}

/// Says what is to be given, and how.
fn needs(operation: &Operation, missing: &[&str]) -> Error {
    let name = operation.full_name();
    let names = missing.join(", ");
    let sets = missing.iter().fold(String::new(), |sets, field| sets + " --set " + field + "=…");
    Code::ValuesMissing.cannot_start(text!(
        "{name} için gerekli: {names}. Bir kez okumak için \"caseload fetch {name}{sets}\" yazın; her satır için okumak üzere bu sütunları olan bir dosya verin.",
        "{name} needs {names}. To read once, write \"caseload fetch {name}{sets}\"; to read for each row, give a file with these columns."
    ))
}
