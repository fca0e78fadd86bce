//! What a value should be, and the contract does not insist on (`x-warn`): a warning where it is not.

use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::shape::Shape;
use crate::contract::{Operation, words};
use crate::error::{Code, Error};
use crate::message::Text;
use crate::outcome::{Complaint, RuleFault};
use crate::text;

/// The schemas that the values of an operation should satisfy.
pub(super) struct Soft {
    rules: Vec<Rule>,
}

struct Rule {
    field: usize,
    validator: Validator,
    message: Option<Text>,
}

impl Soft {
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn compile(operation: &Operation) -> Result<Self, Error> {
        let mut rules = Vec::new();
        for (field, known) in operation.fields.iter().enumerate() {
            for schema in &known.warn {
                let validator = compiled(schema).map_err(|error| {
                    let (name, field) = (operation.full_name(), &known.name);
                    text!(
                        "{name} sözleşmesinde {field} alanının x-warn şeması kullanılamıyor: {error}. Sözleşme dosyasını düzeltin.",
                        "The x-warn schema of {field} in the contract of {name} cannot be used: {error}. Mend the contract file."
                    )
                });
                let validator = validator.map_err(|words| Code::ContractUnusable.cannot_start(words))?;
                rules.push(Rule { field, validator, message: words(schema.get("x-message")) });
            }
        }
        Ok(Self { rules })
    }

    /// The fields of a row whose values are not as they should be: each with its rule, and what it says.
    pub fn doubts<'a>(
        &'a self,
        operation: &'a Operation,
        shape: &'a Shape,
    ) -> impl Iterator<Item = (usize, &'static str, Complaint)> + use<'a> {
        let broken = self.rules.iter().filter(|rule| shape.get(rule.field).is_some_and(|value| rule.breaks(value)));
        broken.map(|rule| {
            let own = rule.message.clone().map(Complaint::Contract);
            let name = || operation.fields[rule.field].label.clone();
            let complaint = own.unwrap_or_else(|| Complaint::Rule { name: name(), fault: RuleFault::NotExpected });
            (rule.field, "x-warn", complaint)
        })
    }
}

/// Every row meets these patterns, so they go to the engine whose time is linear; those with look-around or
/// back-references, which it does not have, to the other.
fn compiled(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    let options = || jsonschema::options().with_draft(Draft::Draft202012).offline();
    options().with_pattern_options(PatternOptions::regex()).build(schema).or_else(|_| options().build(schema))
}

impl Rule {
    fn breaks(&self, value: &Value) -> bool {
        !self.validator.is_valid(value)
    }
}
