//! A vendor of whom nobody has heard: its contract is all that it takes, from the template to the search, in
//! Turkish.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Child;

use serde_json::{Value, json};

use crate::book::{read_sheet, sheet_names};
use crate::workdir::{Ended, Workdir, words};

const CONTRACT: &str = include_str!("vendor/kargo.yaml");
const LIST: &str = "\
Sipariş No;Şube;Alıcı;Alıcı Telefonu;Desi;Ödeme;Teslim Tarihi
S-1;0034;Ayşe Örnek;05000000001;3;ALICI ÖDER;22.12.2026
S-2;0034;Işıl Deneme;05000000002;1;Gönderici Öder;
S-3;0035;Ümit Misal;05000000003;0;Alıcı Öder;
S-1;0036;Ayşe Örnek;05000000001;3;Alıcı Öder;
S-5;0037;Çağrı Taslak;05000000005;2;Alıcı Öder;31.12.2026
";
const FAULTS: &str =
    "[{on: {field: siparisNo, is: S-5}, do: 422, body: {hata: {kod: ADRES-7, mesaj: Alıcının adresi şube dışında.}}}]";

/// `caseload sandbox`, until the test ends.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn new(dir: &Workdir) -> Self {
        let args =
            ["sandbox", "--contract", "kargo.yaml", "--port", "0", "--log", "log.jsonl", "--faults", "hatalar.yaml"];
        let mut child = dir.start(&args);
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Whoever is gone already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(dir: &Workdir, args: &[&str]) -> Ended {
    let mut command = dir.command(args);
    command.env("CASELOAD_LANG", "tr").env_remove("CASELOAD_TOKEN");
    command.env("CASELOAD_CLIENT_ID", "ben").env("CASELOAD_CLIENT_SECRET", "gizli");
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[track_caller]
fn says(ended: &Ended, code: i32, said: &[&str]) {
    assert_eq!(ended.code, code, "{ended:?}");
    for words in said {
        assert!(ended.stdout.contains(words) || ended.stderr.contains(words), "no {words:?} in {ended:?}");
    }
}

#[test]
fn a_vendor_is_added_by_its_contract_alone() {
    let dir = Workdir::new();
    dir.write("kargo.yaml", CONTRACT);
    dir.write("hatalar.yaml", FAULTS);
    dir.write("liste.csv", LIST);
    let contract = ["--contract", "kargo.yaml"];

    let described = run(&dir, &[&["contracts", "gonderi-ac"], &contract[..]].concat());
    says(
        &described,
        0,
        &["CASELOAD_CLIENT_ID", "gonderiNo", "Alıcı Telefonu", "tam sayı", "30 gün içinde aynı siparisNo"],
    );
    let template = run(&dir, &[&["template", "gonderi-ac", "-o", "sablon.xlsx"], &contract[..]].concat());
    says(&template, 0, &["Şablon yazıldı: sablon.xlsx"]);
    let sheet = read_sheet(&dir.path("sablon.xlsx"), "Liste", 1);
    let labels = ["Sipariş No", "Şube Kodu", "Alıcı", "Alıcı Telefonu", "Desi", "Ödeme", "Teslim Tarihi"];
    assert_eq!((sheet.headers, sheet.rows.len()), (labels.map(str::to_owned).to_vec(), 1));
    says(&run(&dir, &[&["check", "sablon.xlsx"], &contract[..]].concat()), 0, &["hepsi hesapta"]);

    let server = Served::new(&dir);
    let to = ["--contract", "kargo.yaml", "--base-url", &server.address];
    let ended = run(&dir, &[&["submit", "sablon.xlsx"], &to[..]].concat());
    says(&ended, 0, &["Başlıklara göre işlem: kargo/gonderi-ac", "örnek satırı", "hepsi hesapta"]);
    let submit = [&["submit", "liste.csv", "-o", "sonuc.jsonl"], &to[..]].concat();
    let ended = run(&dir, &submit);
    says(&ended, 1, &["Düzeltilecek satır: 2."]);
    ends_as_it_should(&dir);

    says(&run(&dir, &["report", "-o", "sonuc.xlsx"]), 1, &["Sonuç: sonuc.xlsx"]);
    let path = dir.path("sonuc.xlsx");
    assert_eq!(read_sheet(&path, &sheet_names(&path)[0], 1).column("gonderiNo"), ["1001", "1002", "", "1001", ""]);
    for (text, rows) in [("0034", &["  2  done", "  3  done"][..]), ("1002", &["  3  done"])] {
        says(&run(&dir, &["find", text]), 0, rows);
    }
    says(&run(&dir, &["find", "S-1"]), 1, &["\"S-1\" defterde bulunamadı."]);

    // Asked from another folder, the contract is still found.
    std::fs::create_dir(dir.path("baska")).unwrap();
    let output = dir.command(&["find", "0034"]).current_dir(dir.path("baska")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    let first = dir.rows("sonuc.jsonl");
    let ended = run(&dir, &submit);
    says(&ended, 1, &["tarihinde gönderilmişti: 5 satırdan 3 tamam", "Hiçbir şey gönderilmedi"]);
    assert_eq!((dir.rows("sonuc.jsonl"), dir.rows("log.jsonl").len()), (first, 3));
}

/// Five rows, of which three were sent, each once; the example of the template was not.
#[track_caller]
fn ends_as_it_should(dir: &Workdir) {
    let rows = dir.rows("sonuc.jsonl");
    assert_eq!(words(&rows), ["done", "done", "invalid", "duplicate", "rejected"], "{rows:#?}");
    assert_eq!(
        (&rows[0]["id"], &rows[3]["id"], &rows[3]["duplicate_of"]["row"]),
        (&json!("1001"), &json!("1001"), &json!(2))
    );
    assert_eq!(rows[2]["problems"][0]["message"], "Desi en az 1 olmalı; bulunan: 0.");
    let error = json!({"code": "ADRES-7", "title": "Alıcının adresi şube dışında.", "description": null});
    assert_eq!(rows[4]["error"], error);
    let log = dir.rows("log.jsonl");
    let sent: Vec<&Value> = log.iter().map(|came| &came["body"]["siparisNo"]).collect();
    assert_eq!((sent.len(), sent[0]), (3, &json!("S-1")));
    let body = json!({"siparisNo": "S-1", "subeKodu": "0034", "alici": {"ad": "Ayşe Örnek", "telefon": "05000000001"},
        "desi": 3, "odeme": "alici", "teslim": "2026-12-22"});
    assert_eq!((&log[0]["path"], &log[0]["body"]), (&json!("/gonderiler"), &body));
    assert_eq!(log.iter().filter(|came| came["committed"] == true).count(), 2);
}

/// The folder of the built-in contracts is read when the program is built: a file there is all that a built-in
/// vendor needs, and no list in code names those that are there.
#[test]
fn built_in_contracts_are_the_files_of_their_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/contract");
    let names = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut names: Vec<String> = names
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut built_in: Vec<&str> = caseload_engine::contract::BUILT_IN.iter().map(|(name, _)| *name).collect();
    built_in.sort_unstable();
    assert_eq!(built_in, names);
}
