//! The check: the clerk's own rows, what is wrong with them, and the way out of each.

use caseload_engine::outcome::Status;
use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::frame::{Nav, Page};
use super::only::Only;
use super::parts::balance::{Balance, Tile, tiles};
use super::parts::notice::{Notice, Tone};
use super::parts::{drop, editor, facets, sheet};
use super::run_head::{RunHead, Step};
use super::words::Mark;
use super::{Frame, query};

/// The page at `…/check`.
#[derive(Debug, Clone)]
pub struct CheckScreen {
    /// The head.
    pub run: RunHead,
    /// The rows by what the check says.
    pub counts: CheckCounts,
    /// Which rows are shown.
    pub only: Only,
    /// The sheets that are read, where there are several; the shown one by its place.
    pub sheets: Option<(Vec<String>, usize)>,
    /// The kinds of problems, the commonest first.
    pub kinds: Vec<ProblemKind>,
    /// All problems of all rows. It may be more than the invalid rows.
    pub problems: u64,
    /// The sheet's columns, in the clerk's order.
    pub headers: Vec<Header>,
    /// The rows of this page.
    pub rows: Vec<SheetRow>,
    /// Where these rows stand among those that the filter lets through.
    pub span: Span,
    /// The cell that is being mended.
    pub editor: Option<Editor>,
    /// A mistake that stands in several rows, offered to be mended at once.
    pub same: Option<SameMistake>,
    /// The last mend, which can be taken back.
    pub undo: Option<LastMend>,
    /// What this person may do here.
    pub hand: Hand,
    /// The largest file that is taken, in bytes.
    pub limit: u64,
    /// What is to be said first: this file was sent before, a sheet was left out, an approval lapsed.
    pub notices: Vec<Notice>,
}

/// The rows of a list by what the check says. `read` is the sum of the four that follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckCounts {
    /// Rows read.
    pub read: u64,
    /// They can be sent.
    pub valid: u64,
    /// The contract does not accept them.
    pub invalid: u64,
    /// Sent before, or twice in this list.
    pub duplicate: u64,
    /// A person left them out.
    pub left_out: u64,
    /// Valid ones with something to look at; no term of the sum.
    pub warned: u64,
    /// Rows in which a person changed a cell here; no term of the sum.
    pub mended: u64,
}

/// What a person may do with the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hand {
    /// Mend them.
    Mends,
    /// Look at them, for another person mends them: that person's name. This one may take over.
    Held(String),
    /// Look at them: the run awaits approval, has begun, or this person does not prepare lists.
    Looks,
}

/// A kind of problem, as a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemKind {
    /// As `?only=problem:CODE` spells it.
    pub code: String,
    /// What is wrong, in a few words ("Talep tipi tanınmadı").
    pub title: String,
    /// The columns, and the commonest values with their counts ("A · “Kurlum” 37, “Kurulm” 14").
    pub detail: String,
    /// Rows that have it.
    pub rows: u64,
}

/// A column of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As the spreadsheet letters it.
    pub letter: String,
    /// The header as it stands.
    pub title: String,
    /// Whether its cells are sent.
    pub is_sent: bool,
}

/// A row of the sheet.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// The number that the spreadsheet shows beside it.
    pub number: u32,
    /// What the check says.
    pub mark: Mark,
    /// A cell a header.
    pub cells: Vec<SheetCell>,
    /// What there is to say, the gravest first.
    pub notes: Vec<RowNote>,
    /// A person left it out; it can be taken in again.
    pub is_left_out: bool,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetCell {
    /// As the spreadsheet shows it, or as it was mended to.
    pub text: String,
    /// What is with it.
    pub state: CellState,
}

/// What is with a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellState {
    /// Nothing.
    #[default]
    Plain,
    /// It is wrong.
    Wrong,
    /// It is worth a look.
    Warned,
    /// It was mended here, and is right now.
    Mended,
}

