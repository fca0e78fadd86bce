use super::super::Error;
use super::{Beside, person};

fn said(header: &str, field: Option<&str>) -> (String, Option<String>) {
    (header.to_owned(), field.map(str::to_owned))
}

#[test]
fn what_a_header_means_is_known_for_the_next_file_of_its_operation() {
    let beside = Beside::new();
    let (office, elif, deniz) = (&beside.office, person(1, "Elif"), person(2, "Deniz"));
    let both = [said("Cihaz No.", Some("deviceId")), said("Bölge", None)];
    office.remember("hugin/create-case", &both, &elif, 10).unwrap();
    // Headers are compared as the engine compares them.
    let headers = ["CİHAZ NO".to_owned(), "bolge".to_owned(), "Mali No".to_owned(), "cihaz no".to_owned()];
    let known = office.mappings_for("hugin/create-case", &headers).unwrap();
    let told: Vec<_> = known.iter().map(|known| (known.header.as_str(), known.field.as_deref())).collect();
    assert_eq!(told, [("Cihaz No.", Some("deviceId")), ("Bölge", None)]);
    assert!(office.mappings_for("banka/close", &headers).unwrap().is_empty());
    // The last word counts; the same word again changes nothing.
    office.remember("hugin/create-case", &[said("cihaz no", Some("terminalId"))], &deniz, 20).unwrap();
    office.remember("hugin/create-case", &[said("BÖLGE", None)], &deniz, 20).unwrap();
    let all = office.mappings().unwrap();
    let told: Vec<_> = all.iter().map(|known| (known.header.as_str(), known.by.name.as_str(), known.at_ms)).collect();
    assert_eq!(told, [("cihaz no", "Deniz", 20), ("Bölge", "Elif", 10)]);
    assert!(office.forget_mapping(all[0].id, &elif, 30).unwrap());
    assert!(!office.forget_mapping(all[0].id, &elif, 31).unwrap());
    assert_eq!(office.mappings().unwrap().len(), 1);
}

#[test]
fn a_column_without_a_header_is_not_learned() {
    let beside = Beside::new();
    let long = "x".repeat(1 << 20);
    for header in ["", " ", "--", long.as_str()] {
        let refused =
            beside.office.remember("a/b", &[said("Mali No", None), said(header, Some("x"))], &person(1, "Elif"), 1);
        assert!(matches!(refused, Err(Error::Refused(_))));
    }
    assert!(beside.office.mappings().unwrap().is_empty(), "all or nothing");
    assert!(beside.office.mappings_for("a/b", &[long, String::new()]).unwrap().is_empty());
}
