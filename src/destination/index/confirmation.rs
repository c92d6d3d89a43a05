//! Finding out whether an index is up to date, while it is used already.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{PackIndex, stamp::Folder};

/// Whether all that an index was made from is as it was. That is found out on all threads, beside what else they do.
#[derive(Debug, Clone)]
pub(in super::super) struct Confirmation(Arc<Answer>);

#[derive(Debug)]
struct Answer {
    state: Mutex<State>,
    is_known: Condvar,
}

#[derive(Debug)]
struct State {
    /// How many chunks nobody has looked at.
    pending: usize,
    is_unchanged: bool,
}

impl State {
    fn is_known(&self) -> bool {
        self.pending == 0 || !self.is_unchanged
    }
}

impl Answer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Confirmation {
    /// Begins to look at the folders and files of an index, which are below `folder`.
    pub(super) fn begin(index: &Arc<PackIndex>, folder: Folder) -> Self {
        let answer = Arc::new(Answer {
            state: Mutex::new(State {
                pending: index.chunks.len(),
                is_unchanged: true,
            }),
            is_known: Condvar::new(),
        });
        let folder = Arc::new(folder);
        for number in 0..index.chunks.len() {
            let (answer, index, folder) = (answer.clone(), Arc::clone(index), folder.clone());
            rayon::spawn(move || {
                let is_unchanged =
                    answer.state().is_unchanged && index.is_unchanged(number, &folder);
                let mut state = answer.state();
                state.pending -= 1;
                state.is_unchanged &= is_unchanged;
                if state.is_known() {
                    answer.is_known.notify_all();
                }
            });
        }
        Self(answer)
    }

    /// The answer, for which this thread works, too, and waits.
    pub(in super::super) fn is_unchanged(&self) -> bool {
        while !self.0.state().is_known() {
            if rayon::yield_now() == Some(rayon::Yield::Executed) {
                continue;
            }
            let mut state = self.0.state();
            while !state.is_known() {
                let woken = self.0.is_known.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
        }
        self.0.state().is_unchanged
    }
}
