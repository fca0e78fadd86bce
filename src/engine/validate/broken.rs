//! A broken rule that has no sentence of its own in the contract.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Rule;
use serde_json::Value;

use crate::outcome::{Bound, RuleFault};

/// Which rule is broken, and how.
pub fn of(error: &ValidationError) -> RuleFault {
    match error.kind() {
        Rule::Required { .. } => RuleFault::Required,
        Rule::MaxLength { limit } => RuleFault::MaxLength { limit: *limit, length: length(error.instance()) },
        Rule::MinLength { limit } => RuleFault::MinLength { limit: *limit },
        Rule::Enum { options } => {
            let list = options.as_array().into_iter().flatten().map(crate::outcome::id_text);
            RuleFault::Enum { list: list.collect::<Vec<_>>().join(", ") }
        }
        Rule::Pattern { pattern } => RuleFault::Pattern { pattern: pattern.clone() },
        Rule::Format { format } => RuleFault::Format { format: format.clone() },
        Rule::Minimum { limit } => beyond(Bound::Minimum, limit),
        Rule::Maximum { limit } => beyond(Bound::Maximum, limit),
        Rule::ExclusiveMinimum { limit } => beyond(Bound::Above, limit),
        Rule::ExclusiveMaximum { limit } => beyond(Bound::Below, limit),
        Rule::Type { .. } => RuleFault::Type,
        other => RuleFault::Other { keyword: other.keyword().to_owned() },
    }
}

fn beyond(bound: Bound, limit: &Value) -> RuleFault {
    RuleFault::Beyond { bound, limit: limit.to_string() }
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}
