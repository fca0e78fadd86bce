//! The command line's own words, in the reader's language.

use std::ffi::OsString;

use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use crate::cli::arguments::Cli;
use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;

/// The definitions, with their help in the reader's language.
pub fn command(lang: Lang) -> Command {
    let command = Cli::command();
    match lang {
        Lang::En => command,
        Lang::Tr => turkish(command),
    }
}

/// Parses what was typed. Help and version are printed here; what is wrong is said here.
pub fn parse(args: Vec<OsString>, lang: Lang) -> Result<Cli, Exit> {
    let parsed = command(lang).try_get_matches_from(&args).and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| {
        let terminal = Terminal::new(lang, false, false);
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                terminal.own(error.to_string().trim_end());
                Exit::Done
            }
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                error.to_string().trim_end().lines().for_each(|line| terminal.error(line));
                Exit::CannotStart
            }
            _ => {
                let error = repeated(&args, lang).unwrap_or(error);
                wrong(&error, lang).lines().for_each(|line| terminal.error(line));
                Exit::CannotStart
            }
        }
    })
}

/// The same error with what was typed made fit to be shown: the parser repeats it, in its midst and in its tips, and
/// a line end in it would look like a line of the parser's own.
fn repeated(args: &[OsString], lang: Lang) -> Option<clap::Error> {
    let shown = args.iter().map(|arg| shown(&arg.to_string_lossy()));
    command(lang).try_get_matches_from(shown).err()
}

fn wrong(error: &clap::Error, lang: Lang) -> String {
    if lang == Lang::En {
        return error.to_string().trim_end().to_owned();
    }
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => shown(text),
        Some(ContextValue::Strings(list)) => shown(&list.join(", ")),
        _ => String::new(),
    };
    let (arg, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
    let (valid, sub) = (context(ContextKind::ValidValue), context(ContextKind::InvalidSubcommand));
    let (prior, near) = (context(ContextKind::PriorArg), context(ContextKind::SuggestedArg));
    let mut said = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => text!("{arg} bir değer ister.", ""),
        ErrorKind::InvalidValue => text!("{arg} için \"{value}\" geçerli değil. Geçerli olanlar: {valid}.", ""),
        ErrorKind::ValueValidation => text!("{arg} için \"{value}\" geçerli değil.", ""),
        ErrorKind::UnknownArgument => text!("\"{arg}\" diye bir seçenek yok.", ""),
        ErrorKind::InvalidSubcommand => text!("\"{sub}\" diye bir komut yok.", ""),
        ErrorKind::MissingRequiredArgument => text!("Eksik: {arg}.", ""),
        ErrorKind::ArgumentConflict => text!("{arg} ile {prior} birlikte kullanılamaz.", ""),
        _ => return error.to_string().trim_end().to_owned(),
    }
    .tr;
    if !near.is_empty() {
        said.push_str(&format!(" Şunu mu demek istediniz: {near}?"));
    }
    said.push_str(" Yardım için --help.");
    said
}

/// Puts the help into Turkish: by command and argument, in one table. A command that is called like an argument of
/// others (`ledger`) stands under the program's name.
fn turkish(command: Command) -> Command {
    let table = include_str!("help.tr.txt");
    let mut command =
        command.about(of(table, "caseload", "")).after_help(of(table, "caseload", "after").replace('|', "\n"));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    command = command.mut_arg("lang", |arg| arg.help(of(table, "", "lang")));
    command = command.mut_arg("config", |arg| arg.help(of(table, "caseload", "config")));
    for name in names {
        let about = Some(of(table, "caseload", &name)).filter(|words| !words.is_empty());
        let about = about.unwrap_or_else(|| of(table, &name, ""));
        command = command.mut_subcommand(&name, |sub| turkish_of(sub, table, &name, about));
    }
    command
}

/// A command, its arguments and the commands below it.
fn turkish_of(command: Command, table: &'static str, name: &str, about: String) -> Command {
    let args: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    let command = args.into_iter().fold(command.about(about), |command, id| {
        let own = of(table, name, &id);
        let words = if own.is_empty() { of(table, "", &id) } else { own };
        if words.is_empty() { command } else { command.mut_arg(id, |arg| arg.help(words)) }
    });
    let below: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    below.into_iter().fold(command, |command, sub| {
        let about = of(table, name, &sub);
        command.mut_subcommand(&sub, |command| turkish_of(command, table, &sub, about))
    })
}

/// The words of `command argument = words`; an empty command stands for all.
fn of(table: &'static str, command: &str, argument: &str) -> String {
    let key = format!("{command} {argument}");
    let found = table.lines().filter_map(|line| line.split_once('=')).find(|(name, _)| name.trim() == key.trim());
    found.map(|(_, words)| words.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_argument_has_its_turkish_words() {
        let turkish = command(Lang::Tr);
        let english = command(Lang::En);
        let all = |command: &Command| {
            let below = command.get_subcommands().flat_map(Command::get_subcommands).cloned();
            command.get_subcommands().cloned().chain(below.collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        for (tr, en) in all(&turkish).iter().zip(&all(&english)) {
            assert_ne!(
                tr.get_about().map(ToString::to_string),
                en.get_about().map(ToString::to_string),
                "{}",
                en.get_name()
            );
            for (tr, en_arg) in tr.get_arguments().zip(en.get_arguments()) {
                let (tr, words) = (tr.get_help().map(ToString::to_string), en_arg.get_help().map(ToString::to_string));
                assert!(words.is_none() || tr != words, "{} {}", en.get_name(), en_arg.get_id());
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_turkish() {
        let error = |args: &[&str]| wrong(&command(Lang::Tr).try_get_matches_from(args).unwrap_err(), Lang::Tr);
        assert!(error(&["caseload", "check", "a", "--hidden", "x"]).contains("skip"));
        assert!(error(&["caseload", "check", "a", "--sheeet", "x"]).contains("--sheet"));
        assert!(error(&["caseload", "chek"]).contains("chek"));
        assert!(error(&["caseload", "check"]).contains("FILE"));
    }
}
