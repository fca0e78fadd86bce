//! A contract of one's own, as `contracts` tells it.

use crate::workdir::Workdir;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: City library, version: "1"}
servers: [{url: "https://library.invalid/v2"}]
components:
  securitySchemes: {desk: {type: apiKey, in: header, name: X-Desk}}
security: [{desk: []}]
paths:
  /loans:
    post:
      operationId: lend
      summary: Lend a book
      x-caseload: {order-by: member, unique: [{when: {kind: [book]}, fields: [member, copy], window: 12h}]}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [member, kind]
              properties:
                member: {type: string, maxLength: 8, x-label: {tr: Üye, en: Member}}
                kind: {enum: [book, film], x-values: {film: {tr: Film, en: Movie}}}
                copy: {type: integer}
                tags: {type: array, items: {type: string}}
                notes: {type: array, items: {properties: {text: {type: string}}}}
                extra: {type: object}
              if: {properties: {kind: {const: book}}}
              then: {required: [copy]}
              else: {required: [tags], x-message: {tr: Filmin etiketi olur., en: A film has tags.}}
      responses: {"201": {content: {application/json: {schema: {properties: {loanId: {type: string}}}}}}}
    get:
      operationId: list-loans
      x-caseload: {pages: {items: /items, parameter: page}, values: {kind: /kinds/*}}
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {"200": {content: {application/json: {schema: {properties: {kinds: {}, items: {type: array, items: {properties: {loanId: {type: string}, by: {properties: {member: {type: string}}}}}}}}}}}}
  /loans/{id}:
    put:
      operationId: prolong
      x-caseload: {id: /loanId}
      parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: X-Branch, in: header, schema: {type: string}}]
      responses: {"200": {content: {application/json: {schema: {properties: {loanId: {type: string}}}}}}}
  /covers:
    post:
      operationId: add-cover
      requestBody: {content: {image/png: {}}}
      responses: {}
"#;

fn told(args: &[&str]) -> String {
    let dir = Workdir::new();
    dir.write("library.yaml", CONTRACT);
    let ended = dir.run(&[&["contracts"], args].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_contract_file_is_told_whole_by_its_name_or_as_an_option() {
    let whole = told(&["library.yaml"]);
    assert_eq!(whole, told(&["--contract", "library.yaml"]));
    for said in [
        "City library (library) server: https://library.invalid/v2",
        "library/lend: Lend a book POST https://library.invalid/v2/loans",
        "secrets: desk (CASELOAD_DESK)",
        "member Member text, 8 characters at most, required",
        "kind book | film (Movie), required",
        "copy whole number",
        "tags values separated by semicolons (text)",
        "tags.1, tags.2 …",
        "notes.2, notes.3 …",
        "extra.NAME or extra.NAME:TYPE",
        "where kind is book, required: copy",
        "A film has tags.",
        "result column: loanId (guessed from the form of the answer: /loanId",
        "rows with the same member go one at a time",
        "the same member + copy within 12 hours (kind book)",
        "unknown: not sent again; a person closes it",
        "X-Branch text, in a header",
        "id text, in the path, required",
        "result column: loanId a row whose outcome is unknown: sent again",
        "only reads: caseload fetch library/list-loans all pages are read (counted by page)",
        "columns that are read: loanId, by.member tells the values of: kind",
        "operations that cannot be used: add-cover: /paths/~1covers/post",
    ] {
        assert!(whole.contains(said), "no {said:?} in {whole}");
    }
}

#[test]
fn one_operation_is_told_alone_and_in_turkish() {
    let one = told(&["lend", "--contract", "library.yaml", "--lang", "tr"]);
    for said in [
        "gizli bilgi: desk",
        "en çok 8 karakter, zorunlu",
        "kind book ise zorunlu: copy",
        "Filmin etiketi olur.",
        "12 saat içinde",
    ] {
        assert!(one.contains(said), "no {said:?} in {one}");
    }
    assert!(!one.contains("prolong") && !one.contains("City library"), "{one}");
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_name() {
    let ended = Workdir::new().run(&["contracts", "gone.yaml"]);
    assert!(ended.code == 2 && ended.stderr.contains("gone.yaml"), "{ended:?}");
}
