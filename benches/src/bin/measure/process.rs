//! Running a program and what it takes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// From the start to the end.
    pub wall: Duration,
    /// User and system time of all threads.
    pub processor: Duration,
    /// The most memory that was resident, in bytes.
    pub peak: u64,
}

/// A command to measure.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What tables call it.
    pub name: String,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    exit_codes: &'static [i32],
    output: Option<PathBuf>,
}

impl Invocation {
    /// A command that ends with exit code 0.
    pub fn new(name: &str, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            exit_codes: &[0],
            output: None,
        }
    }

    /// The same with more arguments.
    pub fn args<T: AsRef<Path>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        let texts = arguments
            .into_iter()
            .map(|argument| argument.as_ref().display().to_string());
        self.arguments.extend(texts);
        self
    }

    /// The same with a number of threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.environment
            .push(("RAYON_NUM_THREADS", threads.to_string()));
        self
    }

    /// The same, where exit code 1 tells of findings.
    pub fn may_find(mut self) -> Self {
        self.exit_codes = &[0, 1];
        self
    }

    /// The same, writing to a folder that is not there: before each run it is put aside, with [`Self::aside_of`].
    pub fn writes(mut self, folder: &Path) -> Self {
        self.output = Some(folder.to_owned());
        self
    }

    /// Whether its program is installed.
    pub fn is_there(&self) -> bool {
        self.program.exists()
    }

    /// The arguments as a shell takes them, shortened.
    pub fn shown(&self) -> String {
        let mut shown = self.program.display().to_string();
        for (at, argument) in self.arguments.iter().enumerate() {
            if at == 12 {
                shown.push_str(" …");
                break;
            }
            shown.push(' ');
            shown.push_str(argument);
        }
        shown
    }

    /// How many bytes it prints, which are not kept: a child begins with the peak of its parent.
    pub fn printed_bytes(&self) -> u64 {
        self.prepare();
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.shown()));
        let mut stdout = child.stdout.take().expect("it is piped");
        let bytes = std::io::copy(&mut stdout, &mut std::io::sink()).expect("a readable pipe");
        self.judge(child.wait().expect("a child").code());
        bytes
    }

    /// What it prints.
    pub fn stdout(&self) -> String {
        self.prepare();
        let output = self.command().stderr(Stdio::inherit()).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", self.shown()));
        self.judge(output.status.code());
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs it once.
    #[expect(
        clippy::zombie_processes,
        reason = "it is waited for with what it used"
    )]
    pub fn sample(&self) -> Sample {
        self.prepare();
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let start = Instant::now();
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.shown()));
        let (status, usage) = wait(child.id());
        let wall = start.elapsed();
        self.judge(libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)));
        let time = |time: libc::timeval| {
            Duration::from_secs(time.tv_sec.cast_unsigned())
                + Duration::from_micros(time.tv_usec.cast_unsigned())
        };
        Sample {
            wall,
            processor: time(usage.ru_utime) + time(usage.ru_stime),
            peak: usage.ru_maxrss.cast_unsigned() * 1024,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Where the folders go that runs have written. They are removed when all has been measured: a file system may look
    /// through all that was removed lately for each new file.
    pub fn aside_of(folder: &Path) -> PathBuf {
        folder.with_extension("aside")
    }

    fn prepare(&self) {
        let Some(folder) = &self.output else {
            return;
        };
        if folder.exists() {
            let aside = Self::aside_of(folder);
            let moved = fs::create_dir_all(&aside).and_then(|()| {
                let number = fs::read_dir(&aside)?.count();
                fs::rename(folder, aside.join(number.to_string()))
            });
            moved.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        }
        // What another run has left to be written is not to be waited for in this one.
        let synced = Command::new("sync").status();
        assert!(synced.is_ok_and(|status| status.success()), "sync");
    }

    fn judge(&self, code: Option<i32>) {
        let is_expected = code.is_some_and(|code| self.exit_codes.contains(&code));
        assert!(is_expected, "`{}` ended with {code:?}", self.shown());
    }
}

/// Waits for a child, and tells what it used.
fn wait(child: u32) -> (libc::c_int, libc::rusage) {
    let mut status = 0;
    // SAFETY: a `rusage` is numbers, of which all may be zero.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals, and nobody else waits for this child.
    let waited = unsafe { libc::wait4(child.cast_signed(), &raw mut status, 0, &raw mut usage) };
    assert_eq!(
        waited,
        child.cast_signed(),
        "{}",
        std::io::Error::last_os_error()
    );
    (status, usage)
}
