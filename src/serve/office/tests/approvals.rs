use super::super::{Approval, CellAt, Decision, Error, List, NewApproval, NewMend, Office};
use super::{Beside, person};
use crate::state::RunState;
use crate::target::Reading;

fn asked(digest: &str) -> NewApproval {
    NewApproval { digest: digest.to_owned(), rows: 7, note: "Aralık kurulumları".to_owned() }
}

/// A list that was checked.
fn checked(beside: &Beside) -> List {
    let list = beside.list("x", &person(1, "Elif")).id;
    beside.office.move_list(list, &[RunState::Checking], RunState::Checked, None, 5).unwrap()
}

fn mend() -> NewMend {
    let at = CellAt { sheet: String::new(), row: 4, column: 0 };
    NewMend { at, header: "a".to_owned(), field: None, old: "b".to_owned(), new: "c".to_owned() }
}

fn state(office: &Office, list: i64) -> RunState {
    office.list_of_id(list).unwrap().unwrap().state
}

fn decision(office: &Office, list: i64) -> Decision {
    office.approvals(list).unwrap()[0].decision
}

#[test]
fn another_person_approves_what_was_asked_and_nothing_else() {
    let beside = Beside::new();
    let (office, list) = (&beside.office, checked(&beside).id);
    let (elif, mehmet) = (person(1, "Elif"), person(2, "Mehmet"));
    assert!(matches!(office.approve(list, "d1", 7, &mehmet, 9), Err(Error::NotNow(RunState::Checked))));
    assert!(matches!(office.ask(list, 9, &asked("d1"), &elif, 10), Err(Error::Changed(0))));
    office.ask(list, 0, &asked("d1"), &elif, 10).unwrap();
    assert_eq!(state(office, list), RunState::WaitingApproval);
    assert!(matches!(office.approve(list, "d2", 7, &mehmet, 11), Err(Error::Changed(_))));
    assert!(matches!(office.approve(list, "d1", 8, &mehmet, 11), Err(Error::Changed(_))));
    assert!(matches!(office.approve(list, "d1", 7, &elif, 11), Err(Error::OwnWork)));
    assert!(office.approved("d1").unwrap().is_none());
    let Approval { decision, decided_by, .. } = office.approve(list, "d1", 7, &mehmet, 12).unwrap();
    assert_eq!(
        (decision, decided_by, state(office, list)),
        (Decision::Approved, Some(mehmet.clone()), RunState::Sending)
    );
    assert!(matches!(office.approve(list, "d1", 7, &mehmet, 13), Err(Error::NotNow(RunState::Sending))));
    assert_eq!(office.approved("d1").unwrap().unwrap().list, list);
}

#[test]
fn a_list_that_waits_for_approval_is_sent_by_no_other_way() {
    let beside = Beside::new();
    let (office, list) = (&beside.office, checked(&beside).id);
    office.ask(list, 0, &asked("d1"), &person(1, "Elif"), 10).unwrap();
    let round = office.move_list(list, &RunState::ALL, RunState::Sending, Some(&person(1, "Elif")), 11);
    assert!(matches!(round, Err(Error::NotNow(RunState::WaitingApproval))), "{round:?}");
    assert_eq!(decision(office, list), Decision::Open);
    // What was approved and could not be started is still approved, as long as nobody changes it.
    office.approve(list, "d1", 7, &person(2, "Mehmet"), 12).unwrap();
    office.move_list(list, &[RunState::Sending], RunState::Checked, None, 13).unwrap();
    assert_eq!(office.approved("d1").unwrap().map(|approval| approval.list), Some(list));
}

#[test]
fn whoever_had_a_hand_in_a_list_cannot_approve_it() {
    let beside = Beside::new();
    let (office, list) = (&beside.office, checked(&beside).id);
    let [mended, mapped, answered, undid, taught] = [2, 3, 4, 5, 6].map(|id| person(id, "Deniz"));
    office.mend(list, &mended, &[mend()], None, 10).unwrap();
    office.edit(list, &undid, true, 11).unwrap();
    office.undo(list, &undid, None, 11).unwrap();
    office.edit(list, &mapped, true, 12).unwrap();
    office.read_as(list, &Reading::default(), &mapped, 12).unwrap();
    office.note_answers(list, &answered, &["other-server".to_owned()], 13).unwrap();
    office.note_hand(list, &taught).unwrap();
    let revision = office.list_of_id(list).unwrap().unwrap().revision;
    office.ask(list, revision, &asked("d1"), &person(7, "Ece"), 14).unwrap();
    assert_eq!(office.hands_of(list).unwrap().into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    for id in 1..=7 {
        assert!(matches!(office.approve(list, "d1", 7, &person(id, "x"), 15), Err(Error::OwnWork)), "{id}");
    }
    // Nor does anybody who has no number.
    assert!(matches!(office.approve(list, "d1", 7, &super::super::Actor::named("x"), 15), Err(Error::Refused(_))));
    office.approve(list, "d1", 7, &person(8, "Mehmet"), 16).unwrap();
}

#[test]
fn a_change_takes_an_approval_away_whether_it_was_given_or_not() {
    let beside = Beside::new();
    let (office, list) = (&beside.office, checked(&beside).id);
    let (elif, mehmet) = (person(1, "Elif"), person(2, "Mehmet"));
    office.ask(list, 0, &asked("d1"), &elif, 10).unwrap();
    office.mend(list, &elif, &[mend()], None, 11).unwrap();
    assert_eq!((state(office, list), decision(office, list)), (RunState::Checked, Decision::Lapsed));
    assert!(matches!(office.approve(list, "d1", 7, &mehmet, 12), Err(Error::NotNow(RunState::Checked))));
    office.ask(list, 1, &asked("d2"), &elif, 13).unwrap();
    office.approve(list, "d2", 7, &mehmet, 14).unwrap();
    office.move_list(list, &[RunState::Sending], RunState::Stopped, None, 15).unwrap();
    assert!(office.approved("d2").unwrap().is_some(), "it goes on under the same approval");
    office.undo(list, &elif, None, 16).unwrap();
    assert!(office.approved("d2").unwrap().is_none());
    assert_eq!(office.approvals(list).unwrap().len(), 2);
}

#[test]
fn a_list_is_turned_back_with_a_reason_or_its_request_withdrawn() {
    let beside = Beside::new();
    let (office, list) = (&beside.office, checked(&beside).id);
    let (elif, mehmet) = (person(1, "Elif"), person(2, "Mehmet"));
    office.ask(list, 0, &asked("d1"), &elif, 10).unwrap();
    assert!(matches!(office.turn_back(list, &"x".repeat(1 << 20), &mehmet, 11), Err(Error::Refused(_))));
    let back = office.turn_back(list, "124 satır hatalı", &mehmet, 11).unwrap();
    assert_eq!((back.decision, back.why.as_str()), (Decision::TurnedBack, "124 satır hatalı"));
    assert_eq!(state(office, list), RunState::Checked);
    assert!(matches!(office.withdraw(list, &elif, 12), Err(Error::NotNow(_))));
    office.ask(list, 0, &asked("d1"), &elif, 13).unwrap();
    assert_eq!(office.withdraw(list, &elif, 14).unwrap().decision, Decision::Withdrawn);
    assert!(office.approved("d1").unwrap().is_none());
}
