//! What an API wants: an OpenAPI document and a few `x-caseload` keys, as [`Operation`]s and [`Field`]s.
//! The only place that knows a vendor by name is the YAML.
//!
//! Documents are OpenAPI 3.1; older ones are brought to it (`dialect`). `$ref`s stay within the document
//! (`refs`). Bodies become columns (`columns`, `family`), parameters too (`parameters`).
//!
//! | key, on | means |
//! |---|---|
//! | `x-caseload.id`, operation | JSON pointer to the id(s) in the answer; its last name is the result column |
//! | `x-caseload.error` | pointers to `code`, `title`, `description` in an error answer; `map` to several errors: an object of code to text, a list of texts or of objects |
//! | `x-caseload.order-by` | rows with the same value go one at a time, in file order |
//! | `x-caseload.order-name` | what such rows have in common, as people call it: `{tr: aynı cihaz, en: the same device}` |
//! | `x-caseload.unique` | `{when, fields, window, after-window, reset-by}`: what tells a duplicate; the first rule whose `when` holds is the row's. A row that was done longer ago than its window is asked about (`after-window: ask`, the default) or goes (`new`). `reset-by: {caseType: uninstall}` describes the row that undoes such a row: behind one that was done, or that goes from the same file, an equal row is no duplicate; its own rule has the same `fields` and the opposite `reset-by` |
//! | `x-caseload.same` | `{for, field}`: a field that must agree across rows |
//! | `x-caseload.not-applied` | statuses of this API that prove nothing was done |
//! | `x-caseload.timezone`, document or operation | the zone of local times, where the profile names none |
//! | `x-caseload.absent` | `omit` (default) or `empty` for absent optional fields |
//! | `x-caseload.reconcile` | `{conflict: 409}`: a row whose outcome is unknown may be sent again, the server refuses the second so; `{lookup: OPERATION, by: FIELD}`: that operation finds it |
//! | `x-caseload.pages`, GET | `items`, `total`, `last`: pointers to the list, to how many items there are, to how many pages; `parameter`: the query parameter that names the page, from 1 |
//! | `x-caseload.values`, GET | field and pointer (`*` for each item): what stands there are the field's allowed values, for `contracts refresh` |
//! | `format: tckn`, `format: vkn` | a failed check is a warning, with `--strict` an error |
//! | `x-warn`, property | a list of schemas that the value should satisfy, each with its `x-message`: one that fails is a warning, with `--strict` an error |
//! | `x-label`, `x-aliases`, `x-values`, property | names in Turkish and English, headers seen in the wild, names of enum values |
//! | `x-prefix`, security scheme | the word before the token, where it is not `Bearer` |
//! | `x-token`, security scheme | how a token is got: `{endpoint, body, token, expiry}`; a text `{name}` in the body is a secret |
//! | `x-secret`, security scheme | `false`: its value is not a secret. The settings may hold it as `auth.NAME.value` |
//! | `x-message`, any subschema | the sentence to show when it fails, with `{value}` |

mod answer;
mod answer_columns;
mod columns;
mod conditions;
mod dialect;
mod edit;
mod family;
mod field;
mod keys;
mod load;
mod one_line;
mod operation;
mod parameters;
mod refs;
mod scheme;

pub use answer_columns::answer_columns;
pub use columns::{Object, body_steps};
pub use conditions::{Clause, Condition, conditions};
pub use edit::with_values;
pub use family::{Family, Shape};
pub use field::{Check, EnumValue, Field, Kind, Place, Slot, Step, pointer};
pub use load::parse as parse_yaml;
pub use load::{from_yaml, words};
pub use operation::{Absent, ErrorForm, IdForm, Method, Operation, Pages, Parameter, Reconcile, Same, Unique};
pub use refs::escape;
pub use scheme::{Exchange, Scheme, SchemeKind, endpoint_at, secret_in_braces};

use crate::error::Error;
use crate::text;

/// The contracts that come with the program: name and YAML of each `.yaml` beside this file (`embed.rs`).
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

/// One system: its document and its operations.
#[derive(Debug)]
pub struct Contract {
    pub name: String,
    pub title: String,
    /// The document as it was loaded; `$ref`s in it stay as they are.
    pub document: serde_json::Value,
    pub operations: Vec<Operation>,
    pub unusable: Vec<Unusable>,
}

/// An operation of the document that rows cannot become.
#[derive(Debug)]
pub struct Unusable {
    pub name: String,
    /// The place in the document, and why.
    pub why: String,
}

