//! Which columns feed which fields.

use super::*;
use crate::contract::{Contract, from_yaml};

const TWO: &str = r#"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    post:
      operationId: order
      x-aliases: [sipariş]
      requestBody: {content: {application/json: {schema: {required: [device], properties: {
        device: {type: string, x-label: {tr: Mali No, en: Device id}, x-aliases: [Cihaz No]},
        detail: {type: string, x-label: {tr: Ayrıntı, en: Detail}}}}}}}
      responses: {}
  /b:
    post:
      operationId: reserve
      requestBody: {content: {application/json: {schema: {required: [model, qty], properties: {
        model: {type: string}, qty: {type: integer, x-label: {tr: Adet, en: Quantity}}}}}}}
      responses: {}
"#;

fn map(headers: &[&str], overrides: &ColumnOverrides) -> Result<SheetMap, Error> {
    map_by(TWO, headers, overrides)
}

fn map_by(contract: &str, headers: &[&str], overrides: &ColumnOverrides) -> Result<SheetMap, Error> {
    let contract: Contract = from_yaml("t", contract, &[]).unwrap();
    let operations: Vec<&Operation> = contract.operations.iter().collect();
    let sheet = Sheet {
        name: "S".into(),
        header_row: 3,
        headers: headers.iter().map(|h| CompactString::new(h)).collect(),
        above: vec![],
    };
    check_overrides(std::slice::from_ref(&sheet), &operations, overrides)?;
    sheet_map(&sheet, &operations, overrides)
}

#[test]
fn headers_choose_the_one_operation_that_they_fit() {
    let found = map(&["AYRINTI", "", "mali no", "Bölge"], &ColumnOverrides::default()).unwrap();
    assert_eq!(found.routes[0].operation, 0);
    assert_eq!(found.routes[0].sources, [Source::Column(2), Source::Column(0)]);
    assert_eq!(found.unknown, ["Bölge"]);
    assert_eq!(map(&["Model", "Adet"], &ColumnOverrides::default()).unwrap().routes[0].operation, 1);
}

#[test]
fn a_missing_column_is_one_problem_of_the_file_with_the_near_miss_named() {
    let message = map(&["Mali Nu", "Ayrıntı"], &ColumnOverrides::default()).unwrap_err().message;
    assert!(message.en.contains("row 3") && message.en.contains("device"), "{message}");
    assert!(message.en.contains("--map \"device=Mali Nu\""), "{message}");
}

#[test]
fn headers_of_which_none_means_a_field_are_refused_with_those_that_are_expected() {
    let open = TWO.replace("required: [device], ", "").replace("required: [model, qty], ", "");
    for headers in [&["FU1", "psu"][..], &["İşlem", "x"]] {
        let message = map_by(&open, headers, &ColumnOverrides::default()).unwrap_err().message;
        for said in ["row 3", "Device id (device)", "Quantity (qty)", "--map FIELD=HEADER"] {
            assert!(message.en.contains(said), "no {said}: {message}");
        }
    }
    let set = ColumnOverrides { sets: vec![("detail".into(), "x".into())], maps: vec![] };
    assert!(map_by(&open, &["FU1", "psu"], &set).is_err(), "the same in every row");
    let set = ColumnOverrides { sets: vec![("detail".into(), "{FU1}".into())], maps: vec![] };
    assert_eq!(map_by(&open, &["FU1", "psu"], &set).unwrap().routes[0].operation, 0);
}

#[test]
fn two_columns_for_one_field_are_refused_but_a_better_name_wins() {
    assert!(map(&["Cihaz No", "cihaz_no"], &ColumnOverrides::default()).unwrap_err().message.en.contains("both mean"));
    let found = map(&["Cihaz No", "Mali No"], &ColumnOverrides::default()).unwrap();
    assert_eq!(found.routes[0].sources[0], Source::Column(1));
    let wish = ColumnOverrides { maps: vec![("device".into(), "Cihaz No".into())], sets: vec![] };
    assert_eq!(map(&["Cihaz No", "Mali No"], &wish).unwrap().routes[0].sources[0], Source::Column(0));
}

#[test]
fn a_set_value_may_hold_headers() {
    let wish = ColumnOverrides { maps: vec![], sets: vec![("detail".into(), "Kasa {mali no}, {x}".into())] };
    let found = map(&["Mali No"], &wish).unwrap();
    let expected = [Piece::Words("Kasa ".into()), Piece::Column(0), Piece::Words(", {x}".into())];
    assert_eq!(found.routes[0].sources[1], Source::Set(expected.to_vec()));
}

#[test]
fn an_operation_column_lets_each_row_choose() {
    let found = map(&["İşlem", "Mali No", "Model", "Adet"], &ColumnOverrides::default()).unwrap();
    assert_eq!(found.selector, Some(0));
    assert_eq!(found.routes.len(), 2);
    assert!(found.unknown.is_empty());
}

#[test]
fn a_wish_for_a_field_or_a_header_that_is_not_there_is_refused() {
    let wish = ColumnOverrides { maps: vec![("device".into(), "Nerede".into())], sets: vec![] };
    assert!(map(&["Mali No"], &wish).unwrap_err().message.en.contains("Nerede"));
    let wish = ColumnOverrides { maps: vec![], sets: vec![("colour".into(), "x".into())] };
    assert!(map(&["Mali No"], &wish).unwrap_err().message.en.contains("colour"));
}
