use std::fs;

use rusqlite::Connection;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use super::super::{Act, Actor, Error, NewMember, Sought, Stay};
use super::{Beside, holds, member};
use crate::person::Role;

const PASSWORD: &str = "güneşli bir pazartesi";

fn here() -> Actor {
    Actor::named("command line")
}

fn secret(words: &str) -> SecretString {
    SecretString::from(words)
}

#[test]
fn a_person_comes_in_by_address_and_password_and_not_otherwise() {
    let beside = Beside::new();
    let office = &beside.office;
    assert!(!office.has_people().unwrap());
    let elif = member(office, "Elif@Ornek.example", Some(PASSWORD));
    assert!(office.has_people().unwrap());
    let try_in = |email: &str, word: &str| office.by_password(email, &secret(word), 9).unwrap().map(|person| person.id);
    assert_eq!(try_in(" elif@ORNEK.example", PASSWORD), Some(elif.id));
    assert_eq!(office.person(elif.id).unwrap().unwrap().seen_ms, Some(9));
    assert_eq!(
        (try_in("elif@ornek.example", "another password"), try_in("deniz@ornek.example", PASSWORD)),
        (None, None)
    );
    assert_eq!((try_in("", ""), try_in("a\n@b", &"x".repeat(1 << 20))), (None, None));
    // Without a password of their own, people come in only by another's word.
    member(office, "vouched@ornek.example", None);
    assert_eq!(try_in("vouched@ornek.example", ""), None);
    office.bar(elif.id, true, &here(), 10).unwrap();
    assert_eq!(try_in("elif@ornek.example", PASSWORD), None);
    office.bar(elif.id, false, &here(), 11).unwrap();
    assert_eq!(try_in("elif@ornek.example", PASSWORD), Some(elif.id));
    office.set_password(elif.id, &secret("yağmurlu bir salı"), &here(), 12).unwrap();
    assert_eq!(
        (try_in("elif@ornek.example", PASSWORD), try_in("elif@ornek.example", "yağmurlu bir salı")),
        (None, Some(elif.id))
    );
}

#[test]
fn passwords_tokens_and_sessions_are_kept_as_hashes_and_never_shown() {
    let beside = Beside::new();
    let office = &beside.office;
    let elif = member(office, "elif@ornek.example", Some(PASSWORD));
    let (token, program) = office.add_token(elif.id, "gece işi", None, &here(), 2).unwrap();
    assert!(program.starts_with("caseload_") && program.len() == 73, "{program}");
    assert!(!holds(office, PASSWORD) && !holds(office, &program) && !holds(office, &program[9..]));
    for shown in
        [format!("{elif:?}"), format!("{token:?}"), format!("{office:?}"), format!("{:?}", office.tokens(elif.id))]
    {
        assert!(!shown.contains("argon2") && !shown.contains(&program[9..]), "{shown}");
    }
    let new =
        NewMember { email: String::new(), name: String::new(), roles: Vec::new(), password: Some(secret(PASSWORD)) };
    assert!(!format!("{new:?}").contains(PASSWORD));
    let said = format!("{:?}", office.trail(&Sought::default(), None, 99).unwrap());
    assert!(!said.contains("argon2") && !said.contains(&program[9..]) && said.contains("gece işi"), "{said}");
}

#[test]
fn a_token_is_good_until_it_ends_or_is_taken_back() {
    let beside = Beside::new();
    let office = &beside.office;
    let elif = member(office, "elif@ornek.example", None);
    let hash = |program: &str| -> [u8; 32] { Sha256::digest(program.as_bytes()).into() };
    let (_, forever) = office.add_token(elif.id, "gece", None, &here(), 2).unwrap();
    let (_, short) = office.add_token(elif.id, "deneme", Some(100_000), &here(), 2).unwrap();
    let by = |program: &str, now| office.by_token(&hash(program), now).unwrap().map(|person| person.id);
    assert_eq!(
        (by(&forever, 50), by(&short, 50), by(&short, 100_000), by("caseload_0", 50)),
        (Some(elif.id), Some(elif.id), None, None)
    );
    let used = || office.tokens(elif.id).unwrap().iter().find(|token| token.name == "gece").unwrap().used_ms;
    by(&forever, 60_000);
    assert_eq!(used(), Some(50), "to the minute");
    by(&forever, 60_050);
    assert_eq!(used(), Some(60_050));
    assert!(matches!(office.add_token(elif.id, "gece", None, &here(), 3), Err(Error::Refused(_))));
    office.bar(elif.id, true, &here(), 4).unwrap();
    assert_eq!(by(&forever, 60_060), None);
    office.bar(elif.id, false, &here(), 5).unwrap();
    assert!(office.revoke_token(elif.id, "gece", &here(), 6).unwrap());
    assert!(!office.revoke_token(elif.id, "gece", &here(), 7).unwrap());
    assert_eq!(by(&forever, 60_070), None);
}

