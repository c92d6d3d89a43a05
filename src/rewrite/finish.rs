//! Threads that wait for the disk, so that those that work need not.

use std::{
    sync::{
        Mutex, PoisonError,
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
        let (queue, tasks) = sync_channel::<Task<'t>>(QUEUED);
        let tasks = &Mutex::new(tasks);
        thread::scope(|scope| {
            let start = |_: &usize| {
                let thread = thread::Builder::new();
                let started = thread.spawn_scoped(scope, move || {
                    while let Some(task) = next(tasks) {
                        task();
                    }
                });
                started.is_ok()
            };
            let is_any = (0..threads).take_while(start).count() > 0;
            // The threads end when the queue is dropped.
            work(&Self {
                queue: is_any.then_some(queue),
            })
        })
    }

    /// Has a task done, at some time before the work has ended.
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

fn next<'t>(tasks: &Mutex<Receiver<Task<'t>>>) -> Option<Task<'t>> {
    let tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.recv().ok()
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    #[test]
    fn every_task_is_done_before_the_work_has_ended() {
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
}
