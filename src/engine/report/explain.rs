//! What stands in the Error and Error code columns: why a row is not done, and what to do about it.

use std::borrow::Cow;

use compact_str::CompactString;

use super::columns::column_index;
use crate::contract::Operation;
use crate::hint;
use crate::message::{Lang, harmless};
use crate::outcome::{Cause, DuplicateOf, Outcome, Problem, Status};
use crate::say;
use crate::words::{self, Reader};

/// Whose words an explanation may use.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The language of the explanation.
    pub lang: Lang,
    /// The headers of the row's sheet.
    pub headers: &'a [CompactString],
    /// The operation of the row; `None` where it names none.
    pub operation: Option<&'a Operation>,
    /// The run in hand.
    pub run: Option<&'a str>,
    /// What the commands that are named have to carry ([`hint`]).
    pub flags: &'a str,
}

impl<'a> Context<'a> {
    fn reader(self) -> Reader<'a> {
        Reader { lang: self.lang, flags: self.flags }
    }
}

/// The Error column of a row: all of its problems, one a line, or the server's words, or what
/// happened and what to do. Empty for a row that is done or valid and has no remarks.
pub fn explanation(outcome: &Outcome, context: Context) -> String {
    let mut lines: Vec<Cow<str>> = Vec::new();
    lines.extend(outcome.duplicate_of.as_ref().map(|of| duplicate(of, outcome, context).into()));
    let error = outcome.error.as_ref().map(|error| words::sentence(error, context.reader()));
    lines.extend(error.filter(|words| !words.is_empty()).map(Cow::Owned));
    lines.extend(outcome.problems.iter().map(|problem| Cow::Owned(problem_line(problem, context))));
    if lines.is_empty() {
        lines.extend(of_word(outcome, context.lang).map(Cow::Owned));
    }
    let told = with_run(lines.join("\n"), context);
    match harmless(&told) {
        Cow::Borrowed(_) => told,
        Cow::Owned(harmless) => harmless,
    }
}

/// Words that were kept name the command that closes a row, but neither run nor ledger: those are known here.
fn with_run(told: String, context: Context) -> String {
    const BARE: &str = "caseload resolve";
    let Some(run) = context.run.filter(|_| told.contains(BARE)) else { return told };
    let command = hint::command(&["resolve", run], context.flags);
    ['"', '`']
        .iter()
        .fold(told, |told, quote| told.replace(&format!("{quote}{BARE}{quote}"), &format!("{quote}{command}{quote}")))
}

/// The Error code column: the server's code, or the rules that the row breaks.
pub fn code(outcome: &Outcome) -> Cow<'_, str> {
    if let Some(code) = outcome.error.as_ref().and_then(Cause::code) {
        return Cow::Owned(harmless(&code).into_owned());
    }
    let mut rules: Vec<&str> = Vec::new();
    for problem in &outcome.problems {
        if !rules.contains(&problem.rule.as_str()) {
            rules.push(&problem.rule);
        }
    }
    match rules.as_slice() {
        [] => "".into(),
        [one] => Cow::Borrowed(one),
        several => several.join(", ").into(),
    }
}

/// A problem with its place in front: `column C (Mali No): …`.
fn problem_line(problem: &Problem, context: Context) -> String {
    let header = column_index(&problem.column).and_then(|index| context.headers.get(index));
    let header = header.map(CompactString::as_str).filter(|header| !header.is_empty());
    // A header may have several lines; here it stands within a sentence.
    let header = header.map(|header| header.split_whitespace().collect::<Vec<_>>().join(" "));
    let name = header.as_deref().unwrap_or_else(|| field_label(&problem.field, context));
    let (column, message) = (&problem.column, words::problem(problem, context.lang));
    match (column.is_empty(), name.is_empty()) {
        (false, false) => {
            say!(context.lang, "{column} sütunu ({name}): {message}", "column {column} ({name}): {message}")
        }
        (false, true) => say!(context.lang, "{column} sütunu: {message}", "column {column}: {message}"),
        (true, false) => format!("{name}: {message}"),
        (true, true) => message,
    }
}

/// What a field is called in the reader's language.
fn field_label<'a>(field: &'a str, context: Context<'a>) -> &'a str {
    let known = context.operation.and_then(|operation| operation.fields.iter().find(|known| known.name == field));
    known.map(|known| known.label.get(context.lang)).filter(|label| !label.is_empty()).unwrap_or(field)
}

fn duplicate(of: &DuplicateOf, outcome: &Outcome, context: Context) -> String {
    let lang = context.lang;
    let mut place = Vec::new();
    let here = of.run.is_empty() || context.run == Some(of.run.as_str());
    if !here {
        let file = &of.file;
        place.push(say!(lang, "{file} dosyası", "file {file}"));
    }
    if !of.sheet.is_empty() {
        let sheet = &of.sheet;
        place.push(say!(lang, "{sheet} sayfası", "sheet {sheet}"));
    }
    let (row, run) = (of.row, &of.run);
    place.push(say!(lang, "{row}. satır", "row {row}"));
    if !here {
        place.push(say!(lang, "gönderim {run}", "run {run}"));
    }
    let mut then = of.result.map(|word| word.to_string()).into_iter().collect::<Vec<_>>();
    then.extend(Some(outcome.id_text()).filter(|id| !id.is_empty()).map(|id| format!("id {id}")));
    let (place, then) = (place.join(", "), then.join(", "));
    let mut sentence = if here {
        say!(lang, "Bu dosyadaki bir satırın aynısı: {place}.", "The same as another row of this file: {place}.")
    } else {
        say!(
            lang,
            "Daha önce gönderilen bir satırın aynısı: {place}.",
            "The same as a row that was sent before: {place}."
        )
    };
    if !then.is_empty() {
        sentence += &say!(lang, " O satırın sonucu: {then}.", " The result of that row: {then}.");
    }
    if of.result == Some(Status::Unknown) {
        let run = if here { context.run.unwrap_or("RUN") } else { run };
        let command = hint::command(&["resolve", run], context.flags);
        sentence += &say!(lang, " Önce o satırı `{command}` ile kapatın.", " Close that row with `{command}` first.");
    }
    sentence
}