/// Something to say about a row.
#[derive(Debug, Clone)]
pub enum RowNote {
    /// A cell, or the row as a whole, is wrong.
    Problem {
        /// The letter of the column; nothing for the row as a whole.
        column: Option<String>,
        /// What is wrong and what to do, as a sentence.
        text: String,
        /// The way out, as one button.
        fix: Option<Fix>,
    },
    /// Something to look at; the row goes.
    Warning {
        /// The letter of the column; nothing for the row as a whole.
        column: Option<String>,
        /// What, as a sentence.
        text: String,
        /// The way out, as one button.
        fix: Option<Fix>,
    },
    /// The row was sent before, or stands in this list twice.
    Duplicate(SameRow),
    /// A cell was mended here.
    Mended {
        /// The letter of the column.
        column: String,
        /// Who mended it.
        by: String,
        /// When.
        at: Timestamp,
        /// What the cell was; empty for an empty one.
        was: String,
    },
    /// A person left the row out.
    LeftOut {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
}

/// One button beside a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Writes a value into a cell.
    Write {
        /// The letter of the column.
        column: String,
        /// The value as people read it, which the form sends ("Kurulum").
        value: String,
    },
    /// Leaves the row out.
    LeaveOut,
}

/// The row that a duplicate is the same as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameRow {
    /// The run, as addresses name it; nothing where it is this very list, or a run that is forgotten.
    pub run: Option<String>,
    /// Its file; empty for this very list.
    pub file_name: String,
    /// Its row.
    pub row: u32,
    /// When it was sent; nothing for a row of this list.
    pub at: Option<Timestamp>,
    /// The number that it got; empty for none.
    pub id: String,
}

/// Where the shown rows stand among all that the filter lets through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Rows that the filter lets through.
    pub rows: u64,
    /// The place of the first shown one, from 1; 0 with none.
    pub first: u64,
    /// The row to go on after: `?after=`. Nothing on the last page.
    pub next: Option<u32>,
    /// The row before which this page begins, on all pages but the first; 0 leads to the first page.
    pub before: Option<u32>,
}

/// The editor of one cell.
#[derive(Debug, Clone)]
pub struct Editor {
    /// The row; it is among the shown ones.
    pub row: u32,
    /// The letter of the column.
    pub column: String,
    /// What stands in the cell, or what was typed and refused.
    pub value: String,
    /// What may be written, as people read it; empty where any text may.
    pub choices: Vec<String>,
    /// The choice to stand on: the suggested one, or the cell's own.
    pub chosen: String,
    /// What the field asks for ("F, 00 veya HN ile başlar, en çok 12 karakter"); empty for nothing.
    pub hint: String,
    /// Why what was typed was refused, as a sentence.
    pub refused: Option<String>,
    /// Rows with the same wrong value in this column, this one among them.
    pub same_rows: u64,
}

/// One wrong value that stands in several rows.
#[derive(Debug, Clone)]
pub struct SameMistake {
    /// The letter of the column.
    pub column: String,
    /// What the column is called ("Talep Tipi").
    pub title: String,
    /// The wrong value.
    pub from: String,
    /// Rows that have it.
    pub rows: u64,
    /// What may be written, as people read it; empty where any text may.
    pub choices: Vec<String>,
    /// The choice to stand on: the suggested one; empty for none.
    pub to: String,
}

/// The last mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastMend {
    /// One cell.
    Cell {
        /// Its row.
        row: u32,
        /// What its column is called.
        title: String,
    },
    /// The same mistake in several rows.
    Rows {
        /// How many.
        rows: u64,
        /// What the column is called.
        title: String,
    },
    /// A row was left out, or taken in again.
    LeftOut {
        /// The row.
        row: u32,
    },
}

