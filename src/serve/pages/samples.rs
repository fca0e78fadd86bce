//! Every screen in each of its states, with invented data: for the tests, and for looking at them.

// Each function is one screen's data, which is long and has no branches.
#![allow(clippy::too_many_lines, clippy::wildcard_imports)]

use std::time::Duration;

use caseload_engine::doubt::Doubt;
use caseload_engine::outcome::Status;
use caseload_sheet::message::Lang;
use caseload_sheet::say;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::Markup;

use super::admin::*;
use super::approve::*;
use super::check::*;
use super::checking::CheckingScreen;
use super::columns::*;
use super::confirm::*;
use super::frame::{Frame, SignedIn};
use super::history::*;
use super::only::Only;
use super::parts::notice::{Notice, Tone};
use super::problem::*;
use super::result::*;
use super::run_head::{Place, RunHead};
use super::running::*;
use super::sign_in::*;
use super::start::*;
use super::unknown::*;
use super::words::Mark;
use crate::gate::Theme;
use crate::person::{Person, Role};
use crate::state::RunState;

/// Words that are data, and so the same in both languages.
pub(crate) const EVIL: &str = "<script>alert(1)</script>\"'&";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// Somebody looks, on 1 December 2026 at 15.31 in Istanbul.
pub(crate) fn frame(lang: Lang) -> Frame<'static> {
    let person =
        Box::leak(Box::new(Person { id: Some(1), name: "Işıl Taslak".to_owned(), roles: vec![Role::Preparer] }));
    Frame {
        lang,
        theme: Theme::System,
        person: Some(person),
        signed_in: SignedIn::ByPassword,
        csrf: "c5rf",
        path: "/runs/G412/check?only=invalid",
        assets: &|name| format!("/assets/{name}"),
        now: at("2026-12-01T12:31:05Z"),
        zone: TimeZone::get("Europe/Istanbul").unwrap(),
        awaiting: 0,
        notices: Vec::new(),
    }
}

fn live() -> Place {
    Place { title: "HuginOps".to_owned(), is_test: false }
}

fn test() -> Place {
    Place { title: "HuginOps".to_owned(), is_test: true }
}

pub(crate) fn head(lang: Lang, state: RunState) -> RunHead {
    RunHead {
        name: "G412".to_owned(),
        file_name: "kurulum-listesi-aralik-2026.xlsx".to_owned(),
        place: live(),
        operation: say!(lang, "Talep açma", "Case creation"),
        sheet: Some("Liste".to_owned()),
        sheets: 1,
        rows: 4812,
        by: "Işıl Taslak".to_owned(),
        at: at("2026-12-01T11:02:00Z"),
        state,
        asks_columns: true,
    }
}

fn run_rows(lang: Lang) -> Vec<RunRow> {
    let row = |name: &str, file: &str, state, why: String, rows, time: &str| RunRow {
        name: name.to_owned(),
        file_name: file.to_owned(),
        place: live(),
        state,
        why,
        rows,
        by: "Işıl Taslak".to_owned(),
        approval: Approval::By("Deniz Misal".to_owned()),
        at: at(time),
    };
    let counts = |read, to_send, done, invalid, duplicate, unknown| RunCounts {
        read,
        to_send,
        done,
        rejected: 0,
        invalid,
        duplicate,
        unknown,
        not_sent: 0,
    };
    let none = String::new;
    let mut rows = vec![
        row(
            "G412",
            "kurulum-listesi-aralik-2026.xlsx",
            RunState::Checked,
            none(),
            counts(4812, 4651, 0, 124, 37, 0),
            "2026-12-01T11:02:00Z",
        ),
        row(
            "G411",
            "banka-silme-kasim-sonu.xlsx",
            RunState::Sending,
            none(),
            counts(640, 640, 403, 0, 0, 0),
            "2026-12-01T10:47:00Z",
        ),
        row(
            "G410",
            "versiyon-guncelleme-ege.xlsx",
            RunState::WaitingApproval,
            none(),
            counts(2180, 2180, 0, 0, 0, 0),
            "2026-12-01T08:20:00Z",
        ),
        row(
            "G409",
            "ariza-kayitlari-48-hafta.csv",
            RunState::Stopped,
            say!(lang, "anahtar", "secret"),
            counts(318, 318, 112, 0, 0, 0),
            "2026-11-30T13:35:00Z",
        ),
        row(
            "G401",
            "kurulum-listesi-kasim-2026.xlsx",
            RunState::Finished,
            none(),
            counts(4377, 4212, 4203, 96, 69, 9),
            "2026-11-02T07:15:00Z",
        ),
        row(
            "G400",
            "egitim.xlsx",
            RunState::Columns,
            none(),
            RunCounts { read: 80, ..RunCounts::default() },
            "2026-11-01T07:15:00Z",
        ),
        row(
            "G399",
            "rezervasyon-deneme.xlsx",
            RunState::Finished,
            none(),
            counts(6, 6, 6, 0, 0, 0),
            "2025-10-30T06:41:00Z",
        ),
    ];
    rows[1].approval = Approval::NotAsked;
    rows[2].approval = Approval::Awaited;
    rows[6].place = test();
    rows[6].approval = Approval::NotNeeded;
    rows
}

pub(crate) fn start(lang: Lang) -> StartScreen {
    let target = |name: &str, place, server: &str, four_eyes| TargetChoice {
        name: name.to_owned(),
        place,
        server: server.to_owned(),
        four_eyes,
    };
    StartScreen {
        targets: vec![
            target("", live(), "ops.hugin.example", true),
            target("test", test(), "test-ops.hugin.example", false),
            target("sandbox", Place { title: say!(lang, "Deneme", "Sandbox"), is_test: true }, "", false),
        ],
        chosen: String::new(),
        limit: 50 << 20,
        templates: vec![
            ("/template?to=hugin/create-case".to_owned(), say!(lang, "Talep açma", "Case creation")),
            ("/template?to=hugin/reserve".to_owned(), say!(lang, "Cihaz rezervasyonu", "Device reservation")),
        ],
        sample: None,
        runs: run_rows(lang),
        may_prepare: true,
        notices: Vec::new(),
    }
}

fn fields(lang: Lang) -> Vec<FieldName> {
    let field = |name: &str, label: String| FieldName { name: name.to_owned(), label };
    vec![
        field("deviceId", say!(lang, "Mali No", "Device no")),
        field("caseType", say!(lang, "Talep Tipi", "Case type")),
        field("defectCode", say!(lang, "Arıza Kodu", "Defect code")),
        field("detail", say!(lang, "Ayrıntı", "Detail")),
        field("merchantId", say!(lang, "Üye İşyeri No", "Merchant no")),
    ]
}

