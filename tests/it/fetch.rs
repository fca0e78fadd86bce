//! Reading: one list with all of its pages, and one read a row; what changes meanwhile is noticed.

use std::fs;

use serde_json::{Value, json};

use crate::book::read_sheet;
use crate::listener::{Listener, Said};
use crate::workdir::{Ended, Workdir, words};

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: Library, version: "1"}
servers: [{url: "https://library.invalid"}]
paths:
  /books:
    get:
      operationId: list-books
      x-caseload: {error: {code: /code, title: /message}, pages: {items: /Items, total: /total, last: /last, parameter: page}}
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: page-size, in: query, schema: {type: integer}}
        - {name: author, in: query, schema: {type: string}}
      responses:
        "200": {content: {application/json: {schema: {type: object, properties: {total: {type: integer}, last: {type: integer},
          Items: {type: array, items: {type: object, properties: {no: {type: string}, title: {type: string}, by: {type: object, properties: {name: {type: string}}}}}}}}}}}
        default: {content: {application/json: {schema: {type: object, properties: {code: {type: string}, message: {type: string}}}}}}
  /books/{no}:
    get:
      operationId: get-book
      x-caseload: {error: {code: /code, title: /message}}
      parameters: [{name: no, in: path, required: true, schema: {type: string, maxLength: 12}}]
      responses:
        "200": {content: {application/json: {schema: {type: object, properties: {no: {type: string}, title: {type: string}}}}}}
        default: {content: {application/json: {schema: {type: object, properties: {code: {type: string}, message: {type: string}}}}}}
    put:
      operationId: change-book
      x-caseload: {id: /no}
      parameters: [{name: no, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}}
      responses: {"200": {content: {application/json: {schema: {type: object, properties: {no: {type: string}}}}}}}
"#;

fn library() -> Workdir {
    let dir = Workdir::new();
    dir.write("library.yaml", CONTRACT);
    dir
}

fn fetch(dir: &Workdir, server: &Listener, args: &[&str]) -> Ended {
    dir.run(&[&["fetch"], args, &["--contract", "library.yaml", "--base-url", &server.address]].concat())
}

fn summary(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
}

fn number(target: &str, name: &str) -> Option<u64> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?.parse().ok()
}

fn book(n: u64) -> Value {
    json!({"no": format!("{n:05}"), "title": "=1+1", "by": {"name": "Ayşe"}, "year": 1990 + n, "tags": ["a", n]})
}

/// Three books a page, of so many.
fn page(target: &str, count: u64) -> Value {
    let (page, size) = (number(target, "page").unwrap(), number(target, "page-size").unwrap_or(3));
    let items: Vec<Value> = ((page - 1) * size..(page * size).min(count)).map(book).collect();
    json!({"Items": items, "total": count, "last": count.div_ceil(size)})
}

fn shelf(count: u64) -> Listener {
    Listener::new(move |target| (200, "", page(target, count).to_string()))
}

