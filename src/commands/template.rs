//! `caseload template`

use std::path::PathBuf;

use crate::cli::TemplateArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::load_contracts;
use crate::message::Lang;
use crate::progress::Terminal;
use crate::{contract, say, template};

/// Writes a workbook to fill in.
pub fn run(args: &TemplateArgs, lang: Lang) -> Result<Exit, Error> {
    let contracts = load_contracts(args.contract.as_deref(), &[])?;
    let operation = contract::find(&contracts, &args.operation)?;
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.xlsx", operation.name)));
    template::write(&path, operation, lang)?;
    let path = path.display().to_string();
    Terminal::new(lang, false, false).answer(&say!(lang, "Şablon yazıldı: {path}", "Wrote the template: {path}"));
    Ok(Exit::Done)
}