pub(crate) fn columns(lang: Lang) -> ColumnsScreen {
    let fields = fields(lang);
    let open = |letter: &str, header: &str, samples: &[&str], suggestion, chosen: &str| OpenColumn {
        letter: letter.to_owned(),
        header: header.to_owned(),
        samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
        suggestion,
        chosen: chosen.to_owned(),
    };
    let suggest = |field: &str, strength, why: String| Some(Suggestion { field: field.to_owned(), strength, why });
    ColumnsScreen {
        run: head(lang, RunState::Columns),
        header_row: 3,
        open: vec![
            open(
                "B",
                "Sicil",
                &["FU00004410", "00120004711", "HN0000004412"],
                suggest(
                    "deviceId",
                    Strength::High,
                    say!(
                        lang,
                        "1.240 değerden mali numara biçiminde olan: 1.231",
                        "1,231 of 1,240 values look like device numbers"
                    ),
                ),
                "",
            ),
            open(
                "E",
                "İş Yeri Kodu",
                &["7000100411", "7000100412"],
                suggest(
                    "merchantId",
                    Strength::Middle,
                    say!(lang, "Başlık “Üye İşyeri Kodu” adına yakın", "The header is close to “Merchant code”"),
                ),
                "merchantId",
            ),
            open(
                "F",
                "Yapılacak iş",
                &["Kasa 1, öğleden sonra", "Yıllık bakım"],
                suggest(
                    "detail",
                    Strength::Low,
                    say!(lang, "Yalnız içinde uzun metin olduğu için", "Only because it holds long text"),
                ),
                "",
            ),
            open("H", "", &["Marmara", "Ege"], None, "-"),
        ],
        known: vec![
            KnownColumn { letter: "A".into(), header: "Talep Tipi".into(), label: fields[1].label.clone() },
            KnownColumn {
                letter: "C".into(),
                header: "Terminal".into(),
                label: say!(lang, "Terminal No", "Terminal number"),
            },
        ],
        required: vec![
            RequiredField { field: fields[1].clone(), source: FieldSource::Column("A".into()) },
            RequiredField { field: fields[0].clone(), source: FieldSource::NotChosen },
            RequiredField { field: fields[3].clone(), source: FieldSource::Fixed("psu".into()) },
            RequiredField { field: fields[2].clone(), source: FieldSource::NotInFile },
        ],
        fields,
        required_sometimes: vec![say!(
            lang,
            "Kurulumda Terminal No ve Üye İşyeri No.",
            "Terminal and merchant number for an install."
        )],
        remember: true,
        faults: Vec::new(),
        may_prepare: true,
    }
}

fn headers(lang: Lang) -> Vec<Header> {
    let titles = [
        "Talep Tipi",
        "Arıza Kodu",
        "Mali No",
        "Terminal No",
        "Üye İşyeri No",
        "Ayrıntı",
        "Öncelik",
        "Bölge Sorumlusu",
    ];
    let _ = lang;
    let letters = ["A", "B", "C", "D", "E", "F", "G", "H"];
    titles
        .iter()
        .zip(letters)
        .map(|(title, letter)| Header { letter: letter.to_owned(), title: (*title).to_owned(), is_sent: letter != "H" })
        .collect()
}

fn sheet_row(
    number: u32,
    mark: Mark,
    cells: [&str; 7],
    states: &[(usize, CellState)],
    notes: Vec<RowNote>,
) -> SheetRow {
    let mut cells: Vec<SheetCell> =
        cells.iter().map(|text| SheetCell { text: (*text).to_owned(), state: CellState::Plain }).collect();
    cells.push(SheetCell { text: "Cem Örnekoğlu".to_owned(), state: CellState::Plain });
    for (cell, state) in states {
        cells[*cell].state = *state;
    }
    let is_left_out = mark == Mark::LeftOut;
    SheetRow { number, mark, cells, notes, is_left_out }
}

fn problem(lang: Lang, column: &str, tr: &str, en: &str, fix: Option<Fix>) -> RowNote {
    let text = if lang == Lang::Tr { tr } else { en };
    RowNote::Problem { column: Some(column.to_owned()), text: text.to_owned(), fix }
}

fn invalid_rows(lang: Lang) -> Vec<SheetRow> {
    let wrong = Mark::Is(Status::Invalid);
    let install = || Some(Fix::Write { column: "A".to_owned(), value: "Kurulum".to_owned() });
    let mut rows = vec![
        sheet_row(
            19,
            wrong,
            ["Kurlum", "psu", "FU00001216", "00004186", "7000100028", "Kasa 4, kontak Ali Uydurma", "P2"],
            &[(0, CellState::Wrong)],
            vec![problem(lang, "A", "“Kurlum” tanınmadı.", "“Kurlum” is not known.", install())],
        ),
        sheet_row(
            20,
            wrong,
            ["Kurulum", "psu", "FT00001215", "00004185", "7000100025", "Kasa 1, kontak Ali Uydurma", "P2"],
            &[(2, CellState::Wrong)],
            vec![problem(
                lang,
                "C",
                "FT cihazları BKM Techpos’tan girilir.",
                "FT devices are entered at BKM Techpos.",
                Some(Fix::LeaveOut),
            )],
        ),
        sheet_row(
            23,
            wrong,
            ["Kurulum", "psu", "FU00001216", "", "7000100026", "Kasa 2, kontak Ali Uydurma", "P2"],
            &[(3, CellState::Wrong)],
            vec![problem(lang, "D", "Kurulumda terminal no zorunlu.", "An install needs a terminal number.", None)],
        ),
        sheet_row(
            26,
            wrong,
            ["Kurlum", "psu", "FU00001222", "00004192", "7000100032", "Müşteri ekranı soluk", "Acil"],
            &[(0, CellState::Wrong), (6, CellState::Wrong)],
            vec![
                problem(lang, "A", "“Kurlum” tanınmadı.", "“Kurlum” is not known.", install()),
                problem(
                    lang,
                    "G",
                    "“Acil” yerine P1, P2 ya da P3 yazın.",
                    "Write P1, P2 or P3 in place of “Acil”.",
                    None,
                ),
            ],
        ),
    ];
    for number in 27..44 {
        rows.push(sheet_row(
            number,
            wrong,
            ["Arıza", "psu", "XU00001223", "", "", "Klavye tuşları basmıyor", "P2"],
            &[(2, CellState::Wrong)],
            vec![problem(
                lang,
                "C",
                "F, 00 veya HN ile başlamalı. Cihazın üzerindeki numarayı yazın.",
                "It must begin with F, 00 or HN. Write the number that stands on the device.",
                None,
            )],
        ));
    }
    rows
}