#[test]
fn sessions_are_bounded_and_end_with_the_password_and_the_person() {
    let beside = Beside::new();
    let office = &beside.office;
    let elif = member(office, "elif@ornek.example", Some(PASSWORD));
    let stay = |at: i64| Stay { person: elif.id, began_ms: at, seen_ms: at };
    let id = |n: u8| [n; 32];
    for n in 0..25 {
        office.begin_session(&id(n), &stay(i64::from(n))).unwrap();
    }
    assert_eq!((office.session(&id(4)).unwrap(), office.session(&id(5)).unwrap()), (None, Some(stay(5))));
    office.session_seen(&id(5), 90).unwrap();
    assert_eq!(office.session(&id(5)).unwrap().unwrap().seen_ms, 90);
    office.end_session(&id(5)).unwrap();
    assert_eq!(office.session(&id(5)).unwrap(), None);
    // Those that nobody ended are gone after a week.
    office.begin_session(&id(50), &stay(8 * 86_400_000)).unwrap();
    assert_eq!(office.session(&id(24)).unwrap(), None);
    office.set_password(elif.id, &secret("yağmurlu bir salı"), &here(), 12).unwrap();
    assert_eq!(office.session(&id(50)).unwrap(), None);
    office.remove_person(elif.id, &here(), 13).unwrap();
    assert!(matches!(office.begin_session(&id(60), &stay(9)), Err(Error::NoSuchPerson)));
}

#[test]
fn who_is_removed_and_added_again_is_the_same_person() {
    let beside = Beside::new();
    let office = &beside.office;
    let elif = member(office, "elif@ornek.example", Some(PASSWORD));
    let list = beside.list("x", &elif.actor()).id;
    let (_, program) = office.add_token(elif.id, "gece", None, &here(), 2).unwrap();
    office.remove_person(elif.id, &here(), 5).unwrap();
    assert!(office.people().unwrap().is_empty() && !office.has_people().unwrap());
    assert!(office.by_password("elif@ornek.example", &secret(PASSWORD), 6).unwrap().is_none());
    assert!(matches!(office.set_roles(elif.id, &[Role::Reader], &here(), 6), Err(Error::NoSuchPerson)));
    let again = member(office, "elif@ornek.example", None);
    assert_eq!(again.id, elif.id);
    assert!(office.hands_of(list).unwrap().contains(&again.id), "own work stays own work");
    assert!(office.tokens(again.id).unwrap().is_empty());
    assert!(office.by_token(&Sha256::digest(program.as_bytes()).into(), 7).unwrap().is_none());
    assert!(office.by_password("elif@ornek.example", &secret(PASSWORD), 8).unwrap().is_none());
    let deniz = member(office, "deniz@ornek.example", None);
    assert_ne!(deniz.id, elif.id);
}

#[test]
fn an_address_is_one_persons_and_odd_words_are_refused() {
    let beside = Beside::new();
    let office = &beside.office;
    member(office, "elif@ornek.example", None);
    let add = |email: &str, name: &str, roles: &[Role], password: Option<&str>| {
        let password = password.map(secret);
        let new = NewMember { email: email.to_owned(), name: name.to_owned(), roles: roles.to_vec(), password };
        office.add_person(&new, &here(), 1).map(drop)
    };
    assert!(matches!(add("ELIF@ornek.example", "Elif", &Role::ALL, None), Err(Error::EmailTaken(_))));
    let long = "x".repeat(1 << 20);
    for (email, name, password) in [
        ("deniz", "Deniz", None),
        ("deniz@ornek.example\n", "Deniz\nDeniz", None),
        ("deniz@ornek.example", &long, None),
        (&long, "Deniz", None),
        ("deniz@ornek.example", "Deniz", Some("short")),
        ("deniz@ornek.example", "Deniz", Some(long.as_str())),
    ] {
        assert!(matches!(add(email, name, &[Role::Reader], password), Err(Error::Refused(_))));
    }
    assert!(matches!(add("deniz@ornek.example", "Deniz", &[], None), Err(Error::Refused(_))));
    assert_eq!(office.people().unwrap().len(), 1);
    let acts = office.trail(&Sought::default(), None, 9).unwrap();
    assert!(
        matches!(&acts[..], [entry] if matches!(&entry.act, Act::PersonAdded { email, .. } if email == "elif@ornek.example"))
    );
}

#[cfg(unix)]
#[test]
fn people_cannot_be_listed_without_the_rights_of_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let beside = Beside::new();
    member(&beside.office, "elif@ornek.example", None);
    let (folder, db) = (beside.office.folder(), beside.office.folder().join("office.db"));
    // What another user of this machine may do: nothing, by the folder, and by each file.
    for path in [folder, &db] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
    let raw = Connection::open(&db).unwrap();
    let hashes: Vec<Option<String>> = raw
        .prepare("SELECT hash FROM person")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(hashes, [None]);
}