/// All built-in contracts, or the user's own in their place. `lists` closes fields to the values given.
pub fn catalogue(own: Option<(&str, &str)>, lists: &[(String, Vec<String>)]) -> Result<Vec<Contract>, Error> {
    match own {
        Some((name, yaml)) => Ok(vec![from_yaml(name, yaml, lists)?]),
        None => BUILT_IN.iter().map(|(name, yaml)| from_yaml(name, yaml, lists)).collect(),
    }
}

/// The operation called `system/operation`, `operation` where only one system has it, or `system`
/// where it has one operation.
pub fn find<'a>(contracts: &'a [Contract], name: &str) -> Result<&'a Operation, Error> {
    let all = || contracts.iter().flat_map(|contract| &contract.operations);
    let matches: Vec<_> = all()
        .filter(|operation| operation.full_name() == name || operation.name == name || operation.system == name)
        .collect();
    let short = name.rsplit('/').next().unwrap_or_default();
    let unusable = contracts.iter().flat_map(|contract| &contract.unusable).find(|other| other.name == short);
    if let [one] = matches.as_slice() {
        Ok(one)
    } else if let Some(Unusable { why, .. }) = unusable {
        Err(Error::cannot_start(text!(
            "\"{name}\" işlemi kullanılamıyor: {why}. Sözleşme dosyasının bu yerini düzeltin.",
            "The operation \"{name}\" cannot be used: {why}. Mend that place in the contract file."
        )))
    } else {
        let names = all().map(Operation::full_name).collect::<Vec<_>>().join(", ");
        Err(Error::cannot_start(text!(
            "\"{name}\" adında tek bir işlem yok. --to için şunlardan birini yazın: {names}.",
            "There is no one operation called \"{name}\". Give --to one of: {names}."
        )))
    }
}

/// The same among the operations that read.
///
/// # Errors
/// There is none of that name, or it is one that sends.
pub fn find_reading<'a>(contracts: &'a [Contract], name: &str) -> Result<&'a Operation, Error> {
    let reading = || contracts.iter().flat_map(|contract| &contract.operations).filter(|o| o.only_reads());
    let is_called = |o: &&Operation| o.full_name() == name || o.name == name || o.system == name;
    let matches: Vec<_> = reading().filter(is_called).collect();
    if let [one] = matches.as_slice() {
        return Ok(one);
    }
    let short = name.rsplit('/').next().unwrap_or_default();
    let unusable = contracts.iter().flat_map(|contract| &contract.unusable).any(|other| other.name == short);
    let other = find(contracts, name);
    if unusable {
        return other;
    }
    let names = reading().map(Operation::full_name).collect::<Vec<_>>().join(", ");
    let message = match other {
        Ok(sends) if matches.is_empty() => {
            let name = sends.full_name();
            text!(
                "{name} okumaz, satır gönderir. Göndermek için: caseload submit DOSYA --to {name}.",
                "{name} does not read, it sends rows. To send, use: caseload submit FILE --to {name}."
            )
        }
        _ if names.is_empty() => text!(
            "Sözleşmede okuyan (GET) bir işlem yok. --contract ile başka bir sözleşme gösterin.",
            "The contract has no operation that reads (GET). Name another contract by --contract."
        ),
        _ => {
            let name = crate::message::shown(name);
            text!(
                "\"{name}\" adında okuyan tek bir işlem yok. Okuyan işlemler: {names}.",
                "There is no one operation \"{name}\" that reads. Those that read are: {names}."
            )
        }
    };
    Err(Error::cannot_start(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_contract_loads() {
        for contract in catalogue(None, &[]).unwrap() {
            assert!(!contract.operations.is_empty(), "{}", contract.name);
        }
    }

    #[test]
    fn no_header_means_two_fields_of_a_built_in_operation() {
        for operation in catalogue(None, &[]).unwrap().iter().flat_map(|contract| &contract.operations) {
            for field in &operation.fields {
                for name in field.names().map(crate::fold::fold) {
                    let meant: Vec<_> = operation
                        .fields
                        .iter()
                        .filter(|field| field.answers_to(&name))
                        .map(|field| &field.name)
                        .collect();
                    assert_eq!(meant, [&field.name], "{}: {name}", operation.full_name());
                }
            }
        }
    }

    #[test]
    fn an_operation_is_found_by_its_full_and_its_short_name() {
        let contracts = catalogue(None, &[]).unwrap();
        let operation = &contracts[0].operations[0];
        assert_eq!(find(&contracts, &operation.full_name()).unwrap().name, operation.name);
        assert_eq!(find(&contracts, &operation.name).unwrap().name, operation.name);
        assert!(find(&contracts, "nothing").is_err());
    }
}
