//! The clerk's own sheet: Excel's letters above, Excel's row numbers beside, a sentence at each row that needs one.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::check::{CellState, CheckScreen, Fix, Header, RowNote, SameRow, SheetCell, SheetRow};
use crate::pages::parts::editor;
use crate::pages::query;
use crate::path;

/// The sheet of a check.
pub(in crate::pages) fn sheet(frame: &Frame, screen: &CheckScreen) -> Markup {
    let lang = frame.lang;
    html! {
        div class="sheet-box" tabindex="0" role="group" aria-label=(say!(lang, "Listenin satırları", "Rows of the list")) {
            table class="sheet" data-keys=[screen.mends().then_some("yes")]
                data-earlier=(say!(lang, "Önceki satırlar", "The rows before")) hx-boost="true" {
                thead { tr {
                    th scope="col" class="rn" { span class="l" { "Excel" } (say!(lang, "Satır", "Row")) }
                    @for header in &screen.headers { (head(frame, header)) }
                    th scope="col" class="why" {
                        span class="l" { (say!(lang, "Denetim", "Check")) } (say!(lang, "Sorun ve çözüm", "Problem and way out"))
                    }
                } }
                tbody id="rows" {
                    @for row in &screen.rows { (Line { frame, screen, row }.render()) }
                    (more(frame, screen))
                }
            }
        }
    }
}

fn head(frame: &Frame, header: &Header) -> Markup {
    html! {
        th scope="col" class=[(!header.is_sent).then_some("mute")] data-letter=(header.letter) {
            span class="l" {
                (header.letter)
                @if !header.is_sent { " · " (say!(frame.lang, "gitmez", "not sent")) }
            }
            (header.title)
        }
    }
}

/// The last row: it fetches the next ones when it comes into view, and is a link to them without script.
fn more(frame: &Frame, screen: &CheckScreen) -> Markup {
    let Some(next) = screen.span.next else { return html! {} };
    let address = query::with(&query::without(&query::without(frame.path, "edit"), "row"), "after", &next.to_string());
    html! {
        tr class="more" {
            td colspan=(screen.headers.len() + 2) {
                a href=(address) hx-boost="false" hx-get=(address) hx-trigger="intersect once" hx-target="closest tr"
                    hx-select="#rows > tr" hx-swap="outerHTML" hx-push-url="false" {
                    (say!(frame.lang, "Sonraki satırlar", "The next rows"))
                }
            }
        }
    }
}

/// One row of the sheet.
struct Line<'a> {
    frame: &'a Frame<'a>,
    screen: &'a CheckScreen,
    row: &'a SheetRow,
}

