//! Finding out whether an index is up to date, while it is used already.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::PackIndex;

/// So often a thread that waits for another one lets others work before it sleeps: what is left to do is done sooner than
/// one wakes up.
const TURNS: usize = 200;

/// Whether all that an index was made from is as it was. That is found out on a thread of its own, beside what is done
/// with the index meanwhile.
#[derive(Debug, Clone)]
pub(in super::super) struct Confirmation(Arc<Answer>);

#[derive(Debug)]
struct Answer {
    work: Arc<Work>,
    /// Where one could be started.
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What is to be looked at: the blocks of an index by their numbers, and with those of folders what they are about.
#[derive(Debug)]
struct Work {
    index: Arc<PackIndex>,
    /// The block that nobody looks at yet.
    next: AtomicUsize,
    /// How many blocks were looked at.
    done: AtomicUsize,
    is_changed: AtomicBool,
}

impl Work {
    /// Looks at what nobody else looks at, until nothing is left or something was changed.
    fn share(&self) {
        let count = self.index.block_count();
        while !self.is_changed.load(Ordering::Acquire) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            if self.index.is_unchanged(number).is_none() {
                self.is_changed.store(true, Ordering::Release);
            }
            self.done.fetch_add(1, Ordering::Release);
        }
    }

    fn is_unchanged(&self) -> bool {
        !self.is_changed.load(Ordering::Acquire)
            && !self.index.is_spoiled.load(Ordering::Acquire)
            && self.done.load(Ordering::Acquire) == self.index.block_count()
    }
}

impl Confirmation {
    /// Begins to look at the folders and files of an index.
    pub(super) fn begin(index: &Arc<PackIndex>) -> Self {
        let work = Arc::new(Work {
            index: Arc::clone(index),
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            is_changed: AtomicBool::new(false),
        });
        // Those that share out other work are not there yet, and to start all of them takes longer.
        let theirs = Arc::clone(&work);
        let thread = thread::Builder::new().spawn(move || theirs.share()).ok();
        Self(Arc::new(Answer {
            work,
            thread: Mutex::new(thread),
        }))
    }

    /// The answer, for which this thread works, too, and waits.
    pub(in super::super) fn is_unchanged(&self) -> bool {
        let Answer { work, thread } = &*self.0;
        work.share();
        let mut thread = thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            let mut turns = 0..TURNS;
            while !thread.is_finished() && turns.next().is_some() {
                thread::yield_now();
            }
            if !thread.is_finished() {
                // One that has failed has not done all that it began.
                thread.join().ok();
            }
        }
        work.is_unchanged()
    }
}
