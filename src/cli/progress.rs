//! How far a long run is, for somebody who waits in front of a terminal.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter runs are over before anybody wonders.
const MANY: usize = 20;

/// A bar on standard error; nothing where that is no terminal, or in a pipeline that keeps what is written.
#[derive(Debug)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Begins a run of this many files.
    #[must_use]
    pub fn of(files: usize) -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if files < MANY || is_set("CI") || !io::stderr().is_terminal() {
            return Self(None);
        }
        let total = u64::try_from(files).unwrap_or(u64::MAX);
        let style = ProgressStyle::with_template("{pos}/{len} files {wide_bar} {eta}");
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(Some(bar))
    }

    /// A file is done.
    pub fn tick(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// The run is over: the bar disappears.
    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
