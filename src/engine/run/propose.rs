//! What would be sent, what would not, and what is in question: found before anybody is asked.

use std::collections::{HashMap, HashSet};

use super::first_pass::{CheckedFile, Fed};
use super::past::{self, Past, Repeat};
use super::resets;
use super::same_run;
use crate::account::{Standing, standing, unreadable};
use crate::doubt::{Answers, Choice, Doubt, InQuestion};
use crate::error::Error;
use crate::identity::Server;
use crate::job::{Duplicates, Job};
use crate::keyed::Key;
use crate::ledger::{Entry, EntryId, Ledger, Run, Servers, Settled, State};
use crate::row::Place;
use crate::submit::event::now_ms;
use crate::validate::Verdict;
use crate::validate::across::Mark;

/// What a command would do with a file.
pub struct Proposal {
    /// Rows that go if nobody answers otherwise.
    pub to_send: u64,
    /// Rows that do not go: repeats, and those in question for what is answered by leaving them out.
    pub left_out: Vec<Repeat>,
    /// Rows of an earlier result that are taken again, for they are no longer what it says was done.
    pub taken: HashSet<u32>,
    /// Repeats that go all the same, by `--duplicates` or `--again`.
    pub repeats_sent: u64,
    /// What nobody has answered yet.
    pub question: InQuestion,
    /// The numbers of rows that go although equal ones were sent, for those are undone.
    pub numbers: HashMap<u32, u32>,
    doubtful: Vec<Repeat>,
}

impl Proposal {
    /// Rows in question that stay where nobody answers.
    pub fn doubtful(&self) -> u64 {
        self.doubtful.len() as u64
    }

    /// The rows that do not go: those left out, and those in question for what is not agreed to.
    pub fn staying(&self, agreed: &[Doubt]) -> impl Iterator<Item = u32> {
        let is_open = |repeat: &&Repeat| !repeat.doubt.is_some_and(|doubt| agreed.contains(&doubt));
        self.left_out.iter().chain(self.doubtful.iter().filter(is_open)).map(|repeat| repeat.ordinal)
    }

    /// Takes an answer for all that is in question.
    pub fn answered(&mut self, choice: Choice) {
        let doubtful = std::mem::take(&mut self.doubtful);
        match choice {
            Choice::Send => {
                self.to_send += doubtful.len() as u64;
                self.taken.extend(doubtful.iter().map(|repeat| repeat.ordinal));
            }
            Choice::Skip => self.left_out.extend(doubtful),
        }
    }

    /// Takes an answer for each kind of what is in question. What nobody answers stays.
    pub fn answered_as(&mut self, answers: Answers) {
        let is_sent = |repeat: &Repeat| repeat.doubt.and_then(|doubt| answers.to(doubt)) == Some(Choice::Send);
        let (sent, stay) = std::mem::take(&mut self.doubtful).into_iter().partition::<Vec<_>, _>(is_sent);
        self.doubtful = sent;
        self.answered(Choice::Send);
        let is_skipped = |repeat: &Repeat| repeat.doubt.and_then(|doubt| answers.to(doubt)) == Some(Choice::Skip);
        let (skipped, open) = stay.into_iter().partition::<Vec<_>, _>(is_skipped);
        self.left_out.extend(skipped);
        self.doubtful = open;
    }

    /// Nobody answered: rows in question stay. Gives their number.
    pub fn unanswered(&mut self) -> u64 {
        let count = self.doubtful();
        self.left_out.append(&mut self.doubtful);
        count
    }
}

/// What `check` has to say of a file: as a first `submit` of it would.
///
/// # Errors
/// The ledger or the spool cannot be read.
pub fn of_check(ledger: &Ledger, checked: &mut CheckedFile, job: &Job) -> Result<Proposal, Error> {
    let servers = ledger.servers().map_err(|error| unreadable(&error))?.with_tests(&job.servers.tests);
    let bytes = same_run::of_file(ledger, &servers, checked, job)?;
    // Rows that the same command has done are duplicates to a check.
    let duplicates = Duplicates::Skip;
    Basis { job, ledger, servers: &servers, run: None, other_runs: &bytes.other, duplicates, again: false }
        .propose(checked)
}

/// What a proposal is made from.
pub struct Basis<'a> {
    pub job: &'a Job,
    pub ledger: &'a Ledger,
    pub servers: &'a Servers,
    /// The run that goes on, if one does.
    pub run: Option<&'a Run>,
    /// The runs that read the same bytes another way.
    pub other_runs: &'a [Run],
    pub duplicates: Duplicates,
    /// What was sent before does not count.
    pub again: bool,
}

