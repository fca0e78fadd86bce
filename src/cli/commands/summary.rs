//! The end of a check or a run, as the command line tells it: the balance, `--json`, and what to do next.

use caseload_engine::hint;
use caseload_engine::outcome::{Status, Tally};
use caseload_engine::run::Summary;
use caseload_engine::words::{self, Reader};
use caseload_sheet::message::{Lang, grouped, shown};
use caseload_sheet::say;

use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;

/// Prints what a file came to. `flags` are what the commands that are named have to carry.
pub fn tell(summary: &Summary, as_json: bool, flags: &str, terminal: Terminal) -> Exit {
    if as_json {
        terminal.json(&summary.as_json(terminal.lang));
    } else if !terminal.is_quiet() {
        terminal.answers(&balance(summary, terminal.lang));
    }
    if summary.under_way {
        // The last of the warnings says so.
        summary.warnings.last().into_iter().for_each(|words| terminal.note(words.get(terminal.lang)));
    } else if terminal.is_quiet() {
        say_end_in_a_line(summary, flags, terminal);
    } else {
        say_end(summary, flags, terminal);
    }
    summary.ending.into()
}

/// The closing balance, as a person reads it, line by line.
fn balance(summary: &Summary, lang: Lang) -> Vec<String> {
    let tally = &summary.tally;
    let mut lines = vec![format!("{} → {}", shown(&summary.file_name), summary.to)];
    if let Some(words) = summary.read_as.words(lang) {
        lines.push(say!(lang, "  okunuş: {words}", "  read as: {words}"));
    }
    for word in Status::ALL {
        let count = tally.count(word);
        if count > 0 || (word == Status::Done && summary.run.is_some()) {
            lines.push(format!("  {word:<16} {:>9}", grouped(count, lang)));
        }
    }
    lines.push(rows_read(tally, lang));
    if let Some(path) = &summary.result {
        let path = shown(&path.display().to_string());
        lines.push(say!(lang, "Sonuç: {path}", "Result: {path}"));
    }
    if let Some(run) = &summary.run {
        let seconds = summary.elapsed.as_secs_f64();
        lines.push(say!(lang, "Çalışma {run}, {seconds:.1} sn", "Run {run}, {seconds:.1} s"));
    }
    lines
}

/// How many rows were read, and whether each of them ended as something.
fn rows_read(tally: &Tally, lang: Lang) -> String {
    let (count, noun) = (grouped(tally.rows, lang), if tally.rows == 1 { "row" } else { "rows" });
    if tally.balances() {
        say!(lang, "  {count} satır okundu, hepsi hesapta", "  {count} {noun} read, all accounted for")
    } else {
        say!(lang, "  {count} satır okundu, HEPSİ HESAPTA DEĞİL", "  {count} {noun} read, NOT ALL ACCOUNTED FOR")
    }
}

/// Why it stopped, and what to do next.
fn say_end(summary: &Summary, flags: &str, terminal: Terminal) {
    let (lang, stop, tally) = (terminal.lang, &summary.stop, &summary.tally);
    if let Some(stop) = stop {
        terminal.error(stop.sentence(lang));
    }
    let Some(run) = &summary.run else { return };
    if let Some(reason) = summary.reason.as_ref().filter(|_| stop.is_none()) {
        let (count, reason) = (tally.count(Status::NotSent), words::sentence(reason, Reader { lang, flags }));
        let reason = shown(&reason);
        terminal.error(&say!(lang, "Gönderilmeyen satır: {count}. {reason}", "Rows not sent: {count}. {reason}"));
    }
    let unknown = tally.count(Status::Unknown);
    if unknown > 0 {
        let list = hint::command(&["resolve", run], flags);
        terminal.note(&say!(
            lang,
            "Sonucu belirsiz satır: {unknown}. \"{list}\" hepsini listeler. Sistemden bakın, sonra her birini aynı komuta --row N --done NUMARA ya da --row N --not-done ekleyerek kapatın.",
            "Unknown rows: {unknown}. \"{list}\" lists them. Look in the system, then close each by the same command with --row N --done ID or --row N --not-done."
        ));
    }
    let mend = tally.count(Status::Invalid) + tally.count(Status::Rejected);
    if mend > 0 {
        terminal.note(&say!(
            lang,
            "Düzeltilecek satır: {mend}. Düzeltip dosyayı yeniden gönderin; tamam olanlar yeniden gönderilmez.",
            "Rows to mend: {mend}. Correct them and submit the file again; those that are done are not sent again."
        ));
    }
}