fn all_rows(lang: Lang) -> Vec<SheetRow> {
    let valid = Mark::Is(Status::Valid);
    let duplicate = |of| vec![RowNote::Duplicate(of)];
    vec![
        sheet_row(
            4,
            valid,
            ["Kurulum", "psu", "FU00001201", "00004171", "7000100011", "Kasa 1, kontak Ayşe Örnek", "P2"],
            &[],
            vec![],
        ),
        sheet_row(
            5,
            valid,
            ["Kurulum", "psu", "FU00001202", "00004172", "7000100012", "Kasa 2, kontak Ayşe Örnek", "P2"],
            &[(0, CellState::Mended)],
            vec![RowNote::Mended {
                column: "A".into(),
                by: "Işıl Taslak".into(),
                at: at("2026-12-01T11:06:00Z"),
                was: "KURLUM".into(),
            }],
        ),
        sheet_row(
            6,
            Mark::Warned,
            ["Kurulum", "psu", "00120000345", "00004173", "7000100013", "Şube girişi", "P3"],
            &[(2, CellState::Warned)],
            vec![RowNote::Warning {
                column: Some("C".into()),
                text: say!(
                    lang,
                    "Excel sayı saymış; baştaki sıfırlar biçiminden alındı.",
                    "Excel took it for a number; the leading zeros come from its format."
                ),
                fix: None,
            }],
        ),
        sheet_row(
            10,
            Mark::Is(Status::Duplicate),
            ["Arıza", "psu", "FU00001206", "00004176", "7000100016", "Güç kaynağı ısınıyor", "P1"],
            &[],
            duplicate(SameRow {
                run: Some("G400".into()),
                file_name: "ariza-48-hafta.csv".into(),
                row: 31,
                at: Some(at("2026-11-28T09:00:00Z")),
                id: "120417".into(),
            }),
        ),
        sheet_row(
            11,
            Mark::Is(Status::Duplicate),
            ["Arıza", "psu", "FU00001206", "00004176", "7000100016", "Güç kaynağı ısınıyor", "P1"],
            &[],
            duplicate(SameRow { run: None, file_name: String::new(), row: 10, at: None, id: String::new() }),
        ),
        sheet_row(
            12,
            Mark::LeftOut,
            ["Bakım", "psu", "FU00001208", "00004178", "7000100018", EVIL, "P3"],
            &[],
            vec![RowNote::LeftOut { by: "Işıl Taslak".into(), at: at("2026-12-01T11:08:00Z") }],
        ),
        sheet_row(
            13,
            Mark::Warned,
            ["Bakım", "psu", "FU00001209", "", "", "Yıllık bakım", "P3"],
            &[],
            vec![RowNote::Warning {
                column: None,
                text: say!(lang, "Satır Excel’de gizli. Gönderilecek.", "The row is hidden in Excel. It will be sent."),
                fix: Some(Fix::LeaveOut),
            }],
        ),
        sheet_row(
            14,
            valid,
            ["Kurulum", "psu", "FU00001210", "00004180", "", "Kasa 2", "P2"],
            &[(4, CellState::Mended)],
            vec![RowNote::Mended {
                column: "E".into(),
                by: "Işıl Taslak".into(),
                at: at("2026-11-30T11:06:00Z"),
                was: String::new(),
            }],
        ),
    ]
}

pub(crate) fn check(lang: Lang) -> CheckScreen {
    let kind = |code: &str, title: String, detail: &str, rows| ProblemKind {
        code: code.to_owned(),
        title,
        detail: detail.to_owned(),
        rows,
    };
    CheckScreen {
        run: head(lang, RunState::Checked),
        counts: CheckCounts {
            read: 4812,
            valid: 4651,
            invalid: 124,
            duplicate: 37,
            left_out: 0,
            warned: 86,
            mended: 4,
        },
        only: Only::Invalid,
        sheets: None,
        kinds: vec![
            kind(
                "case-type",
                say!(lang, "Talep tipi tanınmadı", "Case type not known"),
                "A · “Kurlum” 37, “Kurulm” 14, “Sökme” 10",
                61,
            ),
            kind("required", say!(lang, "Zorunlu hücre boş", "Required cell empty"), "D, E", 29),
            kind("prefix", say!(lang, "Mali no başlangıcı", "Beginning of the device number"), "C", 18),
            kind("ft", say!(lang, "FT ile başlayan cihaz", "Device that begins with FT"), "C", 9),
            kind("priority", say!(lang, "Öncelik tanınmadı", "Priority not known"), "G · “Acil” 5, “Orta” 2", 7),
        ],
        problems: 130,
        headers: headers(lang),
        rows: invalid_rows(lang),
        span: Span { rows: 124, first: 1, next: Some(43), before: None },
        editor: None,
        same: Some(SameMistake {
            column: "A".into(),
            title: "Talep Tipi".into(),
            from: "Kurlum".into(),
            rows: 37,
            choices: ["Kurulum", "Versiyon Güncelleme", "Banka Silme", "Eğitim", "Bakım", "Arıza"]
                .map(str::to_owned)
                .to_vec(),
            to: "Kurulum".into(),
        }),
        undo: Some(LastMend::Cell { row: 12, title: "Öncelik".into() }),
        hand: Hand::Mends,
        limit: 50 << 20,
        notices: Vec::new(),
    }
}

fn editor(refused: Option<String>) -> Editor {
    Editor {
        row: 19,
        column: "A".into(),
        value: "Kurlum".into(),
        choices: ["Kurulum", "Versiyon Güncelleme", "Banka Silme", "Eğitim", "Bakım", "Arıza"]
            .map(str::to_owned)
            .to_vec(),
        chosen: "Kurulum".into(),
        hint: String::new(),
        refused,
        same_rows: 37,
    }
}

pub(crate) fn ticket(lang: Lang) -> Ticket {
    Ticket {
        rows: 4651,
        operation: say!(lang, "Talep açma", "Case creation"),
        servers: vec!["ops.hugin.example".into()],
        secrets: vec!["token".into()],
        first_row: 4,
        order: say!(lang, "aynı cihaz", "the same device"),
        rate: "10/s".into(),
        takes: Some(Duration::from_secs(465)),
    }
}

