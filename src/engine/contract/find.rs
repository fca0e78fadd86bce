//! An operation by the name that a person gives it.

use super::operation::Operation;
use super::system::{Contract, Unusable};
use crate::error::{Code, Error};
use crate::text;

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
        Err(Code::OperationUnusable.cannot_start(text!(
            "\"{name}\" işlemi kullanılamıyor: {why}. Sözleşme dosyasının bu yerini düzeltin.",
            "The operation \"{name}\" cannot be used: {why}. Mend that place in the contract file."
        )))
    } else {
        let names = all().map(Operation::full_name).collect::<Vec<_>>().join(", ");
        Err(Code::OperationUnknown.cannot_start(text!(
            "\"{name}\" adında tek bir işlem yok. --to için şunlardan birini yazın: {names}.",
            "There is no one operation called \"{name}\". Give --to one of: {names}."
        )))
    }
}

/// The same among the operations that read.
///
/// # Errors
/// No operation has that name, or the one that has it sends.
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
    Err(Code::OperationUnclear.cannot_start(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::catalogue;

    #[test]
    fn an_operation_is_found_by_its_full_and_its_short_name() {
        let contracts = catalogue(None, &[]).unwrap();
        let operation = &contracts[0].operations[0];
        assert_eq!(find(&contracts, &operation.full_name()).unwrap().name, operation.name);
        assert_eq!(find(&contracts, &operation.name).unwrap().name, operation.name);
        assert!(find(&contracts, "nothing").is_err());
    }
}