impl Basis<'_> {
    /// Makes the proposal.
    ///
    /// # Errors
    /// The ledger or the spool cannot be read.
    pub fn propose(&self, checked: &mut CheckedFile) -> Result<Proposal, Error> {
        let settled = match self.run {
            Some(run) => Some(self.ledger.settled(run.number, run.spec.rows).map_err(|error| unreadable(&error))?),
            None => None,
        };
        let but = self.run.map(|run| run.number);
        let bytes_known = !self.other_runs.is_empty();
        let mut past = past::look(self.ledger, self.servers, checked, but, bytes_known, now_ms())?;
        past.here.retain(|repeat| is_open(settled.as_ref(), repeat.ordinal));
        let numbers = resets::settle(self.ledger, self.servers, checked, but, bytes_known, &mut past)?;
        let mut sorter =
            Sorter { basis: self, settled: settled.as_ref(), past, fed_elsewhere: 0, proposal: Proposal::empty() };
        sorter.sort(checked)?;
        Ok(Proposal { numbers, ..sorter.proposal })
    }
}

impl Proposal {
    pub fn empty() -> Self {
        Self {
            to_send: 0,
            left_out: Vec::new(),
            taken: HashSet::new(),
            repeats_sent: 0,
            question: InQuestion::default(),
            numbers: HashMap::new(),
            doubtful: Vec::new(),
        }
    }
}

/// Sorts rows into those that go, that stay, and that are in question.
struct Sorter<'a> {
    basis: &'a Basis<'a>,
    settled: Option<&'a Settled>,
    past: Past,
    /// Rows that a result calls settled at another server, or in a run that the ledger does not know.
    fed_elsewhere: u64,
    proposal: Proposal,
}