fn kinds(lang: Lang) -> Kinds {
    let rows = [("Kurulum", 3902), ("Versiyon Güncelleme", 411), ("Arıza", 214), ("Banka Silme", 124)];
    Kinds {
        title: say!(lang, "Talep tipi", "Case type"),
        rows: rows.map(|(kind, rows)| (kind.to_owned(), rows)).to_vec(),
        warned: 86,
    }
}

pub(crate) fn confirm(lang: Lang, stage: Stage) -> ConfirmScreen {
    let state = if matches!(stage, Stage::Waiting { .. }) { RunState::WaitingApproval } else { RunState::Checked };
    let same = |row, keys: [&str; 2], of| Same { row, keys: keys.map(str::to_owned).to_vec(), of };
    ConfirmScreen {
        run: head(lang, state),
        ticket: ticket(lang),
        digest: "7c1fe09a".into(),
        stage,
        doubts: Vec::new(),
        staying: Staying {
            invalid: 124,
            duplicate: 37,
            left_out: 2,
            rule: say!(
                lang,
                "Aynı cihaz ve terminal 30 gün içinde yeniden gönderilmez.",
                "The same device and terminal are not sent again within 30 days."
            ),
            same: vec![
                same(
                    118,
                    ["FU00001318", "00004288"],
                    SameRow { run: None, file_name: String::new(), row: 102, at: None, id: String::new() },
                ),
                same(
                    240,
                    ["FU00000359", "00003102"],
                    SameRow {
                        run: Some("G401".into()),
                        file_name: "kurulum-listesi-kasim-2026.xlsx".into(),
                        row: 88,
                        at: Some(at("2026-11-02T07:16:00Z")),
                        id: "118204".into(),
                    },
                ),
            ],
            key_titles: vec!["Mali No".into(), "Terminal No".into()],
        },
        kinds: kinds(lang),
        fault: None,
        notices: Vec::new(),
    }
}

fn doubts(lang: Lang) -> Vec<InDoubt> {
    let doubt = |doubt, text: String, rows, agreed| InDoubt { doubt, text, rows, agreed };
    vec![
        doubt(
            Doubt::OtherServer,
            say!(lang, "120 satır başka bir CANLI sunucuda yapılmış.", "120 rows are done at another LIVE server."),
            4651,
            false,
        ),
        doubt(
            Doubt::PastWindow,
            say!(lang, "12 satır 30 günden önce yapılmış.", "12 rows were done more than 30 days ago."),
            12,
            true,
        ),
    ]
}

fn approvers() -> Vec<(String, String)> {
    vec![("Deniz Misal".into(), "deniz@ornek.example".into()), ("Mehmet Deneme".into(), "mehmet@ornek.example".into())]
}

fn waiting(may_withdraw: bool, may_approve: bool) -> Stage {
    Stage::Waiting {
        approvers: approvers().into_iter().map(|(name, _)| name).collect(),
        by: "Işıl Taslak".into(),
        at: at("2026-12-01T12:24:00Z"),
        may_withdraw,
        may_approve,
    }
}

pub(crate) fn approve(lang: Lang) -> ApproveScreen {
    let cells = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    ApproveScreen {
        run: head(lang, RunState::WaitingApproval),
        ticket: ticket(lang),
        digest: "7c1fe09a".into(),
        asked_by: "Zeynep Örnek".into(),
        asked_at: at("2026-12-01T12:24:00Z"),
        note: "Aralık kurulumları. 10 satırda Sökme yazıyordu.".into(),
        agreed: doubts(lang),
        samples: Samples {
            titles: vec!["Talep Tipi".into(), "Mali No".into(), "Terminal No".into()],
            rows: vec![
                (4, cells(["Kurulum", "FU00001201", "00004171"])),
                (1204, cells(["Banka Silme", "FU00002401", "00005371"])),
                (4815, cells(["Kurulum", "FU00006012", "00008982"])),
            ],
        },
        look: Look {
            last: Some((4214, at("2026-11-02T07:16:00Z"))),
            mended: 41,
            warned: 86,
            duplicate: 37,
            invalid: 124,
            left_out: 2,
        },
        kinds: kinds(lang),
        fault: None,
        not_by_you: None,
    }
}

pub(crate) fn running(lang: Lang, phase: Phase) -> RunningScreen {
    let answer = |row, key: &str, status, id: &str, why: String| Answer {
        row,
        key: key.into(),
        mark: Mark::Is(status),
        id: id.into(),
        why,
        at: at("2026-12-01T12:31:02Z"),
    };
    let state = match phase {
        Phase::Paused(_) => RunState::Paused,
        Phase::Stopped { .. } => RunState::Stopped,
        _ => RunState::Sending,
    };
    let in_flight =
        if matches!(phase, Phase::Paused(_) | Phase::Stopped { .. } | Phase::Waiting { .. }) { 0 } else { 8 };
    RunningScreen {
        run: head(lang, state),
        phase,
        figures: Figures {
            to_send: 4651,
            done: 2919,
            done_without_id: 2,
            rejected: 19,
            unknown: 6,
            in_flight,
            waiting: 1705 - in_flight,
        },
        pace: Pace {
            per_second: Some(9.8),
            limit: Some(10.0),
            left: Some(Duration::from_secs(174)),
            began: Some(at("2026-12-01T12:26:00Z")),
            pauses: (2, Duration::from_secs(45)),
        },
        answers: vec![
            answer(3062, "FU00004259", Status::Done, "123947", String::new()),
            answer(
                3060,
                "FU00004257",
                Status::Rejected,
                "",
                say!(
                    lang,
                    "Bu terminalde açık kurulum talebi var (DUPLICATE_CASE)",
                    "This terminal has an open install case (DUPLICATE_CASE)"
                ),
            ),
            answer(
                3057,
                "FU00004254",
                Status::Unknown,
                "",
                say!(lang, "60 saniye yanıt gelmedi", "No answer for 60 seconds"),
            ),
        ],
        key_title: say!(lang, "Mali No", "Device no"),
        may_send: true,
        notices: Vec::new(),
    }
}

