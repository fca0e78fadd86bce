//! The keys of a page on this machine that has no people: whoever may read the terminal may come in.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::secret::{Hash, random};

/// How many printed keys stay good as bearer tokens: the latest.
const BEARERS: usize = 64;

/// Called with each key that is to be printed.
pub type Announce = Box<dyn Fn(&str) + Send + Sync>;

/// The keys that are good.
///
/// In an address each key works once, and the next is printed when it is used: an address lands in histories. As a
/// bearer token a printed key stays good until the process ends. The key by which the program opens a browser itself
/// stands in the list of processes for a moment, and so it never is a bearer token.
pub struct Keys {
    announce: Announce,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Good in an address, once.
    fresh: Vec<Fresh>,
    /// Good as bearer tokens.
    bearers: VecDeque<Hash>,
}

struct Fresh {
    hash: Hash,
    is_printed: bool,
}

impl Keys {
    /// Keys that are printed by `announce`. Nothing is printed before [`Keys::print_next`].
    pub fn new(announce: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { announce: Box::new(announce), known: Mutex::default() }
    }

    /// Makes a key and prints it.
    ///
    /// # Errors
    /// The system has no chance to give.
    pub fn print_next(&self) -> Result<(), getrandom::Error> {
        let key = self.make(true)?;
        (self.announce)(&key);
        Ok(())
    }

    /// Makes a key that is not printed, for a browser that the program opens itself.
    ///
    /// # Errors
    /// The system has no chance to give.
    pub fn unprinted(&self) -> Result<String, getrandom::Error> {
        self.make(false)
    }

    fn make(&self, is_printed: bool) -> Result<String, getrandom::Error> {
        let key = random()?;
        let hash = Hash::of(&key);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.fresh.push(Fresh { hash, is_printed });
        if is_printed {
            known.bearers.push_back(hash);
            if known.bearers.len() > BEARERS {
                known.bearers.pop_front();
            }
        }
        Ok(key)
    }

    /// Uses a key of an address up. Where it was a printed one, the next is printed.
    pub fn spend(&self, key: &str) -> bool {
        let hash = Hash::of(key);
        let spent = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.fresh.iter().position(|fresh| fresh.hash.is(&hash)).map(|at| known.fresh.swap_remove(at))
        };
        let Some(spent) = spent else { return false };
        // Without chance there is no next key; the one in hand was good all the same.
        if spent.is_printed {
            let _ = self.print_next();
        }
        true
    }

    /// Whether a key is good as a bearer token.
    pub fn is_bearer(&self, key: &Hash) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.bearers.iter().fold(false, |found, bearer| found | bearer.is(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_printed_key_works_once_and_the_next_is_printed() {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let keys = Keys::new({
            let printed = Arc::clone(&printed);
            move |key| printed.lock().unwrap().push(key.to_owned())
        });
        keys.print_next().unwrap();
        let first = printed.lock().unwrap()[0].clone();
        assert!(!keys.spend("guessed"));
        assert!(keys.spend(&first));
        assert!(!keys.spend(&first));
        let second = printed.lock().unwrap()[1].clone();
        assert_ne!(first, second);
        assert!(keys.is_bearer(&Hash::of(&second)));
        assert!(keys.spend(&second));
        assert_eq!(printed.lock().unwrap().len(), 3);
    }

    #[test]
    fn the_key_of_a_browser_is_no_bearer_token_and_prints_no_other() {
        let keys = Keys::new(|_| panic!("printed"));
        let key = keys.unprinted().unwrap();
        assert!(!keys.is_bearer(&Hash::of(&key)));
        assert!(keys.spend(&key));
        assert!(!keys.spend(&key));
    }
}
