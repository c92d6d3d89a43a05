//! Threads that wait for the disk, so that those that work need not.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SendError, SyncSender, sync_channel},
    },
    thread,
};

/// So many wait at once. What they wait for lies in few places, and a file system writes it together: it takes a disk
/// hardly longer than one.
const THREADS: usize = 16;

/// So many more are taken before others have to wait: each keeps a file open, and a process may have few of these.
const QUEUED: usize = 8;

/// What ends with waiting for the disk.
type Task<'t> = Box<dyn FnOnce() + Send + 't>;

/// Threads that wait for the disk.
pub(super) struct Finishers<'t> {
    /// `None` where there are no such threads.
    queue: Option<SyncSender<Task<'t>>>,
}

impl<'t> Finishers<'t> {
    /// Does some work while threads finish what it gives them, and waits for these. No more tasks than `tasks` are
    /// expected. A run with one thread has no others.
    pub(super) fn with<T>(tasks: usize, work: impl FnOnce(&Self) -> T) -> T {
        let threads = match rayon::current_num_threads() {
            1 => 0,
            _ => THREADS.min(tasks),
        };
        let (queue, waiting) = sync_channel::<Task<'t>>(QUEUED);
        thread::scope(|scope| {
            // Of the threads alone, so that nobody waits for them when all have ended in panic.
            let waiting = Arc::new(Mutex::new(waiting));
            let start = |_: &usize| {
                let waiting = Arc::clone(&waiting);
                let thread = thread::Builder::new().name("finisher".to_owned());
                let started = thread.spawn_scoped(scope, move || {
                    while let Some(task) = next(&waiting) {
                        task();
                    }
                });
                started.is_ok()
            };
            let is_any = (0..threads).take_while(start).count() > 0;
            drop(waiting);
            // The threads end when the queue is dropped.
            work(&Self {
                queue: is_any.then_some(queue),
            })
        })
    }

    /// Has a task done, at some time before [`Self::with`] returns.
    pub(super) fn finish(&self, task: impl FnOnce() + Send + 't) {
        let unsent = match &self.queue {
            Some(queue) => queue.send(Box::new(task)).err(),
            None => return task(),
        };
        // All threads have ended in panic.
        if let Some(SendError(task)) = unsent {
            task();
        }
    }
}

fn next<'t>(waiting: &Mutex<Receiver<Task<'t>>>) -> Option<Task<'t>> {
    let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.recv().ok()
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    #[test]
    fn every_task_is_done_in_the_end() {
        for (threads, tasks) in [(1, 3), (2, 0), (2, 1), (2, 100)] {
            let done = AtomicUsize::new(0);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let given = pool.build().expect("threads").install(|| {
                Finishers::with(tasks, |finishers| {
                    for _ in 0..tasks {
                        finishers.finish(|| {
                            thread::sleep(Duration::from_millis(1));
                            done.fetch_add(1, Ordering::Relaxed);
                        });
                    }
                    tasks
                })
            });
            assert_eq!(given, tasks);
            assert_eq!(done.load(Ordering::Relaxed), tasks, "{threads} threads");
        }
    }

    #[test]
    fn nobody_waits_for_threads_that_have_ended_in_panic() {
        let (pool, given) = (rayon::ThreadPoolBuilder::new(), AtomicUsize::new(0));
        let pool = pool.num_threads(2).build().expect("threads");
        let ended = catch_unwind(AssertUnwindSafe(|| {
            pool.install(|| {
                Finishers::with(1000, |finishers| {
                    for _ in 0..10 * (THREADS + QUEUED) {
                        given.fetch_add(1, Ordering::Relaxed);
                        finishers.finish(|| panic!("of a task"));
                    }
                });
            });
        }));
        assert!(ended.is_err());
        // The first one that no thread is left for ends what gives them.
        assert!(given.load(Ordering::Relaxed) <= THREADS + QUEUED + 1);
    }
}