impl Sorter<'_> {
    fn sort(&mut self, checked: &mut CheckedFile) -> Result<(), Error> {
        let here = std::mem::take(&mut self.past.here);
        let (doubtful, repeats): (Vec<_>, Vec<_>) = here.into_iter().partition(|repeat| repeat.doubt.is_some());
        let sends_all = self.basis.again || self.basis.duplicates != Duplicates::Skip;
        // What is unknown is closed by a person, never by sending it again.
        let stays = |repeat: &Repeat| !sends_all || matches!(repeat.state, State::Unknown | State::Sending);
        let all = repeats.len();
        self.proposal.left_out = repeats.into_iter().filter(stays).collect();
        self.proposal.repeats_sent = (all - self.proposal.left_out.len()) as u64;
        let mut doubts = if sends_all { Vec::new() } else { doubtful };
        let mut staying: HashSet<u32> =
            self.proposal.left_out.iter().chain(&doubts).map(|repeat| repeat.ordinal).collect();
        let fed = self.of_fed_rows(checked)?;
        staying.extend(fed.iter().map(|repeat| repeat.ordinal));
        doubts.extend(fed);
        let edited = self.edited(checked, &staying)?;
        staying.extend(edited.iter().map(|repeat| repeat.ordinal));
        doubts.extend(edited);
        let settled = self.settled;
        let goes = |ordinal: &u32| !staying.contains(ordinal) && is_open(settled, *ordinal);
        let marks = checked.findings.marks.iter().filter(|mark| mark.may_go());
        self.proposal.to_send = marks.filter(|mark| goes(&mark.ordinal)).count() as u64;
        if self.basis.duplicates != Duplicates::Skip {
            self.proposal.to_send += checked.findings.repeats();
        }
        self.past.elsewhere.retain(goes);
        let by_file = |ordinal: &u32| standing(&checked.findings, *ordinal, false) == Standing::MayGo;
        let elsewhere = &self.past.elsewhere;
        let fed = checked.before.fed_elsewhere.iter().filter(|ordinal| goes(ordinal) && by_file(ordinal));
        self.fed_elsewhere = fed.filter(|ordinal| elsewhere.binary_search(ordinal).is_err()).count() as u64;
        self.put_questions(checked, doubts)
    }

    fn is_open(&self, ordinal: u32) -> bool {
        is_open(self.settled, ordinal)
    }

    /// Rows that a result calls settled here, and that are no longer what was sent.
    fn of_fed_rows(&self, checked: &CheckedFile) -> Result<Vec<Repeat>, Error> {
        let mut edited = Vec::new();
        let mut keys = HashSet::new();
        for Fed { ordinal, run, place } in &checked.before.fed {
            let is_settled_here = self.past.settled_here.binary_search(ordinal).is_ok();
            if !self.is_open(*ordinal) || is_settled_here {
                continue;
            }
            let Some(repeat) = self.edited_in_result(checked, *ordinal, *run, *place)? else { continue };
            // Edited to be equal to another row of the file: one of them goes, at most.
            let is_twin = checked.findings.with_key(repeat.key).any(Mark::may_go);
            if !is_twin && keys.insert(repeat.key) {
                edited.push(repeat);
            }
        }
        Ok(edited)
    }

    fn edited_in_result(
        &self,
        checked: &CheckedFile,
        ordinal: u32,
        run: u32,
        place: Place,
    ) -> Result<Option<Repeat>, Error> {
        if self.basis.run.is_some_and(|going_on| going_on.number == run) {
            return Ok(None);
        }
        let found = self.basis.ledger.entry_at(run, place).map_err(|error| unreadable(&error))?;
        Ok(found.map(|entry| Repeat {
            ordinal,
            key: checked.findings.key_of(ordinal),
            of: entry.id,
            state: entry.state,
            doubt: Some(Doubt::Changed),
        }))
    }

    /// Rows that stand where an earlier run had one that was done, and that is in the file no more.
    fn edited(&self, checked: &mut CheckedFile, staying: &HashSet<u32>) -> Result<Vec<Repeat>, Error> {
        let mut gone = Vec::new();
        let mut from = 0;
        while let Some(first) = self.past.met.get(from) {
            let met = self.past.met[from..].iter().take_while(|id| id.run == first.run).count();
            gone.extend(self.gone(first.run, &self.past.met[from..from + met])?);
            from += met;
        }
        if gone.is_empty() { Ok(Vec::new()) } else { self.in_their_place(checked, &gone, staying) }
    }

    /// The rows of a run that are in the file no more, where at least half of those that it sent are.
    fn gone(&self, run: u32, met: &[EntryId]) -> Result<Vec<Gone>, Error> {
        let ledger = self.basis.ledger;
        let found = ledger.run_numbered(run).map_err(|error| unreadable(&error))?;
        let Some(run) = found else { return Ok(Vec::new()) };
        let count = ledger.count_may_be_done(run.number).map_err(|error| unreadable(&error))?;
        if count <= met.len() || met.len() * 2 < count {
            return Ok(Vec::new());
        }
        let sent = ledger.may_be_done(run.number).map_err(|error| unreadable(&error))?;
        let gone = sent.into_iter().filter(|entry| met.binary_search(&entry.id).is_err());
        let sheet = |entry: &Entry| run.spec.sheets.get(usize::from(entry.place.sheet)).cloned().unwrap_or_default();
        Ok(gone.map(|entry| Gone { sheet: sheet(&entry), entry }).collect())
    }

    /// Finds a new row for each that is gone: by its order key, else by its row number.
    fn in_their_place(
        &self,
        checked: &mut CheckedFile,
        gone: &[Gone],
        staying: &HashSet<u32>,
    ) -> Result<Vec<Repeat>, Error> {
        let mut by_order: HashMap<Key, Vec<u32>> = HashMap::new();
        let mut by_place: HashMap<(String, u32), u32> = HashMap::new();
        let marks = checked.findings.marks.iter().filter(|mark| mark.may_go());
        let may_go: HashMap<u32, Key> = marks.map(|mark| (mark.ordinal, mark.key)).collect();
        for (ordinal, verdict) in checked.verdicts.records()?.enumerate() {
            let ordinal = ordinal as u32;
            let order = match verdict? {
                Verdict::Valid { request, .. } => request.order(),
                Verdict::Accepted { order, .. } => order,
                _ => continue,
            };
            if staying.contains(&ordinal) || !may_go.contains_key(&ordinal) || !self.is_open(ordinal) {
                continue;
            }
            let place = checked.places.get(ordinal);
            let sheet = checked.sheets.get(usize::from(place.sheet)).map(|sheet| sheet.name.clone());
            by_place.insert((sheet.unwrap_or_default(), place.row), ordinal);
            by_order.extend(order.map(|key| (key, Vec::new())).filter(|(key, _)| !by_order.contains_key(key)));
            if let Some(list) = order.and_then(|key| by_order.get_mut(&key)) {
                list.push(ordinal);
            }
        }
        let mut taken = HashSet::new();
        let mut edited = Vec::new();
        for Gone { entry, sheet } in gone {
            let at_place = by_place.get(&(sheet.clone(), entry.place.row)).copied();
            // A run from before has its order keys in another form.
            let ordinal = match entry.order.filter(|_| entry.server.is_some()) {
                Some(key) => {
                    let same = by_order.get(&key).into_iter().flatten().copied();
                    let free: Vec<u32> = same.filter(|ordinal| !taken.contains(ordinal)).collect();
                    at_place.filter(|ordinal| free.contains(ordinal)).or(free.first().copied())
                }
                None => at_place.filter(|ordinal| !taken.contains(ordinal)),
            };
            let Some(ordinal) = ordinal else { continue };
            taken.insert(ordinal);
            let (of, state) = (entry.id, entry.state);
            let key = may_go.get(&ordinal).copied().unwrap_or(Key([0; 16]));
            edited.push(Repeat { ordinal, key, of, state, doubt: Some(Doubt::Changed) });
        }
        Ok(edited)
    }

    /// Answers what was answered beforehand, and leaves the rest in question.
    fn put_questions(&mut self, checked: &CheckedFile, doubts: Vec<Repeat>) -> Result<(), Error> {
        let answers = self.basis.job.answers;
        for repeat in doubts {
            match repeat.doubt.and_then(|doubt| answers.to(doubt)) {
                Some(Choice::Skip) => self.proposal.left_out.push(repeat),
                Some(Choice::Send) => {
                    self.proposal.taken.insert(repeat.ordinal);
                    self.proposal.to_send += 1;
                }
                None => self.proposal.doubtful.push(repeat),
            }
        }
        let here = checked.known_as.first().map(|known| known.here.to_string());
        self.ask_of_other_server(here.unwrap_or_default());
        self.ask_of_other_flags(checked)?;
        for doubt in [Doubt::PastWindow, Doubt::Changed] {
            let rows = self.proposal.doubtful.iter().filter(|repeat| repeat.doubt == Some(doubt)).count() as u64;
            self.ask(doubt, rows);
        }
        self.proposal.question.rows.sort_unstable();
        Ok(())
    }

    fn ask_of_other_server(&mut self, here: String) {
        if self.basis.job.answers.other_server == Some(Choice::Send) {
            return;
        }
        if !self.past.elsewhere.is_empty() {
            let names = |servers: &[Server]| servers.iter().map(ToString::to_string).collect::<Vec<_>>();
            let proposed =
                self.basis.job.servers.same_as.clone().filter(|server| self.past.elsewhere_at.contains(server));
            let question = &mut self.proposal.question;
            question.servers = names(&self.past.elsewhere_at);
            question.here = here;
            question.flags.clone_from(&self.basis.job.flags);
            question.moved = match (proposed, question.servers.as_slice()) {
                (Some(server), _) => Some(server.to_string()),
                (None, [one]) => Some(one.clone()),
                _ => None,
            };
        }
        self.ask(Doubt::OtherServer, self.past.elsewhere.len() as u64 + self.fed_elsewhere);
    }

    /// Rows that would go although the same bytes were sent before, read another way.
    fn ask_of_other_flags(&mut self, checked: &CheckedFile) -> Result<(), Error> {
        if self.basis.job.answers.other_flags == Some(Choice::Send) || self.basis.run.is_some() {
            return Ok(());
        }
        let left_out: HashSet<u32> = self.proposal.left_out.iter().map(|repeat| repeat.ordinal).collect();
        let marks = checked.findings.marks.iter().filter(|mark| mark.may_go() && !left_out.contains(&mark.ordinal));
        let going: Vec<(String, u32)> = marks
            .map(|mark| {
                let place = checked.places.get(mark.ordinal);
                let sheet = checked.sheets.get(usize::from(place.sheet)).map(|sheet| sheet.name.clone());
                (sheet.unwrap_or_default(), place.row)
            })
            .collect();
        for run in self.basis.other_runs {
            let rows = self.sent_before(run, &going)?;
            if rows > 0 {
                self.proposal.question.run = Some(run.spec.name.clone());
                self.ask(Doubt::OtherFlags, rows);
                return Ok(());
            }
        }
        Ok(())
    }

    /// How many of these rows a run sent from the same place, or did not read at all, for it read another sheet.
    fn sent_before(&self, run: &Run, going: &[(String, u32)]) -> Result<u64, Error> {
        if run.purged_ms.is_some() {
            let was_done = run.tally.as_ref().is_some_and(|tally| tally.was_done > 0);
            return Ok(if was_done { going.len() as u64 } else { 0 });
        }
        let sent = self.basis.ledger.may_be_done(run.number).map_err(|error| unreadable(&error))?;
        if sent.is_empty() {
            return Ok(0);
        }
        let sheet = |entry: &Entry| run.spec.sheets.get(usize::from(entry.place.sheet)).cloned().unwrap_or_default();
        let places: HashSet<(String, u32)> = sent.iter().map(|entry| (sheet(entry), entry.place.row)).collect();
        let doubtful = |place: &&(String, u32)| places.contains(*place) || !run.spec.sheets.contains(&place.0);
        Ok(going.iter().filter(doubtful).count() as u64)
    }

    fn ask(&mut self, doubt: Doubt, rows: u64) {
        if rows > 0 {
            self.proposal.question.rows.push((doubt, rows));
        }
    }
}

/// Whether a row has no outcome in the run that goes on.
fn is_open(settled: Option<&Settled>, ordinal: u32) -> bool {
    !settled.is_some_and(|settled| settled.contains(ordinal, false))
}

/// A row that a run sent, and that is in the file no more.
struct Gone {
    sheet: String,
    entry: Entry,
}
