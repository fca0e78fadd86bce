//! `caseload template`

use std::path::PathBuf;

use caseload_engine::error::Error;
use caseload_engine::job::load_contracts;
use caseload_engine::{contract, template};
use caseload_sheet::message::Lang;
use caseload_sheet::say;

use crate::cli::arguments::TemplateArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;

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