impl CheckScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let invalid = frame.n(self.counts.invalid);
        let file = &self.run.file_name;
        let title = if self.counts.invalid > 0 {
            say!(lang, "Denetim: {invalid} hatalı satır", "Check: {invalid} faulty rows")
        } else {
            say!(lang, "Denetim: {file}", "Check: {file}")
        };
        frame.page(Page {
            title,
            nav: Nav::Send,
            class: "page page-wide",
            above: Some(self.run.render(frame, Step::Check)),
            body: self.body(frame),
            scripts: &["vendor/htmx.min.js", "drop.js", "mend.js", "sheet.js"],
            refresh: None,
        })
    }

    /// All that a mend can change: script puts a new one in its place.
    fn body(&self, frame: &Frame) -> Markup {
        let balance = self.balance();
        html! {
            div id="check" class="stack-s" hx-target="#check" hx-select="#check" hx-swap="outerHTML"
                data-said=(self.said(frame))
                data-offline=(say!(frame.lang, "Sunucuya ulaşılamadı. Yazdığınız duruyor; yeniden deneyin.", "The server cannot be reached. What you typed is kept; try again."))
                data-ended=(say!(frame.lang, "Oturumunuz bitti. Yazdıklarınız duruyor; girip sürdürün.", "Your session has ended. What you typed is kept; sign in and go on."))
                data-door=(say!(frame.lang, "Gir", "Sign in"))
                data-edit-at=(query::without(frame.path, "edit")) {
                (self.held(frame))
                @for notice in &self.notices { (notice.render(frame)) }
                @if balance.adds_up() {
                    div class="row row-apart" { (self.tiles(frame)) (balance.sentence(frame)) }
                } @else { (balance.fault(frame)) }
                div class="desk" {
                    (facets::facets(frame, self))
                    section class="panel" aria-label=(say!(frame.lang, "Satırlar", "Rows")) {
                        (self.tools(frame))
                        @if let (true, Some(same)) = (self.mends(), &self.same) { (editor::same(frame, self, same)) }
                        @if self.rows.is_empty() { (self.nothing(frame)) } @else { (sheet::sheet(frame, self)) }
                        (self.pager(frame))
                    }
                }
                (self.go(frame))
                @if self.mends() { (keys(frame)) (self.delete(frame)) }
            }
        }
    }

    /// Whether the person who looks may change rows.
    pub(super) fn mends(&self) -> bool {
        self.hand == Hand::Mends
    }

    /// The shown sheet's name, as forms send it; empty where there is one.
    pub(super) fn sheet_name(&self) -> &str {
        self.sheets.as_ref().and_then(|(sheets, here)| sheets.get(*here)).map_or("", String::as_str)
    }

    /// The rows of a filter, from the first.
    pub(super) fn filtered(&self, only: &Only) -> String {
        let address = query::with(&self.run.at("check"), "only", &only.name());
        match self.sheet_name() {
            "" => address,
            sheet => query::with(&address, "sheet", sheet),
        }
    }

    fn balance(&self) -> Balance {
        let CheckCounts { read, valid, invalid, duplicate, left_out, .. } = self.counts;
        let mut terms = vec![
            (Mark::Is(Status::Valid), valid),
            (Mark::Is(Status::Invalid), invalid),
            (Mark::Is(Status::Duplicate), duplicate),
        ];
        if left_out > 0 {
            terms.push((Mark::LeftOut, left_out));
        }
        Balance { whole: read, terms }
    }

    fn tiles(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let tile = |mark, only: Only, rows, sub| Tile {
            mark,
            name: say!(lang, "Okunan", "Read"),
            rows,
            sub,
            is_current: self.only == only,
            href: Some(self.filtered(&only)),
        };
        let counts = &self.counts;
        let mut sum = vec![
            tile(None, Only::All, counts.read, say!(lang, "bütün satırlar", "all rows")),
            tile(Some(Mark::Is(Status::Valid)), Only::Valid, counts.valid, say!(lang, "gönderilebilir", "can be sent")),
            tile(
                Some(Mark::Is(Status::Invalid)),
                Only::Invalid,
                counts.invalid,
                say!(lang, "düzeltilmezse gitmez", "stay until corrected"),
            ),
            tile(
                Some(Mark::Is(Status::Duplicate)),
                Only::Duplicate,
                counts.duplicate,
                say!(lang, "daha önce gönderilmiş", "sent before"),
            ),
        ];
        if counts.left_out > 0 {
            let sub = say!(lang, "bir kişi dışarıda bıraktı", "a person left them out");
            sum.push(tile(Some(Mark::LeftOut), Only::LeftOut, counts.left_out, sub));
        }
        let warned =
            tile(Some(Mark::Warned), Only::Warned, counts.warned, say!(lang, "geçerlilerin içinde", "among the valid"));
        html! { div hx-boost="true" { (tiles(frame, "sum", &say!(lang, "Denge", "Balance"), &sum, &[warned])) } }
    }

    /// The rows that are shown, as the status line says them.
    fn said(&self, frame: &Frame) -> String {
        let (lang, rows) = (frame.lang, frame.n(self.span.rows));
        match &self.only {
            Only::All => say!(lang, "{rows} satır", "{rows} rows"),
            Only::Valid => say!(lang, "{rows} geçerli satır", "{rows} valid rows"),
            Only::Invalid => say!(lang, "{rows} hatalı satır", "{rows} faulty rows"),
            Only::Warned => say!(lang, "{rows} uyarılı satır", "{rows} rows with a warning"),
            Only::Duplicate => say!(lang, "{rows} yinelenen satır", "{rows} duplicate rows"),
            Only::LeftOut => say!(lang, "Dışarıda bırakılan {rows} satır", "{rows} rows left out"),
            Only::Mended => say!(lang, "Burada düzeltilen {rows} satır", "{rows} rows corrected here"),
            Only::Problem(code) => {
                let title = self.kinds.iter().find(|kind| kind.code == *code).map_or(code, |kind| &kind.title);
                say!(lang, "{title}: {rows} satır", "{title}: {rows} rows")
            }
        }
    }

    fn tools(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            div class="tools" {
                p class="say" {
                    b { (self.said(frame)) }
                    @if !self.run.state.has_begun() {
                        span class="muted" { " · " (say!(lang, "sunucuya hiçbir şey gitmedi", "nothing has gone to the server")) }
                    }
                }
                (self.go_to_row(frame))
                @if let (true, Some(last)) = (self.mends(), &self.undo) { (self.undo(frame, last)) }
                @if self.counts.invalid > 0 {
                    a class="btn btn-s" href=(self.run.at("to-fix.xlsx")) download data-test="to-fix" {
                        (frame.icon("download")) (say!(lang, "Düzeltilecekler.xlsx", "To fix.xlsx"))
                    }
                }
                @if self.counts.mended > 0 {
                    a class="btn btn-s" href=(self.run.at("list.xlsx")) download {
                        (frame.icon("download")) (say!(lang, "Düzeltilmiş liste", "Corrected list"))
                    }
                }
            }
        }
    }

    fn go_to_row(&self, frame: &Frame) -> Markup {
        let words = say!(frame.lang, "Satıra git", "Go to row");
        html! {
            form class="inline" action=(self.run.at("check")) hx-boost="true" {
                input type="hidden" name="only" value=(self.only.name());
                @if !self.sheet_name().is_empty() { input type="hidden" name="sheet" value=(self.sheet_name()); }
                label class="vh" for="go-to" { (words) }
                input class="input short btn-s" id="go-to" name="row" inputmode="numeric" autocomplete="off" placeholder=(words);
            }
        }
    }

    fn undo(&self, frame: &Frame, last: &LastMend) -> Markup {
        let lang = frame.lang;
        let words = match last {
            LastMend::Cell { row, title } => say!(lang, "Geri al: {row}. satır, {title}", "Undo: row {row}, {title}"),
            LastMend::Rows { rows, title } => {
                say!(lang, "Geri al: {count} satır, {title}", "Undo: {count} rows, {title}", count = frame.n(*rows))
            }
            LastMend::LeftOut { row } => say!(lang, "Geri al: {row}. satır", "Undo: row {row}"),
        };
        html! {
            form class="inline" method="post" action=(self.run.at("undo")) hx-boost="true" data-undo {
                (frame.csrf()) (frame.back())
                button class="btn btn-s" data-test="undo" { (frame.icon("undo")) (words) }
            }
        }
    }

    fn nothing(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            div class="table-empty" {
                @if self.only == Only::Invalid && self.counts.valid > 0 {
                    p class="strong" { (say!(lang, "Hatalı satır kalmadı", "No faulty rows are left")) }
                    p { (say!(lang, "Geçerli satırlarla sürdürebilirsiniz.", "You can go on with the valid rows.")) }
                } @else {
                    p class="strong" { (say!(lang, "Bu süzgeçte satır yok", "No rows in this filter")) }
                    p { a href=(self.filtered(&Only::All)) { (say!(lang, "Bütün satırları göster", "Show all rows")) } }
                }
            }
        }
    }

    fn pager(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        if self.rows.is_empty() {
            return html! {};
        }
        let (rows, first) = (frame.n(self.span.rows), frame.n(self.span.first));
        let last = frame.n(self.span.first + self.rows.len() as u64 - 1);
        let here = query::without(&query::without(frame.path, "edit"), "row");
        let page = |row: u32| query::with(&here, "after", &row.to_string());
        html! {
            div class="pager" hx-boost="true" {
                span { (say!(lang, "{rows} satırdan {first}–{last}", "{first}–{last} of {rows} rows")) }
                nav aria-label=(say!(lang, "Sayfalar", "Pages")) {
                    ol {
                        @if let Some(row) = self.span.before { li { a href=(page(row)) rel="prev" { (say!(lang, "Önceki", "Previous")) } } }
                        @if let Some(row) = self.span.next { li { a href=(page(row)) rel="next" { (say!(lang, "Sonraki", "Next")) } } }
                    }
                }
            }
        }
    }

    /// The bar at the foot: the corrected file, and the way on.
    fn go(&self, frame: &Frame) -> Markup {
        if self.run.state.has_begun() {
            return html! {};
        }
        let (lang, counts) = (frame.lang, &self.counts);
        let valid = frame.n(counts.valid);
        html! {
            div class="go" {
                @if self.mends() { (drop::corrected(frame, &self.run.name)) } @else { span {} }
                div class="row" {
                    span class="small muted" { (self.staying(frame)) }
                    @if counts.valid > 0 {
                        a class="btn btn-primary btn-lg" href=(self.run.at("confirm")) data-test="send" {
                            (say!(lang, "{valid} satırla sürdür", "Go on with {valid} rows")) " " (frame.icon("right"))
                        }
                    }
                }
            }
        }
    }

    fn staying(&self, frame: &Frame) -> String {
        let (lang, counts) = (frame.lang, &self.counts);
        if counts.valid == 0 {
            return say!(
                lang,
                "Gidebilecek satır yok. Önce hataları düzeltin.",
                "No row can go. Correct the mistakes first."
            );
        }
        let parts: Vec<String> = [
            (counts.invalid, say!(lang, "hatalı", "invalid")),
            (counts.duplicate, say!(lang, "yinelenen", "duplicate")),
            (counts.left_out, say!(lang, "bırakılan", "left out")),
        ]
        .into_iter()
        .filter(|(rows, _)| *rows > 0)
        .map(|(rows, word)| format!("{} {word}", frame.n(rows)))
        .collect();
        let parts = parts.join(", ");
        if parts.is_empty() {
            say!(lang, "Bütün satırlar gidebilir", "Every row can go")
        } else {
            say!(lang, "{parts} dışarıda kalır", "{parts} stay behind")
        }
    }

    fn held(&self, frame: &Frame) -> Markup {
        let Hand::Held(name) = &self.hand else { return html! {} };
        let lang = frame.lang;
        let title = say!(lang, "Bu listeyi {name} düzeltiyor", "{name} is correcting this list");
        let text = say!(
            lang,
            "Satırlara bakabilirsiniz. Devralırsanız {name} artık düzeltemez; kayda geçer.",
            "You can look at the rows. If you take over, {name} cannot correct any more; it is recorded."
        );
        let act = html! {
            form method="post" action=(self.run.at("take-over")) {
                (frame.csrf())
                button class="btn" { (say!(lang, "Devral", "Take over")) }
            }
        };
        Notice::new(Tone::Info, title, text).framed(frame, act)
    }

    fn delete(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            details class="panel" {
                summary class="panel-head" { span class="strong" { (frame.icon("down")) " " (say!(lang, "Bu listeyi sil", "Delete this list")) } }
                form class="panel-body stack-s" method="post" action=(self.run.at("delete")) {
                    (frame.csrf())
                    p {
                        (say!(
                            lang,
                            "Yüklenen dosya ve buradaki düzeltmeler silinir. Sunucuya hiçbir şey gitmemiştir.",
                            "The uploaded file and the corrections made here are destroyed. Nothing has gone to the server."
                        ))
                    }
                    button class="btn" { (say!(lang, "Listeyi sil", "Delete the list")) }
                }
            }
        }
    }
}

