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
        let here = processor::of_this_thread();
        let look = move || {
            processor::leave(here);
            theirs.share();
        };
        let thread = thread::Builder::new().spawn(look).ok();
        // So that it can leave at once.
        thread::yield_now();
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

/// A new thread may be left for some milliseconds on the processor of the one that started it, behind that, while another
/// processor has nothing to do.
#[cfg(target_os = "linux")]
mod processor {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    /// The number of the processor that this thread runs on.
    pub(super) fn of_this_thread() -> usize {
        sched_getcpu()
    }

    /// Goes on on another processor than this one, if there is one to be used.
    pub(super) fn leave(processor: usize) {
        if processor >= CpuSet::MAX_CPU || sched_getcpu() != processor {
            return;
        }
        if let Ok(mut others) = sched_getaffinity(None) {
            others.unset(processor);
            // Without any it fails, and the thread goes on here.
            sched_setaffinity(None, &others).ok();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod processor {
    pub(super) fn of_this_thread() {}

    pub(super) fn leave((): ()) {}
}