/// What a result word means by itself, for a row that brings no words of its own.
fn of_word(outcome: &Outcome, lang: Lang) -> Option<String> {
    let status = outcome.http_status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
    Some(match outcome.status {
        Status::Done | Status::Valid | Status::Duplicate => return None,
        Status::DoneWithoutId => say!(
            lang,
            "Sunucu yapıldı dedi ama numara vermedi. Kaydı karşı sistemde arayın; satır yeniden gönderilmez.",
            "The server says done and gave no id. Look for the record in its system; the row is not sent again."
        ),
        Status::Rejected => say!(
            lang,
            "Sunucu satırı geri çevirdi{status} ve nedenini yazmadı. Satırı denetleyin ya da Reference değeriyle destek isteyin.",
            "The server refused the row{status} and gave no reason. Check the row, or ask for support with its Reference."
        ),
        Status::Invalid => say!(lang, "Satır kurallara uymuyor.", "The row does not fit the contract."),
        Status::Unknown => say!(
            lang,
            "İsteğin yapılıp yapılmadığı bilinmiyor{status}; yeniden gönderilmez. Karşı sisteme bakın, sonra `caseload resolve` ile kapatın.",
            "It is not known whether this was done{status}; it is not sent again. Look in the server's system, then close it with `caseload resolve`."
        ),
        Status::NotSent => say!(
            lang,
            "Gönderilmedi. Aynı komutu yeniden çalıştırın; kaldığı yerden sürer.",
            "Not sent. Run the same command again; it goes on from here."
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Text;
    use crate::outcome::Complaint;

    const PLAIN: Context = Context { lang: Lang::En, headers: &[], operation: None, run: Some("r2"), flags: "" };

    fn problem(column: &str, field: &str, rule: &str) -> Problem {
        let (column, field, rule) = (column.into(), field.into(), rule.into());
        let complaint = Complaint::Contract(Text::same("wrong."));
        Problem { column, field, value: "FT1".into(), rule, complaint, warning: false }
    }

    #[test]
    fn each_problem_has_a_line_with_its_column_and_header() {
        let mut outcome = Outcome::of(Status::Invalid);
        outcome.problems =
            vec![problem("B", "deviceId", "not"), problem("", "detail", "required"), problem("", "", "required")];
        let headers = ["Tip".into(), "Mali No".into()];
        let context = Context { headers: &headers, ..PLAIN };
        assert_eq!(explanation(&outcome, context), "column B (Mali No): wrong.\ndetail: wrong.\nwrong.");
        let turkish = explanation(&outcome, Context { lang: Lang::Tr, ..context });
        assert!(turkish.starts_with("B sütunu (Mali No): wrong.\n"), "{turkish}");
        assert_eq!(code(&outcome), "not, required");
    }

    #[test]
    fn a_missing_field_is_called_by_its_label() {
        let contracts = crate::contract::catalogue(None, &[]).unwrap();
        let mut operations = contracts.iter().flat_map(|contract| &contract.operations);
        let operation = operations.find(|operation| operation.field("deviceId").is_some());
        let mut outcome = Outcome::of(Status::Invalid);
        outcome.problems = vec![problem("", "deviceId", "required")];
        let context = Context { lang: Lang::Tr, operation, ..PLAIN };
        assert_eq!(explanation(&outcome, context), "Mali No: wrong.");
    }

    #[test]
    fn a_duplicate_names_the_row_that_it_repeats() {
        let mut outcome = Outcome::of(Status::Duplicate);
        outcome.id = Some(456.into());
        outcome.duplicate_of = Some(DuplicateOf {
            run: "r1".into(),
            file: "may.xlsx".into(),
            sheet: "List".into(),
            row: 12,
            result: Some(Status::Done),
            sent_at_ms: None,
        });
        assert_eq!(
            explanation(&outcome, PLAIN),
            "The same as a row that was sent before: file may.xlsx, sheet List, row 12, run r1. The result of that row: done, id 456."
        );
        let here = explanation(&outcome, Context { run: Some("r1"), ..PLAIN });
        assert!(here.starts_with("The same as another row of this file: sheet List, row 12."), "{here}");
    }

    #[test]
    fn every_word_but_the_good_ones_says_something() {
        for word in Status::ALL {
            let silent = explanation(&Outcome::of(word), PLAIN).is_empty();
            assert_eq!(silent, matches!(word, Status::Done | Status::Valid | Status::Duplicate), "{word}");
        }
    }
}
