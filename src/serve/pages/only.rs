//! Which rows of a list are shown.

/// The rows that a filter lets through, as `?only=` spells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Only {
    /// `all`, or no filter.
    #[default]
    All,
    /// `valid`: they can be sent, with or without a warning.
    Valid,
    /// `invalid`
    Invalid,
    /// `warned`: valid, with something to look at.
    Warned,
    /// `duplicate`
    Duplicate,
    /// `left-out`: a person left them out.
    LeftOut,
    /// `mended`: a person changed a cell here.
    Mended,
    /// `problem:CODE`: rows with one kind of problem.
    Problem(String),
}

impl Only {
    /// As the query spells it.
    pub fn name(&self) -> String {
        match self {
            Only::All => "all".to_owned(),
            Only::Valid => "valid".to_owned(),
            Only::Invalid => "invalid".to_owned(),
            Only::Warned => "warned".to_owned(),
            Only::Duplicate => "duplicate".to_owned(),
            Only::LeftOut => "left-out".to_owned(),
            Only::Mended => "mended".to_owned(),
            Only::Problem(code) => format!("problem:{code}"),
        }
    }

    /// The filter of a name.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(code) = name.strip_prefix("problem:") {
            return (!code.is_empty()).then(|| Only::Problem(code.to_owned()));
        }
        let all = [Only::All, Only::Valid, Only::Invalid, Only::Warned, Only::Duplicate, Only::LeftOut, Only::Mended];
        all.into_iter().find(|only| only.name() == name)
    }
}
