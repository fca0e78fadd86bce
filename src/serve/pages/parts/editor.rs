//! The editor of one cell: a listbox for lists, an input for text.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::check::{CheckScreen, Editor, SameMistake};
use crate::pages::query;

/// The longest a listbox gets before it scrolls.
const LONGEST: usize = 7;

/// The editor, as a form inside its cell.
pub(in crate::pages) fn editor(frame: &Frame, screen: &CheckScreen, editor: &Editor, title: &str) -> Markup {
    let (lang, row) = (frame.lang, editor.row);
    let away = format!("{}#r{row}", query::without(frame.path, "edit"));
    html! {
        form class="edit pop" method="post" action=(screen.run.at("mend")) aria-labelledby="edit-title" data-edit {
            (frame.csrf()) (frame.back())
            input type="hidden" name="sheet" value=(screen.sheet_name());
            input type="hidden" name="row" value=(row);
            input type="hidden" name="column" value=(editor.column);
            label class="label" id="edit-title" for="edit-value" {
                (say!(lang, "{row}. satır, {title}", "Row {row}, {title}"))
            }
            @if !editor.hint.is_empty() { p class="hint" id="edit-hint" { (editor.hint) } }
            (field(editor))
            @if let Some(why) = &editor.refused {
                p class="error" id="edit-error" role="alert" { (frame.icon("invalid")) (why) }
            }
            div class="row" {
                button class="btn btn-primary" data-this { (say!(lang, "Yalnız bu satır", "This row only")) }
                @if editor.same_rows > 1 {
                    button class="btn" name="all" value="yes" data-all {
                        (say!(lang, "Aynı yanlış olan {count} satır", "All {count} rows with this mistake", count = frame.n(editor.same_rows)))
                    }
                }
                a class="btn btn-quiet" href=(away) data-away { (say!(lang, "Vazgeç", "Cancel")) }
            }
            (keys(frame, editor.same_rows > 1))
        }
    }
}

fn field(editor: &Editor) -> Markup {
    let hint = (!editor.hint.is_empty()).then_some("edit-hint");
    let error = editor.refused.as_ref().map(|_| "edit-error");
    let described: Vec<&str> = hint.into_iter().chain(error).collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = editor.refused.as_ref().map(|_| "true");
    html! {
        @if editor.choices.is_empty() {
            input class="input" id="edit-value" name="value" value=(editor.value) autofocus autocomplete="off"
                aria-describedby=[described] aria-invalid=[invalid];
        } @else {
            select class="select" id="edit-value" name="value" size=(editor.choices.len().clamp(2, LONGEST)) autofocus
                aria-describedby=[described] aria-invalid=[invalid] {
                @for choice in &editor.choices { option selected[*choice == editor.chosen] { (choice) } }
            }
        }
    }
}

fn keys(frame: &Frame, has_all: bool) -> Markup {
    let lang = frame.lang;
    html! {
        p class="hint scripted" {
            kbd { "Enter" } " " (say!(lang, "bu satır", "this row")) " "
            @if has_all { kbd { "Ctrl" } "+" kbd { "Enter" } " " (say!(lang, "hepsi", "all of them")) " " }
            kbd { "Esc" } " " (say!(lang, "vazgeç", "cancel"))
        }
    }
}

/// One wrong value that stands in several rows, to be mended at once.
pub(in crate::pages) fn same(frame: &Frame, screen: &CheckScreen, same: &SameMistake) -> Markup {
    let (lang, rows, from) = (frame.lang, frame.n(same.rows), &same.from);
    html! {
        form class="same" method="post" action=(screen.run.at("replace")) hx-boost="true" {
            (frame.csrf()) (frame.back())
            input type="hidden" name="sheet" value=(screen.sheet_name());
            input type="hidden" name="column" value=(same.column);
            input type="hidden" name="from" value=(from);
            span {
                (frame.icon("edit")) " "
                b {
                    @if from.is_empty() { (say!(lang, "{rows} satırda boş.", "Empty in {rows} rows.")) }
                    @else { (say!(lang, "“{from}” {rows} satırda.", "“{from}” is in {rows} rows.")) }
                }
            }
            label class="vh" for="same-to" {
                (say!(lang, "Yerine yazılacak: {title}", "To write in its place: {title}", title = same.title))
            }
            @if same.choices.is_empty() {
                input class="input btn-s mid" id="same-to" name="to" value=(same.to) required autocomplete="off";
            } @else {
                select class="select" id="same-to" name="to" required {
                    @if same.to.is_empty() { option value="" selected { (say!(lang, "Seçin…", "Choose…")) } }
                    @for choice in &same.choices { option selected[*choice == same.to] { (choice) } }
                }
            }
            button class="btn btn-s btn-primary" data-test="replace-all" {
                (say!(lang, "{rows} satırı düzelt", "Correct {rows} rows"))
            }
        }
    }
}
