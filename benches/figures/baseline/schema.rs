//! The csv crate, a JSON map a row, and the jsonschema crate: what checking costs at least, where
//! the schema is not compiled away.

use std::path::Path;

use caseload_engine::contract;

use super::rows;
use crate::Fallible;

/// Checks each row of a CSV file against the body schema of `create-case`, in one thread; the number of
/// valid rows.
pub fn check_csv(path: &Path) -> Fallible<usize> {
    let contracts = contract::catalogue(None, &[])?;
    let operation = contract::find(&contracts, "hugin/create-case")?;
    let schema = contracts.iter().find_map(|contract| contract.document.pointer(operation.body_schema.as_deref()?));
    let validator = jsonschema::validator_for(schema.ok_or("the operation has no schema")?)?;
    let mut valid = 0;
    for row in rows::csv(path)? {
        if validator.is_valid(&rows::body(&row?)) {
            valid += 1;
        }
    }
    Ok(valid)
}
