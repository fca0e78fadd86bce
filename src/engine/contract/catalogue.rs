//! The contracts that come with the program, or the user's own in their place.

use super::load::from_yaml;
use super::system::Contract;
use crate::error::Error;

/// The contracts that come with the program: name and YAML of each `.yaml` beside this file (`embed.rs`).
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

/// All built-in contracts, or the user's own in their place. `lists` closes fields to the values given.
pub fn catalogue(own: Option<(&str, &str)>, lists: &[(String, Vec<String>)]) -> Result<Vec<Contract>, Error> {
    match own {
        Some((name, yaml)) => Ok(vec![from_yaml(name, yaml, lists)?]),
        None => BUILT_IN.iter().map(|(name, yaml)| from_yaml(name, yaml, lists)).collect(),
    }
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
}
