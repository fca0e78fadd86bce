//! The allowed values that a server tells come into the user's own copy of a contract, and hold from then on.

use std::fs;

use serde_json::json;

use crate::listener::Listener;
use crate::workdir::{Workdir, words};

const CONTRACT: &str = r#"# Our library.
openapi: 3.1.0
info: {title: Library, version: "1"}
servers: [{url: "https://library.invalid"}]
paths:
  /kinds:
    get:
      operationId: list-kinds
      x-caseload: {values: {kind: "/kinds/*/code", state: "/states/*"}}
      responses: {"200": {description: what there is}}
  /books:
    post:
      operationId: add-book
      x-caseload: {id: /no}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [title, kind]
              properties:
                title: {type: string}
                # What the shelf says.
                kind:
                  type: string
                  minLength: 1
                state: {type: string} # new or used
      responses: {"201": {content: {application/json: {schema: {type: object, properties: {no: {type: string}}}}}}}
"#;

fn library() -> Workdir {
    let dir = Workdir::new();
    dir.write("library.yaml", CONTRACT);
    dir
}

fn shop() -> Listener {
    let kinds = json!({"kinds": [{"code": "novel"}, {"code": "poem"}, {"code": "novel"}], "states": [1, 2]});
    Listener::new(move |_| (200, "", kinds.to_string()))
}

#[test]
fn what_the_server_tells_is_written_and_a_value_that_it_does_not_tell_is_refused() {
    let (dir, server) = (library(), shop());
    for _ in 0..2 {
        let ended = dir.run(&["contracts", "refresh", "library", "--base-url", &server.address]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stdout.contains("kind: 2 values\nstate: 2 values\nWrote library.yaml"), "{ended:?}");
        assert!(ended.stdout.contains("--contract library.yaml"), "{ended:?}");
        let text = fs::read_to_string(dir.path("library.yaml")).unwrap();
        let expected = CONTRACT
            .replace(
                "kind:\n                  type",
                "kind:\n                  enum: [\"novel\",\"poem\"]\n                  type",
            )
            .replace("state: {type: string} #", "state: {enum: [\"1\",\"2\"], type: string} #");
        assert_eq!(text, expected);
    }
    dir.write("list.csv", "title,kind,state\nA,Novel,1\nB,essay,\n");
    let ended = dir.run(&["check", "list.csv", "--contract", "library.yaml", "-o", "out.jsonl"]);
    let rows = dir.rows("out.jsonl");
    assert_eq!((ended.code, words(&rows)), (1, vec!["valid", "invalid"]), "{ended:?}");
    let problem = rows[1]["problems"][0]["message"].as_str().unwrap();
    assert!(problem.contains("essay") && problem.contains("novel, poem"), "{problem}");
}

#[test]
fn another_place_may_be_given_and_no_file_is_written_over() {
    let (dir, server) = (library(), shop());
    let refresh =
        |more: &[&str]| dir.run(&[&["contracts", "refresh", "library", "--base-url", &server.address], more].concat());
    assert_eq!(refresh(&["-o", "copy.yaml"]).code, 0);
    assert_eq!(fs::read_to_string(dir.path("library.yaml")).unwrap(), CONTRACT);
    let ended = refresh(&["-o", "copy.yaml"]);
    assert!(ended.code == 2 && ended.stderr.contains("copy.yaml is there already"), "{ended:?}");
    let ended = refresh(&["--contract", "copy.yaml"]);
    assert!(ended.code == 0 && ended.stdout.contains("Wrote copy.yaml"), "{ended:?}");
}

#[test]
fn a_server_that_tells_nothing_changes_nothing() {
    let dir = library();
    let empty = Listener::new(|_| (200, "", json!({"kinds": []}).to_string()));
    let ended = dir.run(&["contracts", "refresh", "library", "--base-url", &empty.address]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("kind: the server gave no value"), "{}", ended.stderr);
    let gone = Listener::new(|_| (403, "", json!({"message": "not for you"}).to_string()));
    let ended = dir.run(&["contracts", "refresh", "library", "--base-url", &gone.address]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("not for you") && ended.stderr.contains("left as it is"), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(dir.path("library.yaml")).unwrap(), CONTRACT);
    for (system, said) in [("nothing", "no built-in contract"), ("hugin", "nothing to refresh")] {
        let ended = dir.run(&["contracts", "refresh", system]);
        assert!(ended.code == 2 && ended.stderr.contains(said), "{ended:?}");
    }
}

#[test]
fn a_built_in_contract_becomes_a_copy_with_the_values_of_this_server() {
    let dir = Workdir::new();
    let listed = dir.run(&["contracts"]).stdout;
    let systems = listed.lines().filter_map(|line| line.split('/').next());
    let mut refreshed = 0;
    for system in systems.collect::<std::collections::BTreeSet<_>>() {
        let ended = dir.run(&["contracts", "refresh", system, "--sandbox"]);
        let file = format!("{system}.yaml");
        assert_eq!(dir.path(&file).exists(), ended.code == 0, "{ended:?}");
        assert!(ended.code == 0 || ended.stderr.contains("nothing to refresh"), "{ended:?}");
        refreshed += u32::from(ended.code == 0);
        assert_eq!(dir.run(&["contracts", system]).code, 0);
    }
    assert!(refreshed > 0);
}
