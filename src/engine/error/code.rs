//! The stable names of errors, in one list: for scripts and pages that act on an error and do not read its sentence.

use super::{Error, ErrorKind};
use crate::message::Text;

/// Makes the list an enum, and each name its spelling.
macro_rules! codes {
    ($($name:ident = $word:literal,)*) => {
        /// What an error is about. A name that was released stays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $word, "`")] $name,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// As it is spelled for machines.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $word,)*
                }
            }
        }
    };
}

codes! {
    // Errors that no code of their own tells apart, by their kind.
    CannotStart = "cannot-start",
    StoppedEarly = "stopped-early",
    LedgerBusy = "ledger-busy",
    Interrupted = "interrupted",
    Terminated = "terminated",
    // The file.
    FileNotFound = "file-not-found",
    FileUnreadable = "file-unreadable",
    FileForeign = "file-foreign",
    FileEncoding = "file-encoding",
    FileBroken = "file-broken",
    FileChanged = "file-changed",
    SheetUnclear = "sheet-unclear",
    TemporaryFiles = "temporary-files",
    // Its columns.
    ColumnsMissing = "columns-missing",
    HeadersUnknown = "headers-unknown",
    HeaderUnknown = "header-unknown",
    FieldUnknown = "field-unknown",
    TwoColumns = "two-columns",
    ColumnUnsendable = "column-unsendable",
    ColumnType = "column-type",
    DecimalsMixed = "decimals-mixed",
    // The contract.
    ContractUnreadable = "contract-unreadable",
    ContractUnusable = "contract-unusable",
    ContractUnedited = "contract-unedited",
    OperationUnknown = "operation-unknown",
    OperationUnclear = "operation-unclear",
    OperationUnusable = "operation-unusable",
    OperationReadsOnly = "operation-reads-only",
    // Options, settings and secrets.
    OptionInvalid = "option-invalid",
    ValuesMissing = "values-missing",
    ValuesInvalid = "values-invalid",
    ProfileUnknown = "profile-unknown",
    SettingsUnreadable = "settings-unreadable",
    SettingsUnwritable = "settings-unwritable",
    SettingsNotTrusted = "settings-not-trusted",
    NoHome = "no-home",
    ZoneUnknown = "zone-unknown",
    ZoneChanged = "zone-changed",
    SecretMissing = "secret-missing",
    SecretUnreadable = "secret-unreadable",
    SecretUnsendable = "secret-unsendable",
    SecretExposed = "secret-exposed",
    AddressInvalid = "address-invalid",
    PlainHttp = "plain-http",
    ProxyInvalid = "proxy-invalid",
    CaFileInvalid = "ca-file-invalid",
    // The result.
    ResultForm = "result-form",
    ResultIsInput = "result-is-input",
    ResultInTheWay = "result-in-the-way",
    ResultTooWide = "result-too-wide",
    ResultUnwritable = "result-unwritable",
    TemplateUnwritable = "template-unwritable",
    // The ledger and its runs.
    LedgerElsewhere = "ledger-elsewhere",
    LedgerOnNetwork = "ledger-on-network",
    LedgerTwoNames = "ledger-two-names",
    LedgerLink = "ledger-link",
    LedgerOlder = "ledger-older",
    LedgerGone = "ledger-gone",
    LedgerHeld = "ledger-held",
    LedgerUnreadable = "ledger-unreadable",
    LedgerUnwritable = "ledger-unwritable",
    LedgerUnusable = "ledger-unusable",
    RunForgotten = "run-forgotten",
    RunUnreadable = "run-unreadable",
    InQuestion = "in-question",
    CheckedOnly = "checked-only",
    // The server.
    BadRequest = "bad-request",
    Certificate = "certificate",
    ProxyLogin = "proxy-login",
    Unauthorised = "unauthorised",
    Moved = "moved",
    WebPage = "web-page",
    NotAble = "not-able",
    ComeBack = "come-back",
    AllRefused = "all-refused",
    AllUnknown = "all-unknown",
    Unreachable = "unreachable",
    TooManyErrors = "too-many-errors",
    NoToken = "no-token",
    NotRead = "not-read",
    // This machine.
    System = "system",
}

impl Code {
    /// An error of this code, before anything was sent.
    pub fn cannot_start(self, message: Text) -> Error {
        Error { code: self, ..Error::new(ErrorKind::CannotStart, message) }
    }

    /// An error of this code that ends a run on its way.
    pub fn early(self, message: Text) -> Error {
        Error { code: self, ..Error::new(ErrorKind::StoppedEarly, message) }
    }
}

impl From<ErrorKind> for Code {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::CannotStart => Code::CannotStart,
            ErrorKind::StoppedEarly => Code::StoppedEarly,
            ErrorKind::LedgerBusy => Code::LedgerBusy,
            ErrorKind::Interrupted => Code::Interrupted,
            ErrorKind::Terminated => Code::Terminated,
        }
    }
}

impl From<&caseload_sheet::error::ErrorKind> for Code {
    fn from(kind: &caseload_sheet::error::ErrorKind) -> Self {
        use caseload_sheet::error::{ErrorKind as Kind, FileFault};
        match kind {
            Kind::File(FileFault::NotFound) => Code::FileNotFound,
            Kind::File(FileFault::Changed) => Code::FileChanged,
            Kind::File(_) => Code::FileUnreadable,
            Kind::Foreign(_) => Code::FileForeign,
            Kind::Encoding(_) => Code::FileEncoding,
            Kind::Choice(_) => Code::SheetUnclear,
            _ => Code::FileBroken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelled_in_kebab_case_and_each_but_once() {
        for (at, code) in Code::ALL.iter().enumerate() {
            let word = code.as_str();
            assert!(word.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()), "{word}");
            assert!(!Code::ALL[..at].iter().any(|earlier| earlier.as_str() == word), "{word} twice");
        }
    }

    #[test]
    fn an_error_has_its_own_code_or_that_of_its_kind() {
        let text = || Text::same("x");
        assert_eq!(Code::FileChanged.cannot_start(text()).code, Code::FileChanged);
        assert_eq!(Error::early(text()).code, Code::StoppedEarly);
        assert_eq!(Error::new(ErrorKind::LedgerBusy, text()).code, Code::LedgerBusy);
    }
}