/// The keys of the sheet. They need script, so only script shows them.
fn keys(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let key = |keys: &[&str], words: String| {
        html! {
            dt { @for (at, key) in keys.iter().enumerate() { @if at > 0 { " " } kbd { (key) } } }
            dd { (words) }
        }
    };
    html! {
        details class="panel scripted" {
            summary class="panel-head" { span class="strong" { (frame.icon("down")) " " (say!(lang, "Klavye kısayolları", "Keyboard shortcuts")) } }
            dl class="panel-body kv kv-s" {
                (key(&["←", "→", "↑", "↓", "Home", "End", "PgUp", "PgDn"], say!(lang, "hücreler arasında gezer", "moves between cells")))
                (key(&["Alt ↓", "Alt ↑"], say!(lang, "sonraki, önceki hatalı hücre", "next, previous faulty cell")))
                (key(&["Enter", "F2"], say!(lang, "hücreyi düzeltmeye açar", "opens the cell to be corrected")))
                (key(&["Ctrl Enter"], say!(lang, "aynı yanlış olan bütün satırları düzeltir", "corrects all rows with the same mistake")))
                (key(&["Esc"], say!(lang, "düzeltmeyi bırakır", "leaves the correction")))
                (key(&["Ctrl Z"], say!(lang, "son düzeltmeyi geri alır", "takes the last correction back")))
            }
        }
    }
}
