//! People, and what each of them may do.

use caseload_sheet::message::Text;
use caseload_sheet::text;

/// What a person may do with lists and with the page itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Uploads, mends, asks for approval, sends where no approval is asked, closes unknown rows of own runs.
    Preparer,
    /// Approves what others prepared, or turns it back, and sees all runs.
    Approver,
    /// Manages people and mappings, and sees all that is set. Neither sends nor approves.
    Administrator,
    /// Sees all runs, and changes nothing.
    Reader,
}

impl Role {
    /// Every role, in the order of the table of people.
    pub const ALL: [Role; 4] = [Role::Preparer, Role::Approver, Role::Administrator, Role::Reader];

    /// As the command line, JSON and the store spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Preparer => "preparer",
            Role::Approver => "approver",
            Role::Administrator => "administrator",
            Role::Reader => "reader",
        }
    }

    /// The role of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// As people read it.
    pub fn word(self) -> Text {
        match self {
            Role::Preparer => text!("Hazırlayan", "Preparer"),
            Role::Approver => text!("Onaylayan", "Approver"),
            Role::Administrator => text!("Yönetici", "Administrator"),
            Role::Reader => text!("Okuyan", "Reader"),
        }
    }
}

/// Something that a request wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Looks at runs, rows and results.
    Look,
    /// Uploads a list, maps its columns, mends its rows, asks for its approval, deletes it while it is unsent.
    Prepare,
    /// Sends a list to a target that needs no second person; pauses, goes on and stops it.
    Send,
    /// Says what became of an unknown row.
    Resolve,
    /// Approves a list that somebody else prepared, or turns it back.
    Approve,
    /// Manages people, mappings and tokens.
    Manage,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The number in the store; nothing for the one who holds the key of a page on loopback without people.
    pub id: Option<i64>,
    /// As others are shown it.
    pub name: String,
    /// The roles; the holder of a key has all of them.
    pub roles: Vec<Role>,
}

impl Person {
    /// The one who holds the key of a page on this machine.
    pub fn of_this_machine(name: impl Into<String>) -> Self {
        Self { id: None, name: name.into(), roles: Role::ALL.to_vec() }
    }

    /// Whether this person may do something at all. Whether it is allowed for one run, that run says.
    pub fn may(&self, deed: Deed) -> bool {
        let has = |role: Role| self.roles.contains(&role);
        match deed {
            Deed::Look => !self.roles.is_empty(),
            Deed::Prepare | Deed::Send | Deed::Resolve => has(Role::Preparer),
            Deed::Approve => has(Role::Approver),
            Deed::Manage => has(Role::Administrator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(role: Role) -> Person {
        Person { id: Some(1), name: "Elif".to_owned(), roles: vec![role] }
    }

    #[test]
    fn each_role_may_do_its_own_and_no_more() {
        use Deed::{Approve, Look, Manage, Prepare, Resolve, Send};
        let may = |role: Role| {
            [Look, Prepare, Send, Resolve, Approve, Manage].into_iter().filter(|deed| with(role).may(*deed)).collect()
        };
        let preparer: Vec<Deed> = may(Role::Preparer);
        assert_eq!(preparer, [Look, Prepare, Send, Resolve]);
        let approver: Vec<Deed> = may(Role::Approver);
        assert_eq!(approver, [Look, Approve]);
        let administrator: Vec<Deed> = may(Role::Administrator);
        assert_eq!(administrator, [Look, Manage]);
        let reader: Vec<Deed> = may(Role::Reader);
        assert_eq!(reader, [Look]);
        assert!(!Person { roles: Vec::new(), ..with(Role::Reader) }.may(Look));
        assert!(Person::of_this_machine("here").may(Manage));
    }

    #[test]
    fn a_role_is_found_by_its_name() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.as_str()), Some(role));
        }
        assert_eq!(Role::named("owner"), None);
    }
}