fn stopped(lang: Lang) -> Phase {
    Phase::Stopped {
        title: say!(lang, "HuginOps tokenı kabul etmedi", "HuginOps did not accept the token"),
        text: say!(
            lang,
            "Sunucu “401 yetkisiz” dedi. Yoldaki satırların hiçbiri işlenmedi.",
            "The server said “401 unauthorised”. None of the rows under way was done."
        ),
        at: at("2026-12-01T12:31:02Z"),
        status: Some(401),
        is_for_administrator: true,
    }
}

pub(crate) fn result(lang: Lang) -> ResultScreen {
    let row = |number, status, kind: &str, device: &str, id: &str, why: String, sent: Option<&str>| ResultRow {
        sheet: String::new(),
        number,
        status,
        cells: vec![kind.into(), device.into(), "00007224".into()],
        id: id.into(),
        why,
        sent_at: sent.map(at),
    };
    let time = Some("2026-12-01T12:30:01Z");
    ResultScreen {
        run: head(lang, RunState::Finished),
        counts: vec![
            (Status::Done, 4606),
            (Status::DoneWithoutId, 2),
            (Status::Rejected, 31),
            (Status::Invalid, 124),
            (Status::Duplicate, 37),
            (Status::Unknown, 9),
            (Status::NotSent, 3),
            (Status::Valid, 0),
        ],
        behind_unknown: 3,
        can_go: 0,
        filter: ResultFilter::ToDo,
        rows: vec![
            row(
                3057,
                Status::Unknown,
                "Kurulum",
                "FU00004254",
                "",
                say!(
                    lang,
                    "60 saniye yanıt gelmedi. İşlenmiş olabilir; sisteme bakıp kapatın.",
                    "No answer for 60 seconds. It may be done; look into the system and close it."
                ),
                time,
            ),
            row(
                3060,
                Status::Rejected,
                "Kurulum",
                "FU00004257",
                "",
                say!(lang, "Bu terminalde açık kurulum talebi var.", "This terminal has an open install case."),
                time,
            ),
            row(
                3118,
                Status::NotSent,
                "Kurulum",
                "FU00004254",
                "",
                say!(
                    lang,
                    "3057. satır belirsiz; bu satır onu bekliyor.",
                    "Row 3057 is unknown; this row waits for it."
                ),
                None,
            ),
            row(
                3402,
                Status::DoneWithoutId,
                "Arıza",
                "HN0000002599",
                "",
                say!(lang, "Sunucu yapıldı dedi, numara vermedi.", "The server said done, and gave no number."),
                time,
            ),
            row(
                3790,
                Status::Invalid,
                "Kurlum",
                "FU00004987",
                "",
                say!(lang, "A sütunu: “Kurlum” tanınmadı.", "Column A: “Kurlum” is not known."),
                None,
            ),
            row(
                3901,
                Status::Duplicate,
                "Kurulum",
                "FU00000359",
                "118204",
                say!(lang, "Daha önce gönderilmiş.", "Sent before."),
                None,
            ),
        ],
        titles: vec!["Talep Tipi".into(), "Mali No".into(), "Terminal No".into()],
        id_title: say!(lang, "Talep no", "Case no"),
        matching: 206,
        next: Some(3901),
        record: Record {
            began: Some(at("2026-12-01T12:26:00Z")),
            ended: Some(at("2026-12-01T12:35:00Z")),
            took: Some(Duration::from_secs(521)),
            servers: vec!["ops.hugin.example".into()],
            prepared_by: "Işıl Taslak".into(),
            sent_by: Some("Işıl Taslak".into()),
            approved_by: Some("Deniz Misal".into()),
            sha256: "7c1f0b2de09a".into(),
            deeds: vec![RecordDeed {
                at: at("2026-12-01T11:08:00Z"),
                by: "Işıl Taslak".into(),
                what: say!(lang, "12. satırı düzeltti", "corrected row 12"),
            }],
            kept_until: Some(at("2027-05-30T09:00:00Z")),
        },
        may_send: true,
        notices: Vec::new(),
    }
}

pub(crate) fn unknown(lang: Lang) -> UnknownScreen {
    let row =
        |row, key: &str, why: String, closed| UnknownRow { sheet: String::new(), row, key: key.into(), why, closed };
    let silent = || say!(lang, "60 sn yanıt yok", "no answer for 60 s");
    UnknownScreen {
        run: head(lang, RunState::Finished),
        rows: vec![
            row(3057, "FU00004254", silent(), None),
            row(3204, "FU00004401", silent(), None),
            row(4115, "FU00005312", say!(lang, "bağlantı koptu", "connection lost"), None),
            row(1020, "FU00002217", silent(), Some(Resolved::Done("121893".into()))),
            row(1466, "FU00002663", silent(), Some(Resolved::NotDone)),
        ],
        open: Some(OpenRow {
            sheet: String::new(),
            row: 3057,
            title: "Kurulum, FU00004254".into(),
            what: say!(
                lang,
                "Gönderildi, 60 saniye yanıt gelmedi. Talep açılmış olabilir.",
                "Sent; no answer for 60 seconds. The case may have been opened."
            ),
            sent_at: at("2026-12-01T12:30:01Z"),
            attempts: 1,
            reference: "0193-7f2c-41aa".into(),
            cells: vec![("Terminal".into(), "00007224".into()), ("Üye işyeri".into(), "7000103064".into())],
            waiting: vec![3118],
            system: "HuginOps".into(),
            search: "FU00004254".into(),
            compare: vec![("Terminal".into(), "00007224".into())],
            between: (at("2026-12-01T12:29:00Z"), at("2026-12-01T12:36:00Z")),
            looked_up: None,
            id_title: say!(lang, "Talep numarası", "Case number"),
            fault: None,
            next: Some((String::new(), 3204)),
        }),
        may_resolve: true,
    }
}

pub(crate) fn history(lang: Lang, found: Found) -> HistoryScreen {
    let text = if matches!(found, Found::Runs { .. }) { String::new() } else { "FU00000359".to_owned() };
    HistoryScreen {
        query: HistoryQuery { text, days: "90".into(), ..HistoryQuery::default() },
        targets: vec![("huginops".into(), say!(lang, "HuginOps CANLI", "HuginOps LIVE"))],
        people: vec![("1".into(), "Işıl Taslak".into())],
        found,
        kept_days: Some(180),
    }
}