#[test]
fn every_page_of_a_list_comes_into_a_workbook_a_csv_and_json_lines() {
    let (dir, server) = (library(), shelf(7));
    let ended = fetch(&dir, &server, &["list-books", "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let told = summary(&ended);
    for (key, value) in [
        ("operation", json!("library/list-books")),
        ("rows", json!(1)),
        ("done", json!(1)),
        ("items", json!(7)),
        ("pages", json!(3)),
        ("total", json!(7)),
        ("changed", json!(false)),
        ("result", json!("list-books.xlsx")),
        ("exit", json!(0)),
    ] {
        assert_eq!(told[key], value, "{key}: {told}");
    }
    assert_eq!(server.targets(), ["/books?page=1", "/books?page=2", "/books?page=3"]);
    let table = read_sheet(&dir.path("list-books.xlsx"), "list-books", 1);
    assert_eq!(table.headers, ["no", "title", "by.name", "year", "tags"]);
    assert_eq!(table.column("no"), (0..7).map(|n| format!("{n:05}")).collect::<Vec<_>>());
    assert_eq!((table.column("title")[0].as_str(), table.column("tags")[6].as_str()), ("=1+1", "[\"a\",6]"));
    assert!(table.formulas.is_empty() && table.rows[6]["year"] == calamine::Data::Float(1996.0));
    for again in 0..2 {
        assert_eq!(fetch(&dir, &server, &["list-books", "-o", "books.csv"]).code, 0, "{again}");
        assert_eq!(fetch(&dir, &server, &["list-books", "-o", "books.jsonl"]).code, 0, "{again}");
    }
    let csv = fs::read_to_string(dir.path("books.csv")).unwrap();
    assert!(
        csv.starts_with("\u{feff}no;title;by.name;year;tags\r\n00000;'=1+1;Ayşe;1990;\"[\"\"a\"\",0]\"\r\n"),
        "{csv}"
    );
    let lines = dir.rows("books.jsonl");
    assert_eq!((lines.len(), &lines[6]), (7, &json!({"page": 3, "item": book(6)})));
}

#[test]
fn a_filter_is_sent_and_a_page_that_is_named_is_read_alone() {
    let (dir, server) = (library(), shelf(7));
    let ended = fetch(&dir, &server, &["list-books", "--set", "author=Ş & x", "--set", "page-size=5", "-o", "a.jsonl"]);
    assert_eq!((ended.code, dir.rows("a.jsonl").len()), (0, 7), "{ended:?}");
    assert_eq!(server.targets()[1], "/books?page-size=5&author=%C5%9E%20%26%20x&page=2");
    let ended = fetch(&dir, &server, &["list-books", "--set", "page=2", "-o", "b.jsonl"]);
    assert_eq!((ended.code, dir.rows("b.jsonl").len()), (0, 3), "{ended:?}");
}

#[test]
fn a_list_that_changes_while_it_is_read_is_noticed() {
    let dir = library();
    let grows = Listener::new(|target| {
        let mut body = page(target, 7);
        body["total"] = json!(if number(target, "page") == Some(1) { 7 } else { 8 });
        (200, "", body.to_string())
    });
    let ended = fetch(&dir, &grows, &["list-books", "-o", "out.jsonl", "--json"]);
    assert_eq!((ended.code, dir.rows("out.jsonl").len()), (1, 7), "{ended:?}");
    assert!(ended.stderr.contains("7 records at first and 8 later; 7 were read"), "{}", ended.stderr);
    assert_eq!(summary(&ended)["changed"], true);
    let short = Listener::new(|target| {
        let mut body = page(target, 7);
        body["total"] = json!(9);
        (200, "", body.to_string())
    });
    let ended = fetch(&dir, &short, &["list-books", "-o", "out.jsonl"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("counts 9 records, and 7 were read"), "{}", ended.stderr);
}

#[test]
fn a_server_whose_list_has_no_end_is_left() {
    let dir = library();
    let same = Listener::new(|_| (200, "", json!({"Items": [book(1)], "total": 5, "last": 1_000_000_000}).to_string()));
    let ended = fetch(&dir, &same, &["list-books", "-o", "out.jsonl"]);
    assert_eq!((ended.code, dir.rows("out.jsonl").len(), same.targets().len()), (1, 1, 2), "{ended:?}");
    assert!(ended.stderr.contains("Page 2 is the same as the one before"), "{}", ended.stderr);
    let empty = Listener::new(|target| {
        let mut body = page(target, 3);
        body["last"] = json!(1_000_000_000);
        (200, "", body.to_string())
    });
    let ended = fetch(&dir, &empty, &["list-books", "-o", "out.jsonl"]);
    assert_eq!((ended.code, empty.targets().len()), (1, 2), "{ended:?}");
    assert!(ended.stderr.contains("Page 2 is empty"), "{}", ended.stderr);
}

/// One book by its number; number 2 is not there.
fn by_number(target: &str) -> Said {
    match target.rsplit('/').next() {
        Some("2") => (404, "", json!({"code": "B404", "message": "no such book"}).to_string()),
        Some(no) => (200, "", json!({"no": no, "title": format!("Book {no}"), "pages": 100}).to_string()),
        None => (500, "", String::new()),
    }
}

#[test]
fn each_row_is_read_for_and_a_book_that_is_not_there_keeps_no_other_from_being_read() {
    let dir = library();
    let server = Listener::new(by_number);
    dir.write("list.csv", "Note,no\nx,1\ny,2\nz,far too long a number\n,a/b c\nw,3\n");
    let ended = fetch(&dir, &server, &["get-book", "list.csv", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let told = summary(&ended);
    let counts = ["rows", "done", "rejected", "invalid", "not_sent", "items"].map(|key| told[key].as_u64().unwrap());
    assert_eq!((counts, &told["result"]), ([5, 3, 1, 1, 0, 3], &json!("list.csv.get-book.xlsx")));
    let mut targets = server.targets();
    targets.sort_unstable();
    assert_eq!(targets, ["/books/1", "/books/2", "/books/3", "/books/a%2Fb%20c"]);
    let table = read_sheet(&dir.path("list.csv.get-book.xlsx"), "get-book", 1);
    assert_eq!(table.headers[..6], ["Note", "no", "Result", "Error", "Error code", "HTTP status"]);
    assert_eq!(table.headers[6..], ["no (2)", "title", "pages"]);
    assert_eq!(table.column("Result"), ["done", "rejected", "invalid", "done", "done"]);
    assert_eq!((table.column("Error")[1].as_str(), table.column("Error code")[1].as_str()), ("no such book", "B404"));
    assert!(table.column("Error")[2].contains("column B (no)"), "{:?}", table.column("Error"));
    assert_eq!(table.column("title"), ["Book 1", "", "", "Book a%2Fb%20c", "Book 3"]);
    for _ in 0..2 {
        let ended = fetch(&dir, &server, &["get-book", "list.csv", "-o", "out.jsonl"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        let rows = dir.rows("out.jsonl");
        assert_eq!(words(&rows), ["done", "rejected", "invalid", "done", "done"]);
        assert_eq!(
            (&rows[4]["row"], &rows[4]["item"]["title"], &rows[1]["item"]),
            (&json!(6), &json!("Book 3"), &Value::Null)
        );
    }
}

#[test]
fn rows_keep_their_order_whichever_answer_comes_first() {
    let dir = library();
    let server = Listener::new(|target| {
        let no: u64 = target.rsplit('/').next().unwrap().parse().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(40 - no % 4 * 10));
        by_number(target)
    });
    dir.write("list.csv", format!("no\n{}", (100..140).map(|n| format!("{n}\n")).collect::<String>()));
    let ended = fetch(&dir, &server, &["get-book", "list.csv", "-o", "out.jsonl"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let numbers: Vec<Value> = dir.rows("out.jsonl").into_iter().map(|row| row["item"]["no"].clone()).collect();
    assert_eq!(numbers, (100..140).map(|n| json!(n.to_string())).collect::<Vec<_>>());
}

#[test]
fn a_server_that_says_not_now_is_asked_again_and_one_that_does_not_know_us_stops_the_reading() {
    let dir = library();
    let count = std::sync::atomic::AtomicU64::new(0);
    let busy = Listener::new(move |target| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => (429, "Retry-After: 0\r\n", String::new()),
        1 => (500, "", String::new()),
        _ => by_number(target),
    });
    dir.write("list.csv", "no\n1\n3\n4\n");
    let ended = fetch(&dir, &busy, &["get-book", "list.csv", "-o", "out.jsonl"]);
    assert_eq!((ended.code, busy.targets().len()), (0, 5), "{ended:?}");
    let shut = Listener::new(|target| if target == "/books/1" { by_number(target) } else { (401, "", String::new()) });
    let ended = fetch(&dir, &shut, &["get-book", "list.csv", "-o", "out.jsonl"]);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (3, vec!["done", "not-sent", "not-sent"]), "{ended:?}");
    assert!(ended.stderr.contains("HTTP 401"), "{}", ended.stderr);
    let moved = Listener::new(|_| (302, "Location: /elsewhere\r\n", String::new()));
    let ended = fetch(&dir, &moved, &["list-books", "-o", "none.jsonl"]);
    assert_eq!((ended.code, moved.targets().len(), dir.path("none.jsonl").exists()), (3, 1, false), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn what_was_read_is_written_when_the_reading_is_interrupted() {
    let dir = library();
    let server = Listener::new(|target| {
        if number(target, "page") == Some(3) {
            std::thread::sleep(std::time::Duration::from_secs(20));
        }
        (200, "", page(target, 9).to_string())
    });
    let base = server.address.clone();
    let args = ["fetch", "list-books", "--contract", "library.yaml", "--base-url", &base, "-o", "out.jsonl"];
    let child = dir.start(&args);
    let begun = std::time::Instant::now();
    while server.targets().len() < 3 && begun.elapsed().as_secs() < 10 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), dir.rows("out.jsonl").len()), (Some(130), 6), "{output:?}");
    assert!(begun.elapsed().as_secs() < 15);
}

#[test]
fn only_operations_that_read_are_fetched_and_only_those_that_send_are_submitted() {
    let (dir, server) = (library(), shelf(1));
    dir.write("list.csv", "no,title\n1,x\n");
    let ended = fetch(&dir, &server, &["change-book", "list.csv"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("caseload submit FILE --to library/change-book"), "{}", ended.stderr);
    let submit =
        ["submit", "list.csv", "--to", "get-book", "--contract", "library.yaml", "--base-url", &server.address];
    let ended = dir.run(&submit);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("caseload fetch library/get-book FILE"), "{}", ended.stderr);
    for (args, said) in [
        (&["get-book"][..], "--set no="),
        (&["get-book", "--set", "no=far too long a number"], "--set no:"),
        (&["get-book", "--set", "isbn=1"], "\"isbn\""),
        (&["get-book", "--set", "no=1", "--map", "no=Number"], "no file was given"),
        (&["borrow-book"], "library/list-books, library/get-book"),
        (&["get-book", "list.csv", "-o", "list.csv"], "list.csv"),
        (&["get-book", "list.csv", "-o", "x.txt"], "x.txt"),
    ] {
        let ended = fetch(&dir, &server, args);
        assert_eq!(ended.code, 2, "{args:?} {ended:?}");
        assert!(ended.stderr.contains(said), "no {said:?} in {}", ended.stderr);
    }
    assert_eq!(server.targets(), Vec::<String>::new());
    let ended = dir.run(&["fetch", "list-books", "--contract", "library.yaml"]);
    assert!(ended.code == 2 && ended.stderr.contains("--yes"), "{ended:?}");
}

#[test]
fn what_was_read_can_be_sent_and_is_not_taken_for_sent() {
    let dir = library();
    let server = Listener::new(by_number);
    dir.write("list.csv", "Book\n1\n3\n");
    let ended = fetch(&dir, &server, &["get-book", "list.csv", "--map", "no=Book", "-o", "books.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let check = ["check", "books.csv", "--to", "change-book", "--contract", "library.yaml", "-o", "out.jsonl"];
    let ended = dir.run(&check);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (0, vec!["valid", "valid"]), "{ended:?}");
}