/// The same for those who want no more than a line, and that only where not all went well.
fn say_end_in_a_line(summary: &Summary, flags: &str, terminal: Terminal) {
    if Exit::from(summary.ending) == Exit::Done {
        return;
    }
    let (lang, tally) = (terminal.lang, &summary.tally);
    let well = if summary.checking { Status::Valid } else { Status::Done };
    let counts = Status::ALL.into_iter().filter(|word| *word != well).filter_map(|word| {
        // A duplicate of a row that is done lacks nothing.
        let done = if word == Status::Duplicate { tally.was_done.saturating_sub(tally.count(Status::Done)) } else { 0 };
        let count = tally.count(word).saturating_sub(done);
        (count > 0).then(|| format!("{word} {}", grouped(count, lang)))
    });
    let (file, counts) = (shown(&summary.file_name), counts.collect::<Vec<_>>().join(", "));
    let rows = grouped(tally.rows, lang);
    let mut line = say!(lang, "{file}: {rows} satırdan {counts}.", "{file}: of {rows} rows, {counts}.");
    if let Some(path) = &summary.result {
        let path = shown(&path.display().to_string());
        line += &say!(lang, " Sonuç: {path}", " Result: {path}");
    }
    let stop = summary.stop.as_ref().map(|stop| stop.sentence(lang).to_owned());
    let reason = || summary.reason.as_ref().map(|reason| words::sentence(reason, Reader { lang, flags }));
    if let Some(why) = stop.or_else(reason) {
        line += " ";
        line += &shown(&why);
    }
    terminal.error(&line);
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use caseload_engine::doubt::InQuestion;
    use caseload_engine::ending::Ending;
    use caseload_engine::outcome::{Outcome, Tally};
    use caseload_sheet::read::ReadAs;

    #[test]
    fn the_json_summary_has_the_keys_that_the_readme_lists() {
        let mut tally = Tally::of_rows(1);
        tally.add(&Outcome::of(Status::NotSent));
        let mut summary = Summary {
            checking: false,
            run: Some("r1".into()),
            path: PathBuf::from("in.xlsx"),
            file_name: "in.xlsx".into(),
            sha256: "ab12".into(),
            to: "demo/create-case".into(),
            addresses: "https://api.example".into(),
            profile: None,
            read_as: ReadAs::default(),
            started_ms: 0,
            ended_ms: 1500,
            elapsed: Duration::from_millis(1500),
            tally,
            sent: 0,
            done_before: 0,
            in_question: InQuestion::default(),
            warnings: Vec::new(),
            ending: Ending::SomeNot,
            stop: None,
            reason: None,
            under_way: false,
            result: Some(PathBuf::from("/x/out.xlsx")),
        };
        assert_eq!(
            summary.as_json(Lang::En).to_string(),
            r#"{"run":"r1","file":"in.xlsx","sha256":"ab12","to":"demo/create-case","rows":1,"done":0,"done_without_id":0,"rejected":0,"invalid":0,"duplicate":0,"unknown":0,"not_sent":1,"balance":true,"result":"/x/out.xlsx","elapsed_s":1.5,"exit":1,"sent":0,"done_before":0,"in_question":{},"read_as":{"delimiter":null,"encoding":null,"header_row":null}}"#
        );
        summary.checking = true;
        assert_eq!(summary.as_json(Lang::En)["valid"], 0);
    }
}
