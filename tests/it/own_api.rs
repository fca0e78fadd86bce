//! APIs that are not built in: a document is all it takes.

use crate::auth_server::{Reply, Server, json};
use crate::workdir::{Ended, Workdir, words};

/// A plain document, as vendors hand them out: nothing in it was written for this program.
const PLAIN: &str = r##"
openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: "https://orders.example/v2"}]
components:
  schemas:
    Address: {type: object, required: [city], properties: {city: {type: string}, zip: {type: string, nullable: true}}}
    Order:
      type: object
      required: [no, count, home]
      properties:
        id: {type: integer, readOnly: true}
        no: {type: string, maxLength: 8}
        count: {type: integer, minimum: 0, exclusiveMinimum: true}
        home: {$ref: "#/components/schemas/Address"}
        tags: {type: array, items: {type: string}}
        lines: {type: array, items: {type: object, required: [sku], properties: {sku: {type: string}, qty: {type: integer}}}}
        extra: {type: object, additionalProperties: true}
        due: {type: string, format: date}
        price: {type: number}
paths:
  /orders:
    post:
      parameters:
        - {name: dry-run, in: query, schema: {type: boolean}}
        - {name: X-Branch, in: header, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {type: object, properties: {orderId: {type: string}, ok: {type: boolean}}}}}}
  /orders/{no}/files/{file}:
    delete:
      operationId: drop
      parameters:
        - {name: no, in: path, required: true, schema: {type: string}}
        - {name: file, in: path, required: true, schema: {type: string}}
      responses: {"204": {description: gone}}
"##;

fn submit(dir: &Workdir, server: &Server, more: &[&str]) -> Ended {
    let fixed = ["submit", "list.csv", "--contract", "orders.yaml", "--base-url", &server.address, "-o", "out.jsonl"];
    dir.run(&[&fixed, more].concat())
}

fn folder(document: &str, list: &str) -> Workdir {
    let dir = Workdir::new();
    dir.write("orders.yaml", document);
    dir.write("list.csv", list);
    dir
}