fn found(lang: Lang) -> Found {
    let _ = lang;
    let row = |run: &str, row, mark, id: &str, place| FoundRow {
        at: at("2026-11-02T07:16:00Z"),
        run: run.into(),
        file_name: "kurulum-listesi-kasim-2026.xlsx".into(),
        sheet: String::new(),
        row,
        place,
        mark,
        id: id.into(),
        by: "Işıl Taslak".into(),
    };
    Found::Rows(vec![
        row("G412", 3901, Mark::Is(Status::Duplicate), "118204", live()),
        row("G401", 88, Mark::Is(Status::Done), "118204", live()),
        row("G398", 5, Mark::Is(Status::Done), "701", test()),
    ])
}

pub(crate) fn admin(lang: Lang) -> AdminScreen {
    let target = |place, server: &str, secrets: &[(&str, bool)], four_eyes, rate: &str| TargetRow {
        place,
        servers: vec![server.into()],
        rate: rate.into(),
        four_eyes,
        secrets: secrets.iter().map(|(name, set)| ((*name).to_owned(), *set)).collect(),
        keeps: Duration::from_secs(86_400 * 30),
        settings: "caseload.toml".into(),
    };
    let person = |id, name: &str, email: &str, roles: &[Role], is_you| PersonRow {
        id,
        name: name.into(),
        email: email.into(),
        roles: roles.to_vec(),
        last_seen: (id != 3).then(|| at("2026-12-01T10:58:00Z")),
        is_you,
    };
    AdminScreen {
        targets: vec![
            target(live(), "ops.hugin.example", &[("token", true)], true, "10/s"),
            target(test(), "test-ops.hugin.example", &[("client_id", true), ("client_secret", false)], false, ""),
        ],
        people: vec![
            person(1, "Işıl Taslak", "isil.taslak@ornek.example", &[Role::Preparer], false),
            person(2, "Deniz Misal", "deniz.misal@ornek.example", &[Role::Preparer, Role::Approver], false),
            person(3, "Cem Örnekoğlu", "cem.ornekoglu@ornek.example", &[Role::Administrator], true),
        ],
        mappings: vec![
            MappingRow {
                id: 7,
                header: "Sicil".into(),
                label: say!(lang, "Mali No", "Device no"),
                operation: "hugin/create-case".into(),
                by: "Işıl Taslak".into(),
                at: at("2026-11-12T06:02:00Z"),
            },
            MappingRow {
                id: 8,
                header: "Bölge".into(),
                label: String::new(),
                operation: "hugin/create-case".into(),
                by: "Işıl Taslak".into(),
                at: at("2026-11-12T06:02:00Z"),
            },
        ],
        ledger: LedgerHealth {
            path: "ledger.db".into(),
            fault: None,
            rows: 1_248_310,
            runs: 214,
            bytes: 184 << 20,
            free: Some(41 << 30),
            backed_up: Some(at("2026-12-01T00:00:00Z")),
            unknown: (14, Some(at("2026-11-02T00:00:00Z"))),
            under_way: vec!["G411".into()],
        },
        deeds: vec![AuditRow {
            at: at("2026-12-01T11:21:00Z"),
            by: "Cem Örnekoğlu".into(),
            what: say!(lang, "Mehmet Deneme için onaylayan rolünü verdi", "gave Mehmet Deneme the role of an approver"),
            from: "10.0.0.7".into(),
        }],
        may_manage: true,
        fault: None,
        typed: NewPerson::default(),
        added: None,
    }
}