impl Line<'_> {
    fn render(&self) -> Markup {
        let (frame, row) = (self.frame, self.row);
        let look = row.mark.look();
        let open = self.screen.editor.as_ref().filter(|editor| editor.row == row.number);
        html! {
            tr id={ "r" (row.number) } data-row=(row.number) class=[open.map(|_| "now")] {
                th scope="row" class={ "rn " (look.class) } {
                    (frame.icon(look.icon))
                    span class="vh" { (frame.say(row.mark.word())) (say!(frame.lang, ", satır ", ", row ")) }
                    (row.number)
                }
                @for (header, cell) in self.screen.headers.iter().zip(&row.cells) { (self.cell(header, cell)) }
                td class="why" id={ "w" (row.number) } { @for note in &row.notes { (self.note(note)) } }
            }
        }
    }

    fn cell(&self, header: &Header, cell: &SheetCell) -> Markup {
        let open = self.screen.editor.as_ref();
        let is_open = open.is_some_and(|it| it.row == self.row.number && it.column == header.letter);
        if !header.is_sent {
            return html! { td class="mute" { (cell.text) } };
        }
        let class = match cell.state {
            CellState::Plain => None,
            CellState::Wrong => Some("bad"),
            CellState::Warned => Some("warned"),
            CellState::Mended => Some("mended"),
        };
        if let (true, Some(editor)) = (is_open, open) {
            return html! {
                td class={ (class.unwrap_or_default()) " open" } {
                    span class="clip" { (shown(self.frame, cell)) }
                    (editor::editor(self.frame, self.screen, editor, &header.title))
                }
            };
        }
        html! {
            td class=[class] {
                @if class.is_some() && self.screen.mends() { (self.link(header, cell)) }
                @else { span class="clip" { (shown(self.frame, cell)) } }
            }
        }
    }

    /// A cell as the link to its editor.
    fn link(&self, header: &Header, cell: &SheetCell) -> Markup {
        let (lang, row) = (self.frame.lang, self.row.number);
        let title = &header.title;
        let at = format!("{row}.{}", header.letter);
        let address = query::with(self.frame.path, "edit", &at);
        let (words, is_described) = match cell.state {
            CellState::Wrong => (say!(lang, ", {title}, hatalı, düzelt", ", {title}, wrong, correct it"), true),
            CellState::Warned => (say!(lang, ", {title}, uyarı, düzelt", ", {title}, warning, correct it"), true),
            _ => (say!(lang, ", {title}, düzeltildi", ", {title}, corrected"), true),
        };
        html! {
            a class="cell" href={ (address) "#r" (row) } aria-describedby=[is_described.then(|| format!("w{row}"))]
                data-test="cell-edit" {
                span class="clip" { (shown(self.frame, cell)) }
                span class="vh" { (words) }
            }
        }
    }

    fn note(&self, note: &RowNote) -> Markup {
        let (frame, lang) = (self.frame, self.frame.lang);
        match note {
            RowNote::Problem { column, text, fix } => html! {
                div class="note" data-test="row-problem" { (letter(column.as_deref())) (text) " " (self.fix(fix.as_ref())) }
            },
            RowNote::Warning { column, text, fix } => html! {
                div class="note" { (letter(column.as_deref())) (text) " " (self.fix(fix.as_ref())) }
            },
            RowNote::Duplicate(same) => html! { div class="note" { (same_row(frame, same)) } },
            RowNote::Mended { column, by, at, was } => {
                let at = frame.when(*at);
                html! {
                    div class="note muted" {
                        (letter(Some(column)))
                        @if was.is_empty() { (say!(lang, "Boş hücreye yazıldı: {by}, {at}.", "Written into an empty cell: {by}, {at}.")) }
                        @else { (say!(lang, "“{was}” yerine yazıldı: {by}, {at}.", "Written in place of “{was}”: {by}, {at}.")) }
                    }
                }
            }
            RowNote::LeftOut { by, at } => {
                let at = frame.when(*at);
                html! {
                    div class="note muted" {
                        (say!(lang, "Dışarıda bırakıldı: {by}, {at}.", "Left out: {by}, {at}.")) " "
                        @if self.screen.mends() { (self.leave_out(true)) }
                    }
                }
            }
        }
    }

    fn fix(&self, fix: Option<&Fix>) -> Markup {
        match fix {
            Some(Fix::Write { column, value }) if self.screen.mends() => self.write(column, value),
            Some(Fix::LeaveOut) if self.screen.mends() && !self.row.is_left_out => self.leave_out(false),
            _ => html! {},
        }
    }

    fn write(&self, column: &str, value: &str) -> Markup {
        let frame = self.frame;
        html! {
            form class="inline" method="post" action=(self.screen.run.at("mend")) {
                (frame.csrf()) (frame.back()) (self.place())
                input type="hidden" name="column" value=(column);
                button class="link" name="value" value=(value) { (say!(frame.lang, "{value} yap", "Make it {value}")) }
            }
        }
    }

    fn leave_out(&self, is_out: bool) -> Markup {
        let frame = self.frame;
        html! {
            form class="inline" method="post" action=(self.screen.run.at("leave-out")) {
                (frame.csrf()) (frame.back()) (self.place())
                @if is_out {
                    button class="link" name="in" value="yes" { (say!(frame.lang, "İçeri al", "Take it in again")) }
                } @else {
                    button class="link" { (say!(frame.lang, "Dışarıda bırak", "Leave it out")) }
                }
            }
        }
    }

    fn place(&self) -> Markup {
        html! {
            input type="hidden" name="sheet" value=(self.screen.sheet_name());
            input type="hidden" name="row" value=(self.row.number);
        }
    }
}

/// What a cell shows: an empty one that should not be empty says so.
fn shown(frame: &Frame, cell: &SheetCell) -> Markup {
    if cell.text.is_empty() && cell.state == CellState::Wrong {
        return html! { span class="blank" { (say!(frame.lang, "boş", "empty")) } };
    }
    html! { (cell.text) }
}

fn letter(column: Option<&str>) -> Markup {
    html! { @if let Some(column) = column { span class="col" { (column) } " " } }
}

/// The row that a duplicate is the same as, as a sentence with a link.
pub(in crate::pages) fn same_row(frame: &Frame, same: &SameRow) -> Markup {
    let (lang, row) = (frame.lang, same.row);
    if same.file_name.is_empty() {
        return html! { (say!(lang, "Bu listenin {row}. satırıyla aynı.", "The same as row {row} of this list.")) };
    }
    let words = say!(lang, "{file}, {row}. satır", "{file}, row {row}", file = same.file_name);
    html! {
        (say!(lang, "Daha önce gitmiş:", "Sent before:")) " "
        @if let Some(at) = same.at { (frame.when(at)) ", " }
        @match &same.run {
            Some(run) => a href=(path::of_run(run, "result")) hx-boost="false" { (words) },
            None => (words),
        }
        @if !same.id.is_empty() {
            ", " (say!(lang, "numara", "number")) " " span class="num-id" { (same.id) }
        }
        "."
    }
}
