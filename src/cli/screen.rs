//! The terminal as the caller of a stage: it shows what happens, and asks the person in front of it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use caseload_engine::notice::{Notice, Weight};
use caseload_engine::run::{Event, Events, Heard, Observer, Stage};
use caseload_sheet::message::Text;
use caseload_sheet::say;

use crate::cli::progress::{Progress, Terminal};

/// Between two looks of the bar where nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// Shows events on a terminal.
pub struct Screen {
    terminal: Terminal,
    progress: RefCell<Option<Progress>>,
}

impl Screen {
    pub fn new(terminal: Terminal) -> Self {
        Self { terminal, progress: RefCell::new(None) }
    }

    /// Shows what happens until the work is over.
    pub fn follow(&self, mut events: Events) {
        let mut drawn = Instant::now();
        loop {
            match events.next_within(TICK.saturating_sub(drawn.elapsed())) {
                Heard::Event(event) => self.tell(event),
                Heard::Nothing => {}
                Heard::End => return,
            }
            if drawn.elapsed() >= TICK {
                drawn = Instant::now();
                if let Some(progress) = &mut *self.progress.borrow_mut() {
                    progress.tick();
                }
            }
        }
    }

    fn note(&self, notice: &Notice) {
        let words = notice.words();
        let words = words.get(self.terminal.lang);
        match (&*self.progress.borrow(), notice.weight()) {
            (_, Weight::Detail) => self.terminal.detail(words),
            (Some(progress), Weight::News) => progress.say(words),
            (Some(progress), Weight::Alarm) => progress.alarm(words),
            (None, Weight::News) => self.terminal.note(words),
            (None, Weight::Alarm) => self.terminal.error(words),
        }
    }
}

impl Observer for Screen {
    fn tell(&self, event: Event) {
        let lang = self.terminal.lang;
        match event {
            Event::Began(stage) => {
                *self.progress.borrow_mut() = Some(match stage {
                    Stage::Reading => self.terminal.checking(),
                    Stage::Sending { rows } => self.terminal.sending(rows, 0),
                });
            }
            Event::Ended => {
                if let Some(progress) = self.progress.borrow_mut().take() {
                    progress.finish();
                }
            }
            Event::Notice(notice) => self.note(&notice),
            event => {
                let mut progress = self.progress.borrow_mut();
                let Some(progress) = &mut *progress else { return };
                match event {
                    Event::Read { rows } => progress.read(rows),
                    Event::Settled { status, rows } => progress.settled(status, rows),
                    Event::NotKept(line) => progress.alarm(&line),
                    Event::Holding(time) => {
                        let seconds = time.as_secs();
                        progress.say(&say!(
                            lang,
                            "Sunucu {seconds} sn beklemeyi istiyor; bekleniyor.",
                            "The server asks to wait {seconds} s; waiting."
                        ));
                    }
                    // Told above, or new.
                    _ => {}
                }
            }
        }
    }

    fn agrees(&self, question: &Text) -> bool {
        self.terminal.confirm(question.get(self.terminal.lang)) == Some(true)
    }
}