fn made(nth: usize) -> Reply {
    json(201, format!(r#"{{"orderId": "O-{nth}", "ok": true}}"#))
}

#[test]
fn a_plain_document_takes_nested_values_lists_queries_and_headers_from_columns() {
    let dir = folder(
        PLAIN,
        "no,count,home.city,home.zip,tags,lines.1.sku,lines.1.qty,lines.3.sku,extra.Colour,extra.Size:decimal,due,dry-run,X-Branch\n\
         007,2,Ankara,06100,a; b,s1,4,s2,red,\"1,5\",31.12.2026,yes,B 1\n\
         8,1,Van,,,,,,,,,,\n",
    );
    let server = Server::new(|came| made(came.nth));
    let ended = submit(&dir, &server, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let came = server.came("/");
    assert_eq!((came[0].method.as_str(), came[0].path.as_str()), ("POST", "/orders?dry-run=true"));
    assert_eq!(came[0].header("x-branch"), "B 1");
    let body: serde_json::Value = serde_json::from_str(&came[0].body).unwrap();
    let wanted = serde_json::json!({
        "no": "007", "count": 2, "home": {"city": "Ankara", "zip": "06100"}, "tags": ["a", "b"],
        "lines": [{"sku": "s1", "qty": 4}, {"sku": "s2"}], "extra": {"Colour": "red", "Size": 1.5}, "due": "2026-12-31"});
    assert_eq!(body, wanted);
    assert_eq!((came[1].path.as_str(), came[1].header("x-branch")), ("/orders", ""));
    assert_eq!(came[1].body, r#"{"no":"8","count":1,"home":{"city":"Van"}}"#);
    let rows = dir.rows("out.jsonl");
    assert_eq!((rows[0]["id"].as_str(), rows[1]["id"].as_str()), (Some("O-0"), Some("O-0")));
    for said in ["/orderId", "x-caseload", "extra.Colour", ":decimal"] {
        assert!(ended.stderr.contains(said), "no {said} in {}", ended.stderr);
    }
}

#[test]
fn what_the_schema_refuses_is_told_with_the_column_however_deep() {
    let dir = folder(PLAIN, "no,count,home.city,home.zip,lines.1.qty,price\n123456789,0,,1,x,1.234\n");
    let server = Server::new(|came| made(came.nth));
    let ended = submit(&dir, &server, &[]);
    assert_eq!((ended.code, server.came("/").len()), (1, 0), "{ended:?}");
    let row = &dir.rows("out.jsonl")[0];
    let problem = |p: &serde_json::Value| {
        format!("{} {} {}", p["column"].as_str().unwrap(), p["field"].as_str().unwrap(), p["rule"].as_str().unwrap())
    };
    let mut problems: Vec<String> = row["problems"].as_array().unwrap().iter().map(problem).collect();
    problems.sort();
    assert_eq!(
        problems,
        ["A no maxLength", "B count exclusiveMinimum", "C home.city required", "E lines.1.qty type", "F price type"]
    );
}

#[test]
fn values_in_a_path_stay_in_their_place() {
    let dir = folder(PLAIN, "no,file\na/b?c,d e\n..,x\n%2e%2e,y\n");
    let server = Server::new(|_| (204, "", String::new()));
    let ended = submit(&dir, &server, &["--to", "drop"]);
    assert_eq!(words(&dir.rows("out.jsonl")), ["done", "invalid", "done"], "{ended:?}");
    let paths: Vec<String> =
        server.came("/").iter().map(|came| format!("{} {}{}", came.method, came.path, came.body)).collect();
    assert_eq!(paths, ["DELETE /orders/a%2Fb%3Fc/files/d%20e", "DELETE /orders/%252e%252e/files/y"]);
}

#[test]
fn a_document_that_cannot_be_used_is_refused_with_place_and_next_step() {
    let laughs: String =
        (1..12).map(|n| format!("l{n}: &l{n} [{}]\n", vec![format!("*l{}", n - 1); 10].join(", "))).collect();
    let cases: &[(&str, String, &[&str])] = &[
        (
            "refs in a circle",
            PLAIN.replace("Address: {type: object", "Address: {$ref: \"#/components/schemas/Address\", type: object"),
            &["Address", "circle"],
        ),
        (
            "a schema in itself",
            PLAIN.replace("zip: {type: string, nullable: true}", "zip: {$ref: \"#/components/schemas/Address\"}"),
            &["home.zip", "itself"],
        ),
        (
            "a remote ref",
            PLAIN.replace("{$ref: \"#/components/schemas/Address\"}", "{$ref: \"https://example.com/a.json\"}"),
            &["/components/schemas/Order/properties/home", "example.com"],
        ),
        ("billion laughs", format!("l0: &l0 [ha]\n{laughs}{PLAIN}"), &["orders"]),
        (
            "an unknown key",
            PLAIN.replace("    post:\n", "    post:\n      x-caseload: {idd: /orderId}\n"),
            &["/paths/~1orders/post", "idd"],
        ),
        (
            "a pointer to nothing",
            PLAIN.replace("    post:\n", "    post:\n      x-caseload: {id: /data/no}\n"),
            &["/data/no", "nothing"],
        ),
        ("a path name nobody describes", PLAIN.replace("{name: file, in: path", "{name: fiel, in: path"), &["{file}"]),
        ("a version of the future", PLAIN.replace("3.0.3", "5.0.0"), &["5.0.0", "3.1"]),
        ("no YAML at all", "{]".to_owned(), &["orders"]),
    ];
    for (name, document, said) in cases {
        assert_ne!(document, PLAIN, "{name}");
        let dir = folder(document, "no,count,home.city\n1,1,Ankara\n");
        let server = Server::new(|came| made(came.nth));
        let ended = submit(&dir, &server, &["--to", "post-orders"]);
        assert_eq!((ended.code, server.came("/").len()), (2, 0), "{name}: {ended:?}");
        for word in *said {
            assert!(ended.stderr.contains(word), "{name}: no {word} in {}", ended.stderr);
        }
        assert!(ended.stderr.lines().count() <= 3, "{name}: {}", ended.stderr);
    }
}

#[test]
fn headers_that_fight_over_a_field_are_refused() {
    for (headers, said) in [
        ("no,count,home.city,tags,tags.1", "tags.1"),
        ("no,count,home.city,lines,lines.1.sku", "lines.1.sku"),
        ("no,count,home.city,extra.A:number,extra.A:text", "extra.A"),
        ("no,count,home.city,extra.A:money", "money"),
        ("no,count,home.city,price", "C"),
    ] {
        let cells = vec!["1"; headers.split(',').count()].join(",");
        let rows = if said == "C" { "1,1,A,\"1,5\"\n2,2,B,1.5\n".to_owned() } else { format!("{cells}\n") };
        let dir = folder(PLAIN, &format!("{headers}\n{rows}"));
        let server = Server::new(|came| made(came.nth));
        let ended = submit(&dir, &server, &["--to", "post-orders"]);
        assert_eq!((ended.code, server.came("/").len()), (2, 0), "{headers}: {ended:?}");
        assert!(ended.stderr.contains(said), "{headers}: {}", ended.stderr);
    }
}

#[test]
fn a_document_in_json_and_one_of_swagger_work_alike() {
    let swagger = r##"{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "host": "t.example", "basePath": "/v1",
        "definitions": {"N": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}},
        "paths": {"/things": {"post": {"operationId": "make", "parameters": [{"in": "body", "name": "b", "schema": {"$ref": "#/definitions/N"}}],
            "responses": {"200": {"description": "ok", "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}}}}}}}"##;
    let dir = Workdir::new();
    dir.write("t.json", swagger);
    dir.write("list.csv", "name\nx\n");
    let server = Server::new(|_| json(200, r#"{"id": 5}"#));
    let ended =
        dir.run(&["submit", "list.csv", "--contract", "t.json", "--base-url", &server.address, "-o", "out.jsonl"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(dir.rows("out.jsonl")[0]["id"], 5);
}

#[test]
fn what_is_the_same_in_every_row_may_be_set_and_typed_on_the_command_line() {
    let dir = folder(PLAIN, "no,count,Colour of it\n1,1,red\n");
    let server = Server::new(|came| made(came.nth));
    let sets = [
        "--set",
        "home.city=Ankara",
        "--set",
        "extra.Size:decimal=1,5",
        "--map",
        "extra.Colour=Colour of it",
        "--set",
        "X-Branch=B7",
    ];
    let ended = submit(&dir, &server, &sets);
    assert_eq!(ended.code, 0, "{ended:?}");
    let came = &server.came("/")[0];
    assert_eq!(came.header("x-branch"), "B7");
    let body: serde_json::Value = serde_json::from_str(&came.body).unwrap();
    assert_eq!(
        (&body["home"]["city"], &body["extra"]),
        (&"Ankara".into(), &serde_json::json!({"Size": 1.5, "Colour": "red"}))
    );
}

#[test]
fn a_field_of_ones_own_is_held_to_the_type_of_the_contract_or_of_its_header() {
    let dir = Workdir::new();
    let exported = dir.run(&["contracts", "thalamus", "--export"]).stdout;
    let open = "additionalProperties: {type: [boolean, number, string]}";
    let named = format!(
        "properties: {{Amount: {{type: number}}, Due: {{type: string, format: date}}}}\n                  {open}"
    );
    assert!(exported.contains(open), "{exported}");
    dir.write("own.yaml", exported.replace(open, &named));
    dir.write(
        "list.csv",
        "categoryCode;typeCode;caseData.Amount;caseData.Due;caseData.Floor:number;caseData.Urgent:boolean\n\
         Reclamo;Telefonico;12,5;22.12.2026;3;evet\nReclamo;Telefonico;zwölf;;;\nReclamo;Telefonico;;32.12.2026;;\n\
         Reclamo;Telefonico;;;üç;\nReclamo;Telefonico;;;;belki\n",
    );
    let ended = dir.run(&["check", "list.csv", "--contract", "own.yaml", "-o", "out.jsonl"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let rows = dir.rows("out.jsonl");
    assert_eq!(words(&rows), ["valid", "invalid", "invalid", "invalid", "invalid"]);
    let wanted = [
        ("C", "Amount", "zwölf", "number"),
        ("D", "Due", "32.12.2026", "date"),
        ("E", "Floor", "üç", "number"),
        ("F", "Urgent", "belki", "yes"),
    ];
    for (row, (column, name, value, said)) in rows[1..].iter().zip(wanted) {
        let problem = &row["problems"][0];
        assert_eq!(row["problems"].as_array().unwrap().len(), 1, "{row}");
        let found = ["column", "field", "rule", "value"].map(|key| problem[key].as_str().unwrap());
        assert_eq!(found, [column, &format!("caseData.{name}"), "type", value]);
        let message = problem["message"].as_str().unwrap();
        assert!(message.contains(value) && message.to_lowercase().contains(said), "{message}");
    }
}

/// What the promise "adding a vendor touches no code" rests on.
#[test]
fn no_system_is_named_in_code_outside_the_sandbox() {
    fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            // Tests may name one too.
            if ["tests", "tests.rs", "samples.rs"].iter().any(|test| path.ends_with(test)) {
                continue;
            }
            if path.is_dir() && !path.ends_with("sandbox") {
                files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    assert!(found.len() > 100);
    for system in ["hugin", "thalamus", "netahsilat", "bankapi"] {
        for path in &found {
            let text = std::fs::read_to_string(path).unwrap().to_lowercase();
            // An example in the documentation may name one.
            let mut code = text
                .lines()
                .take_while(|line| *line != "#[cfg(test)]" && *line != "mod tests {")
                .filter(|line| !line.trim_start().starts_with("//"));
            assert!(!code.any(|line| line.contains(system)), "{system} in {}", path.display());
        }
    }
}

/// The order, with a state that is composed of one scalar, and an owner that is a text or an object.
fn composed() -> String {
    PLAIN.replace(
        "        due: {type: string, format: date}\n",
        "        due: {type: string, format: date}\n        state: {allOf: [{$ref: \"#/components/schemas/State\"}]}\n        owner: {oneOf: [{type: string}, {type: object, properties: {name: {type: string}}}]}\n",
    )
    .replace("  schemas:\n", "  schemas:\n    State: {type: string, enum: [open, shut]}\n")
}

#[test]
fn a_scalar_that_an_all_of_wraps_is_a_column_and_is_sent() {
    let server = Server::new(|came| made(came.nth));
    let dir = folder(&composed(), "no,count,home.city,state\nA1,2,Ankara,OPEN\nA2,3,Van,ajar\n");
    let ended = submit(&dir, &server, &[]);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (1, vec!["done", "invalid"]), "{ended:?}");
    let body: serde_json::Value = serde_json::from_str(&server.came("/")[0].body).unwrap();
    assert_eq!(body["state"], "open");
}

#[test]
fn a_column_that_means_a_property_and_cannot_be_sent_stops_the_file_with_its_letter() {
    let server = Server::new(|came| made(came.nth));
    for (header, letter_and_parts) in
        [("Owner", "column D (\"Owner\")"), ("home", "home.city, home.zip"), ("extra", "extra.…")]
    {
        let dir = folder(&composed(), &format!("no,count,home.city,{header}\nA1,2,Ankara,x\n"));
        let ended = submit(&dir, &server, &[]);
        assert_eq!(ended.code, 2, "{header}: {ended:?}");
        assert!(ended.stderr.contains(letter_and_parts), "{header}: {}", ended.stderr);
    }
    let dir = folder(&composed(), "no,count,home.city,id,Bölge\nA1,2,Ankara,7,x\n");
    assert_eq!(submit(&dir, &server, &[]).code, 0, "what only the server writes, or nobody knows, is left out");
    assert_eq!(server.came("/").len(), 1);
}