/// Every screen in each of its states, by a name for its file.
pub(crate) fn all(lang: Lang) -> Vec<(String, Markup)> {
    let mut all: Vec<(String, Markup)> = Vec::new();
    let mut add = |name: &str, markup: Markup| all.push((name.to_owned(), markup));
    let frame = frame(lang);
    begin(lang, &frame, &mut add);
    checks(lang, &frame, &mut add);
    questions(lang, &frame, &mut add);
    runs(lang, &frame, &mut add);
    ends(lang, &frame, &mut add);
    problems(lang, &frame, &mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(&str, Markup);

fn begin(lang: Lang, frame: &Frame, add: Add) {
    let on_start = Frame { path: "/", ..frame.clone() };
    add("start", start(lang).render(&on_start));
    let empty = StartScreen { runs: vec![], sample: Some("/template?to=sample".into()), ..start(lang) };
    add("start-empty", empty.render(&on_start));
    add("start-looks", StartScreen { may_prepare: false, ..start(lang) }.render(&on_start));
    add("start-no-targets", StartScreen { targets: vec![], ..start(lang) }.render(&on_start));
    let said = vec![Notice::new(Tone::Done, say!(lang, "Liste silindi", "The list was deleted"), "")];
    let dark = Frame { theme: Theme::Dark, awaiting: 2, notices: said, signed_in: SignedIn::ByKey, ..on_start };
    add("start-dark", start(lang).render(&dark));
    add("columns", columns(lang).render(frame));
    let twice = ColumnFault::Twice { letters: ("B".into(), "E".into()), label: say!(lang, "Mali No", "Device no") };
    let missing = ColumnFault::Missing(fields(lang)[0].clone());
    let refused = ColumnFault::Refused {
        field: fields(lang)[2].clone(),
        why: say!(lang, "“psu2” tanınmadı.", "“psu2” is not known."),
    };
    add("columns-faults", ColumnsScreen { faults: vec![twice, missing, refused], ..columns(lang) }.render(frame));
    add(
        "columns-one",
        ColumnsScreen { open: columns(lang).open[..1].to_vec(), known: vec![], ..columns(lang) }.render(frame),
    );
    add("checking", CheckingScreen { run: head(lang, RunState::Checking) }.render(frame));
}

fn checks(lang: Lang, frame: &Frame, add: Add) {
    add("check", CheckScreen { same: None, editor: Some(editor(None)), ..check(lang) }.render(frame));
    add(
        "check-same",
        CheckScreen {
            only: Only::Problem("case-type".into()),
            undo: Some(LastMend::Rows { rows: 14, title: "Talep Tipi".into() }),
            ..check(lang)
        }
        .render(frame),
    );
    let refused =
        editor(Some(say!(lang, "“Kurlum” tanınmadı. Listeden seçin.", "“Kurlum” is not known. Choose from the list.")));
    add("check-refused", CheckScreen { editor: Some(refused), ..check(lang) }.render(frame));
    let text = Editor {
        row: 20,
        column: "C".into(),
        value: "FT00001215".into(),
        choices: vec![],
        hint: say!(
            lang,
            "F, 00 veya HN ile başlar, en çok 12 karakter",
            "Begins with F, 00 or HN, 12 characters at most"
        ),
        same_rows: 1,
        ..editor(None)
    };
    add(
        "check-text",
        CheckScreen { editor: Some(text), undo: Some(LastMend::LeftOut { row: 12 }), same: None, ..check(lang) }
            .render(frame),
    );
    let counts = CheckCounts { valid: 4649, left_out: 2, ..check(lang).counts };
    let all = CheckScreen {
        counts,
        only: Only::All,
        rows: all_rows(lang),
        same: None,
        span: Span { rows: 4812, first: 201, next: None, before: Some(0) },
        sheets: Some((vec!["Liste".into(), "Ek".into()], 0)),
        ..check(lang)
    };
    add("check-all", all.render(frame));
    let clean = CheckCounts { valid: 4775, invalid: 0, ..check(lang).counts };
    let clean = CheckScreen {
        counts: clean,
        rows: vec![],
        kinds: vec![],
        problems: 0,
        same: None,
        undo: None,
        span: Span::default(),
        ..check(lang)
    };
    add("check-clean", clean.render(frame));
    let nothing = CheckCounts { valid: 0, invalid: 4775, ..check(lang).counts };
    let empty = CheckScreen {
        counts: nothing,
        only: Only::Mended,
        rows: vec![],
        same: None,
        span: Span::default(),
        ..check(lang)
    };
    add("check-none-valid", empty.render(frame));
    add("check-held", CheckScreen { hand: Hand::Held("Deniz Misal".into()), ..check(lang) }.render(frame));
    add(
        "check-looks",
        CheckScreen { hand: Hand::Looks, run: head(lang, RunState::Sending), ..check(lang) }.render(frame),
    );
    let lost = CheckCounts { valid: 4650, ..check(lang).counts };
    add("check-lost", CheckScreen { counts: lost, ..check(lang) }.render(frame));
    let note = Notice::new(
        Tone::Warn,
        say!(lang, "Bu dosya dün gönderilmiş", "This file was sent yesterday"),
        say!(lang, "Gönderen: Deniz Misal.", "Sent by Deniz Misal."),
    )
    .with(say!(lang, "O gönderimi gör", "Look at that run"), "/runs/G400");
    for only in [Only::Valid, Only::Warned, Only::Duplicate, Only::LeftOut, Only::Mended] {
        add(
            &format!("check-only-{}", only.name()),
            CheckScreen { only, notices: vec![note.clone()], same: None, ..check(lang) }.render(frame),
        );
    }
}

fn questions(lang: Lang, frame: &Frame, add: Add) {
    add("confirm", confirm(lang, Stage::Send).render(frame));
    let wrong = Some(ConfirmFault::WrongCount("465".into()));
    add(
        "confirm-doubts",
        ConfirmScreen { doubts: doubts(lang), fault: wrong.clone(), ..confirm(lang, Stage::Send) }.render(frame),
    );
    let on_test = RunHead { place: test(), ..head(lang, RunState::Checked) };
    add(
        "confirm-test",
        ConfirmScreen {
            run: on_test.clone(),
            staying: Staying::default(),
            fault: Some(ConfirmFault::Changed),
            ..confirm(lang, Stage::Send)
        }
        .render(frame),
    );
    let ask = Stage::Ask { approvers: approvers(), note: String::new() };
    add("confirm-approval", confirm(lang, ask.clone()).render(frame));
    add("confirm-approval-test", ConfirmScreen { run: on_test.clone(), ..confirm(lang, ask) }.render(frame));
    add("confirm-waiting", confirm(lang, waiting(true, false)).render(frame));
    add("confirm-waiting-approver", confirm(lang, waiting(false, true)).render(frame));
    let back = Notice::new(
        Tone::Warn,
        say!(lang, "Liste geri çevrildi: Deniz Misal", "Deniz Misal turned the list back"),
        say!(lang, "“5. satır yanlış.”", "“Row 5 is wrong.”"),
    );
    add("confirm-looks", ConfirmScreen { notices: vec![back], ..confirm(lang, Stage::Looks) }.render(frame));
    let plain = Ticket {
        rows: 0,
        operation: String::new(),
        secrets: vec![],
        order: String::new(),
        takes: None,
        ..ticket(lang)
    };
    add(
        "confirm-nothing",
        ConfirmScreen { ticket: plain.clone(), kinds: Kinds::default(), ..confirm(lang, Stage::Nothing) }.render(frame),
    );
    let named = Ticket { rows: 3, ..plain };
    add(
        "confirm-plain",
        ConfirmScreen { ticket: named, kinds: Kinds::default(), ..confirm(lang, Stage::Looks) }.render(frame),
    );
    add("approve", ApproveScreen { agreed: vec![], ..approve(lang) }.render(frame));
    add("approve-wrong", ApproveScreen { fault: wrong, ..approve(lang) }.render(frame));
    let changed = Some(ConfirmFault::Changed);
    add(
        "approve-test",
        ApproveScreen {
            run: on_test,
            fault: changed,
            samples: Samples::default(),
            look: Look::default(),
            ..approve(lang)
        }
        .render(frame),
    );
    for hands in [Hands::Uploaded, Hands::Mended, Hands::Mapped, Hands::Answered, Hands::NotApprover] {
        add(
            &format!("approve-not-{hands:?}"),
            ApproveScreen { not_by_you: Some(hands), ..approve(lang) }.render(frame),
        );
    }
}

fn runs(lang: Lang, frame: &Frame, add: Add) {
    let on_run = Frame { path: "/runs/G412/progress", ..frame.clone() };
    let boss = Box::leak(Box::new(Person::of_this_machine("Işıl Taslak")));
    let on_admin = Frame { person: Some(boss), ..on_run.clone() };
    let phases = [
        ("running-first", Phase::First(4)),
        ("running", Phase::Sending),
        ("running-wait", Phase::Waiting { asked: Duration::from_secs(30), until: at("2026-12-01T12:31:34Z") }),
        ("running-pausing", Phase::Pausing),
        ("running-paused", Phase::Paused(Some("Deniz Misal".into()))),
        ("running-held", Phase::Paused(None)),
        ("running-stopping", Phase::Stopping),
        ("running-stopped", stopped(lang)),
    ];
    for (name, phase) in phases {
        add(name, running(lang, phase).render(&on_run));
    }
    add("running-stopped-admin", running(lang, stopped(lang)).render(&on_admin));
    let lost = RunningScreen {
        figures: Figures { waiting: 1, ..running(lang, Phase::Sending).figures },
        ..running(lang, Phase::Sending)
    };
    add("running-lost", lost.render(&on_run));
    let bare = RunningScreen {
        pace: Pace::default(),
        answers: vec![],
        key_title: String::new(),
        may_send: false,
        ..running(lang, Phase::Sending)
    };
    add("running-bare", bare.render(&on_run));
    let unlimited = Pace { limit: None, ..running(lang, Phase::Sending).pace };
    add(
        "running-unlimited",
        RunningScreen { pace: unlimited, key_title: String::new(), ..running(lang, Phase::Sending) }.render(&on_run),
    );
}

fn ends(lang: Lang, frame: &Frame, add: Add) {
    let on_result = Frame { path: "/runs/G412/result", ..frame.clone() };
    add("result", result(lang).render(&on_result));
    let all_done = vec![(Status::Done, 4812), (Status::Unknown, 0)];
    let all = ResultScreen { counts: all_done, filter: ResultFilter::All, rows: vec![], ..result(lang) };
    add("result-all-done", all.render(&on_result));
    let few = ResultScreen {
        counts: vec![(Status::Done, 1), (Status::Unknown, 1), (Status::NotSent, 4810)],
        can_go: 3,
        filter: ResultFilter::Only(Status::NotSent),
        behind_unknown: 0,
        ..result(lang)
    };
    add("result-few", few.render(&on_result));
    add("result-none", ResultScreen { counts: vec![(Status::Rejected, 4812)], ..result(lang) }.render(&on_result));
    add("result-lost", ResultScreen { counts: vec![(Status::Done, 4811)], ..result(lang) }.render(&on_result));
    let on_unknown = Frame { path: "/runs/G412/unknown?row=3057", ..frame.clone() };
    add("unknown", unknown(lang).render(&on_unknown));
    let mut wrong = unknown(lang);
    if let Some(open) = &mut wrong.open {
        open.fault = Some((say!(lang, "Bu numara 12. satırda kayıtlı.", "Row 12 has this number."), "120417".into()));
        open.looked_up = Some(say!(lang, "iki kayıt bulundu.", "two records were found."));
        open.attempts = 2;
        open.system = "Sistem 7".into();
    }
    add("unknown-wrong", wrong.render(&on_unknown));
    add("unknown-closed", UnknownScreen { open: None, ..unknown(lang) }.render(&on_unknown));
    add("unknown-looks", UnknownScreen { may_resolve: false, ..unknown(lang) }.render(&on_unknown));
    let on_history = Frame { path: "/runs", ..frame.clone() };
    let runs = Found::Runs { rows: run_rows(lang), all: 41, next: Some("G399".into()) };
    add("history", history(lang, runs).render(&on_history));
    add("history-empty", history(lang, Found::Runs { rows: vec![], all: 0, next: None }).render(&on_history));
    add("history-found", history(lang, found(lang)).render(&on_history));
    add("history-none", history(lang, Found::Rows(vec![])).render(&on_history));
    let boss =
        Box::leak(Box::new(Person { id: Some(3), name: "Cem Örnekoğlu".into(), roles: vec![Role::Administrator] }));
    let on_admin = Frame { path: "/admin", person: Some(boss), ..frame.clone() };
    add("admin", admin(lang).render(&on_admin));
    let broken = LedgerHealth {
        fault: Some(say!(lang, "Son yedeği geri yükleyin.", "Restore the last backup.")),
        ..LedgerHealth::default()
    };
    let typed = NewPerson { name: "Ada".into(), email: "ada@ornek.example".into(), roles: vec![Role::Reader] };
    let added = Some(("ada@ornek.example".to_owned(), "kiraz-dere-42".to_owned()));
    let fault = Some(say!(lang, "Bu e-posta kayıtlı.", "This email is taken."));
    add("admin-fault", AdminScreen { ledger: broken, typed, added, fault, ..admin(lang) }.render(&on_admin));
    add(
        "admin-alone",
        AdminScreen { people: vec![], mappings: vec![], may_manage: false, ..admin(lang) }.render(&on_admin),
    );
}

fn problems(lang: Lang, frame: &Frame, add: Add) {
    let outside = Frame { path: "/sign-in", person: None, signed_in: SignedIn::No, ..frame.clone() };
    let door = SignInScreen { idle_minutes: 30, next: "/runs".into(), ..SignInScreen::default() };
    add("sign-in", door.render(&outside));
    let faults = [
        SignInFault::Wrong { left: Some(3) },
        SignInFault::Wrong { left: None },
        SignInFault::Wait { seconds: 900 },
        SignInFault::Ended,
        SignInFault::KeyUsed,
    ];
    for (at, fault) in faults.into_iter().enumerate() {
        let provider = Some(("Keycloak".to_owned(), "/sign-in/openid".to_owned()));
        add(
            &format!("sign-in-fault-{at}"),
            SignInScreen { fault: Some(fault), email: "isil@ornek.example".into(), provider, ..door.clone() }
                .render(&outside),
        );
    }
    add("sign-in-key", SignInScreen { by_key_only: true, ..door }.render(&outside));
    let kinds = [
        ProblemPage::TooLarge { file_name: "kurulum-tum-yil.xlsx".into(), bytes: Some(83 << 20), limit: 50 << 20 },
        ProblemPage::TooLarge { file_name: EVIL.into(), bytes: None, limit: 50 << 20 },
        ProblemPage::WrongKind {
            file_name: "kurulum listesi.xls".into(),
            what: say!(lang, "Eski Excel biçiminde.", "In the old Excel format."),
        },
        ProblemPage::CutOff,
        ProblemPage::Busy { run: Some("G411".into()) },
        ProblemPage::Changed {
            run: "G412".into(), what: say!(lang, "12. satır düzeltildi.", "Row 12 was corrected.")
        },
        ProblemPage::Forbidden,
        ProblemPage::NotFound,
        ProblemPage::Forged,
        ProblemPage::TooMany { seconds: 30 },
        ProblemPage::DiskFull,
        ProblemPage::Stopping,
        ProblemPage::Said {
            title: say!(lang, "Ayarlar okunamadı", "The settings cannot be read"),
            text: say!(lang, "3. satır yanlış.", "Line 3 is wrong."),
            act: None,
        },
        ProblemPage::Internal,
    ];
    for (at, kind) in kinds.into_iter().enumerate() {
        add(&format!("problem-{at:02}"), ProblemScreen { status: 400, code: "too-large".into(), kind }.render(frame));
    }
}
