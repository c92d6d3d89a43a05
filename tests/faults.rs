//! What goes wrong around the program: it is killed, the disk refuses, files vanish, are no files, or may not be read.
//!
//! What needs a file system of its own is in `tests/faults/`.

#![cfg(unix)]

mod common;

use std::{
    collections::BTreeMap,
    fs::{self, File, Permissions},
    io::{Read as _, Write as _},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
        process::{CommandExt as _, ExitStatusExt as _},
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant, SystemTime},
};

use common::program::{program, said, tree};
use palette_knife::{
    check::{self, CheckOptions},
    destination::Destination,
    input,
    rewrite::{
        answers::Answers,
        names::{BumpPart, Naming, OnConflict},
        plan::Tags,
        result::Status,
        run::{self, RewriteOptions, Target},
        work::Output as Written,
        write::{Readers, WriteError, prepare_in_place, write_in_place},
    },
    source::DEFAULT_MAX_FILE_SIZE,
};

/// Longer than any run of this file takes; a run that waits for somebody to write to a pipe takes for ever.
const PATIENCE: Duration = Duration::from_secs(60);

const SIGINT: i32 = 2;
const SIGKILL: i32 = 9;

fn twin() -> PathBuf {
    common::fixtures().join("destinations/twin")
}

/// A folder with several copies of every profile that is ready for `twin`.
fn many_profiles(folder: &Path, copies: usize) {
    for copy in 0..copies {
        let to = folder.join(format!("copy-{copy}"));
        fs::create_dir_all(&to).expect("a folder");
        for (name, bytes) in common::fixture_files("profiles") {
            fs::write(to.join(name), bytes).expect("written");
        }
    }
}

/// Runs a command to its end, or ends it when it takes too long.
fn finish(command: &mut Command) -> Output {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let reading = std::thread::spawn(move || {
        let mut read = [Vec::new(), Vec::new()];
        let _ = out.as_mut().map(|out| out.read_to_end(&mut read[0]));
        let _ = err.as_mut().map(|err| err.read_to_end(&mut read[1]));
        read
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().expect("it can be killed");
            panic!("{command:?} does not end");
        }
        sleep(Duration::from_millis(5));
    };
    let [stdout, stderr] = reading.join().expect("read");
    Output {
        status,
        stdout,
        stderr,
    }
}

/// Files with their bytes, without folders.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = tree(folder).into_iter();
    all.filter(|(name, _)| !name.ends_with('/')).collect()
}

fn is_temporary(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with(".palette-knife-") && name.ends_with(".tmp"))
}

/// Numbers that are spread evenly enough.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end.max(1)
    }
}

/// Ends runs at random moments by a signal, and looks at what they leave. Returns how many were ended in time.
fn end_runs(signal: i32, times: usize, in_place: bool) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    let start = || {
        let mut command = program();
        command
            .args([
                "rewrite",
                "in",
                "--on-conflict",
                "bump",
                "--allow-masked",
                "--to",
            ])
            .arg(twin())
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if in_place {
            command.arg("--in-place");
        } else {
            command.args(["-o", "out"]);
        }
        command
    };
    many_profiles(&input, 3);
    let before = files(&input);
    let began = Instant::now();
    assert!(finish(&mut start()).status.success());
    let took = began.elapsed();
    let results = files(if in_place { &input } else { &out });
    assert_eq!(results.len(), before.len());
    assert_ne!(results, before);

    let mut numbers = Numbers(7);
    let mut ended = 0;
    for _ in 0..times {
        let _ = fs::remove_dir_all(&out);
        many_profiles(&input, 3);
        let mut child = start().spawn().expect("it starts");
        let micros = u64::try_from(took.as_micros()).expect("a short run");
        sleep(Duration::from_micros(numbers.below(micros)));
        let id = child.id().to_string();
        let _ = Command::new("kill")
            .args([format!("-{signal}"), id])
            .status();
        let status = child.wait().expect("it ends");
        ended += usize::from(status.signal() == Some(signal));
        let there = files(&input);
        for (path, bytes) in &there {
            let is_result = in_place && results.get(path) == Some(bytes);
            let is_whole = before.get(path) == Some(bytes) || is_result || is_temporary(path);
            assert!(is_whole, "{path} is neither what it was nor a result");
        }
        assert!(
            before.keys().all(|path| there.contains_key(path)),
            "an input is gone"
        );
        if out.exists() {
            for (path, bytes) in files(&out) {
                let is_whole = results.get(&path) == Some(&bytes) || is_temporary(&path);
                assert!(is_whole, "{path} is no whole result");
            }
        }
    }
    // What is left is in nobody's way.
    assert!(finish(&mut start()).status.success());
    let mut left = files(if in_place { &input } else { &out });
    left.retain(|path, _| !is_temporary(path));
    assert_eq!(left, results);
    ended
}

#[test]
fn killed_runs_leave_whole_files_and_their_inputs() {
    let ended = end_runs(SIGKILL, 100, false);
    assert!(ended > 30, "only {ended} were killed in time");
}

#[test]
fn killed_runs_in_place_leave_whole_files() {
    let ended = end_runs(SIGKILL, 50, true);
    assert!(ended > 15, "only {ended} were killed in time");
}

#[test]
fn interrupted_runs_leave_whole_files() {
    let ended = end_runs(SIGINT, 20, false);
    assert!(ended > 5, "only {ended} were interrupted in time");
}

#[test]
fn runs_into_one_folder_leave_each_other_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    many_profiles(&folder.path().join("in"), 3);
    let out = folder.path().join("out");
    let start = || {
        let mut command = program();
        command
            .args(["rewrite", "in", "-o", "out", "--on-conflict", "bump"])
            .args(["--allow-masked", "--to"])
            .arg(twin())
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    assert!(finish(&mut start()).status.success());
    let results = files(&out);
    for _ in 0..5 {
        fs::remove_dir_all(&out).expect("removed");
        let runs: Vec<_> = (0..4)
            .map(|_| start().spawn().expect("it starts"))
            .collect();
        for mut run in runs {
            assert!(run.wait().expect("it ends").success());
        }
        assert_eq!(files(&out), results);
    }
    // What another run has not finished yet is locked, and what was left is not. Other files are somebody's.
    let result = out.join(results.keys().next().expect("a result"));
    let [theirs, left, others] = ["theirs.tmp", "left.tmp", "baseline.json"]
        .map(|end| result.with_file_name(format!(".palette-knife-{end}")));
    fs::write(&left, "half").expect("written");
    fs::write(&others, "precious").expect("written");
    let lock = File::create(&theirs).expect("a file");
    lock.lock().expect("locked");
    assert!(finish(&mut start()).status.success());
    assert!(theirs.exists() && !left.exists() && others.exists());
    drop(lock);
    assert!(finish(&mut start()).status.success());
    assert!(!theirs.exists());
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in");
    many_profiles(&input, 1);
    let before = files(&input);
    // The limit, in blocks of 512 bytes, stands for a full disk: writes beyond it fail with an error, not with a signal.
    let limited = |blocks: u32, args: &[&str]| {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!(
                "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""
            ))
            .arg(program().get_program())
            .args(args)
            .current_dir(folder.path());
        finish(&mut command)
    };
    let to_twin = twin();
    let to_twin = to_twin.to_string_lossy();
    let rewrite = ["rewrite", "in", "--to", &to_twin, "--allow-masked"];
    for (blocks, more) in [(16, ["-o", "out"]), (2, ["--in-place", "--allow-masked"])] {
        let output = limited(blocks, &[&rewrite[..4], &more].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains("file too large"),
            "{}",
            said(&output)
        );
    }
    assert_eq!(files(&input), before);
    let whole = finish(
        program()
            .args(rewrite)
            .args(["-o", "whole"])
            .current_dir(folder.path()),
    );
    assert!(whole.status.success());
    let (whole, out) = (
        files(&folder.path().join("whole")),
        files(&folder.path().join("out")),
    );
    assert!(
        !out.is_empty() && out.len() < whole.len(),
        "{:?}",
        out.keys()
    );
    for (path, bytes) in &out {
        assert_eq!(whole.get(path), Some(bytes), "{path}");
    }
    // The baseline of many findings is larger than that.
    let baseline = ["check", "broken.json", "--write-baseline", "known.json"];
    fs::write(
        folder.path().join("known.json"),
        "{\"version\":1,\"findings\":[]}",
    )
    .expect("written");
    let broken = folder.path().join("broken.json");
    fs::write(
        &broken,
        format!(
            "[{}]",
            "{\"spec\":1,\"spec\":2,\"metadata\":1,\"template\":1,\"packs\":1},".repeat(200) + "1"
        ),
    )
    .expect("written");
    let output = limited(16, &baseline);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let known = fs::read_to_string(folder.path().join("known.json")).expect("a baseline");
    assert_eq!(known, "{\"version\":1,\"findings\":[]}");
    assert_eq!(
        tree(folder.path())
            .iter()
            .filter(|(path, _)| is_temporary(path))
            .count(),
        0
    );
}

#[test]
fn a_run_that_ends_while_it_writes_leaves_what_was_there() {
    const SIGXFSZ: i32 = 25;
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    many_profiles(&place.join("in"), 1);
    let text = "{\"metadata\": {\"name\": \"a\"}, \"spec\": {\"version\": \"1.0.0\", \"template\": {\"type\": \"add-on\", \"packs\": [{\"name\": \"a\", \"values\": \"a: {{ .spectro.macro.a }}\"}]}}}";
    fs::write(place.join("unquoted.json"), text).expect("written");
    fs::write(
        place.join("macros.json"),
        "{\"macros\": [{\"name\": \"a\", \"value\": \"b\"}]}",
    )
    .expect("written");
    let to_twin = twin();
    let to_twin = to_twin.to_string_lossy();
    let in_place = "rewrite in/copy-0/quay-vsphere.json --in-place --to";
    for (line, target) in [
        ("check in --write-baseline known.json", None),
        ("check in --output json=report.json", None),
        ("check unquoted.json --fix", None),
        ("destination init made --name made", None),
        ("destination add made macros.json --as tenant-macros", None),
        ("man --out manual", None),
        ("plan in --write-todo todo --to", Some(&to_twin)),
        ("rewrite in --allow-masked -o out --to", Some(&to_twin)),
        (in_place, Some(&to_twin)),
    ] {
        let words = line.split(' ').chain(target.map(|target| target.as_ref()));
        let words: Vec<&str> = words.collect();
        let before = files(place);
        // No file may grow: the system ends what tries to, as a kill at that moment would.
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "ulimit -c 0; ulimit -f 0; exec \"$0\" \"$@\""])
            .arg(program().get_program())
            .args(&words)
            .current_dir(place);
        let output = finish(&mut limited);
        assert_eq!(
            output.status.signal(),
            Some(SIGXFSZ),
            "{line}: {}",
            said(&output)
        );
        let mut left = files(place);
        let unfinished = left.len();
        left.retain(|path, _| !is_temporary(path));
        assert_ne!(left.len(), unfinished, "{line} writes in place");
        assert_eq!(left, before, "{line}");
        let output = finish(program().args(&words).current_dir(place));
        assert!(
            matches!(output.status.code(), Some(0..=1)),
            "{line}: {}",
            said(&output)
        );
        let after = files(place);
        assert_ne!(after, before, "{line} writes nothing");
        assert!(!after.keys().any(|path| is_temporary(path)), "{line}");
    }
}

/// The program as somebody who may not do everything.
fn unprivileged(folder: &Path) -> Command {
    const NOBODY: u32 = 65_534;
    let mut command = program();
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    if is_root {
        // What the others may reach of a temporary folder of root, and of the program.
        let copy = folder.join("program");
        let original = program();
        let original = original.get_program();
        // Another name for it where that can be had: it is large.
        if !copy.exists() && fs::hard_link(original, &copy).is_err() {
            fs::copy(original, &copy).expect("copied");
        }
        command = Command::new(copy);
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir(folder);
    command
}

/// A folder that everybody may enter and change.
fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    set_mode(folder.path(), 0o777);
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn folders_that_may_not_be_written_to_are_told() {
    let folder = open_folder();
    let input = folder.path().join("in");
    many_profiles(&input, 1);
    common::copy_folder(&twin(), &folder.path().join("twin"));
    fs::create_dir(folder.path().join("out")).expect("a folder");
    set_mode(&folder.path().join("out"), 0o555);
    set_mode(&input.join("copy-0"), 0o555);
    let before = tree(folder.path());
    let rewrite = ["rewrite", "in", "--to", "twin", "--allow-masked"];
    for more in [
        &["-o", "out"][..],
        &["-o", "out/deeper"],
        &["--in-place", "--on-conflict", "bump"],
    ] {
        let output = finish(unprivileged(folder.path()).args(rewrite).args(more));
        assert_eq!(output.status.code(), Some(2), "{more:?}: {}", said(&output));
        assert!(
            said(&output).contains("ermission denied"),
            "{}",
            said(&output)
        );
    }
    let check = ["check", "in", "--write-baseline", "out/known.json"];
    let output = finish(unprivileged(folder.path()).args(check));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let mut after = tree(folder.path());
    after.retain(|(path, _)| path != "program");
    let mut before = before;
    before.retain(|(path, _)| path != "program");
    assert_eq!(after, before);
}

#[test]
fn what_may_not_be_read_is_told() {
    let folder = open_folder();
    let profile = common::fixtures().join("profiles/harbour-web-aws.json");
    fs::create_dir(folder.path().join("in")).expect("a folder");
    let copy = folder.path().join("in/a.json");
    fs::copy(profile, &copy).expect("copied");
    common::copy_folder(
        &common::fixtures().join("destinations/strict"),
        &folder.path().join("strict"),
    );
    let check = ["check", "in", "--to", "strict"];
    let open = said(&finish(unprivileged(folder.path()).args(check)));
    for part in [
        "macros/project.json",
        "macros",
        "profiles",
        "profiles/metadata.json",
        "registries",
        "registries/palette-registry",
        "registries/palette-registry/packs.json",
        "registries/halvard-packs/packs/oauth2-proxy-7.12.9",
        "registries/halvard-packs/packs/oauth2-proxy-7.12.9/pack.json",
    ] {
        let path = folder.path().join("strict").join(part);
        let mode = fs::metadata(&path).expect("a part").mode();
        set_mode(&path, 0);
        let output = finish(unprivileged(folder.path()).args(check));
        let said = said(&output);
        set_mode(&path, mode);
        assert!(
            matches!(output.status.code(), Some(0..=2)),
            "{part}: {said}"
        );
        assert!(
            said.contains(&format!("strict/{part}")) && said.contains("ermission denied"),
            "{part}: {said}"
        );
        assert_ne!(said, open, "{part}");
    }
    for part in ["strict", "strict/destination.yaml"] {
        let path = folder.path().join(part);
        let mode = fs::metadata(&path).expect("a part").mode();
        set_mode(&path, 0);
        let output = finish(unprivileged(folder.path()).args(check));
        set_mode(&path, mode);
        assert!(
            said(&output).contains("ermission denied"),
            "{part}: {}",
            said(&output)
        );
    }
    // Of the inputs nothing is passed over.
    for (path, mode) in [(&copy, 0o644), (&folder.path().join("in"), 0o755)] {
        set_mode(path, 0);
        let output = finish(unprivileged(folder.path()).args(check));
        set_mode(path, mode);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(
            said(&output).contains("ermission denied"),
            "{}",
            said(&output)
        );
    }
    for flag in ["--config", "--baseline"] {
        fs::write(folder.path().join("closed"), "").expect("written");
        set_mode(&folder.path().join("closed"), 0);
        let output = finish(
            unprivileged(folder.path())
                .args(check)
                .args([flag, "closed"]),
        );
        assert_eq!(output.status.code(), Some(2), "{flag}: {}", said(&output));
        assert!(
            said(&output).contains("ermission denied"),
            "{flag}: {}",
            said(&output)
        );
    }
}

fn target(output: Written) -> Target {
    let destination = Destination::load(&twin(), DEFAULT_MAX_FILE_SIZE).expect("a destination");
    Target {
        destination: Arc::new(destination),
        naming: Naming {
            on_conflict: OnConflict::Bump,
            rename_pattern: "{name}".to_owned(),
            bump: BumpPart::Patch,
            names: BTreeMap::new(),
            versions: BTreeMap::new(),
        },
        answers: Answers::default(),
        output,
    }
}

#[test]
fn files_that_vanish_are_told_and_the_rest_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in");
    many_profiles(&input, 1);
    let (found, errors) = input::collect(std::slice::from_ref(&input));
    assert!(errors.is_empty());
    let gone = input.join("copy-0/crew-tools.json");
    fs::remove_file(&gone).expect("removed");
    let (outcomes, unreadable) = check::check_files(&found, &[], &CheckOptions::default());
    assert_eq!((outcomes.len(), unreadable.len()), (found.len() - 1, 1));
    assert_eq!(unreadable[0].path, gone);
    let out = folder.path().join("out");
    let options = RewriteOptions {
        tags: Tags::Keep,
        allow_masked: true,
        keep_mode: false,
        format: None,
        check: CheckOptions::default(),
        diffs: false,
        progress: None,
    };
    let results = run::rewrite(&found, &[target(Written::Folder(out.clone()))], &options);
    let results = &results[0].files;
    let failed: Vec<_> = results.iter().filter(|result| result.failed).collect();
    assert_eq!((results.len(), failed.len()), (found.len(), 1));
    let reason = &failed[0].reasons[0].text;
    assert!(reason.contains("No such file"), "{reason}");
    assert_eq!(failed[0].status, Status::Refused);
    assert_eq!(files(&out).len(), found.len() - 1);
    // A folder that is gone, and a link that leads nowhere.
    symlink("nowhere", folder.path().join("link.json")).expect("a link");
    for path in ["gone", "link.json"] {
        let output = finish(program().args(["check", path]).current_dir(folder.path()));
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("No such file"), "{}", said(&output));
    }
}

#[test]
fn a_file_that_was_changed_in_the_meantime_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json");
    for theirs in ["theirs", "other!", ""] {
        fs::write(&path, theirs).expect("written");
        let error = write_in_place(&path, "before", "ours", Readers::OfInput).expect_err("changed");
        assert!(matches!(error, WriteError::Changed(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("read"), theirs);
    }
    fs::write(&path, "before").expect("written");
    write_in_place(&path, "before", "ours", Readers::OfInput).expect("unchanged");
    assert_eq!(fs::read_to_string(&path).expect("read"), "ours");
}

/// A result is written some time before it takes the place of the file: until its text is on the disk.
#[test]
fn a_file_that_is_changed_while_its_result_is_written_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json");
    let (other, long_ago) = (folder.path().join("b.json"), SystemTime::UNIX_EPOCH);
    let written = |path: &Path, text: &str| {
        let mut file = File::create(path).expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        file.set_modified(long_ago).expect("a time");
    };
    // Written to, with as many bytes; with more; another file of the same text and time in its place; with another mode;
    // removed.
    let changes: [(&dyn Fn(), Option<&str>); 5] = [
        (
            &|| fs::write(&path, "theirs").expect("written"),
            Some("theirs"),
        ),
        (&|| written(&path, "longer, theirs"), Some("longer, theirs")),
        (
            &|| {
                written(&other, "before");
                fs::rename(&other, &path).expect("renamed");
            },
            Some("before"),
        ),
        (
            &|| fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a mode"),
            Some("before"),
        ),
        (&|| fs::remove_file(&path).expect("removed"), None),
    ];
    for (change, left) in changes {
        written(&path, "before");
        let result =
            prepare_in_place(&path, "before", "ours", Readers::OfInput).expect("unchanged");
        change();
        result.finish().expect_err("changed");
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), left);
        let files = fs::read_dir(folder.path()).expect("a folder");
        assert_eq!(files.count(), usize::from(left.is_some()));
    }
    written(&path, "before");
    let result = prepare_in_place(&path, "before", "ours", Readers::OfInput).expect("unchanged");
    result.finish().expect("unchanged");
    assert_eq!(fs::read_to_string(&path).expect("read"), "ours");
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

#[test]
fn pipes_and_devices_are_never_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    many_profiles(&place.join("in"), 1);
    let file = "in/copy-0/crew-tools.json";
    pipe(&place.join("pipe.json"));
    let to_twin = twin();
    let to_twin = to_twin.to_string_lossy();
    for path in [
        "pipe.json",
        "/dev/zero",
        "/dev/null",
        "/dev/tty",
        "/dev/urandom",
    ] {
        for args in [
            vec!["check", path],
            vec!["check", file, "--config", path],
            vec!["check", file, "--baseline", path],
            vec!["check", file, "--write-baseline", path],
            vec!["check", file, "--to", path],
            vec!["check", path, "--fix"],
            vec!["rewrite", path, "--to", &to_twin, "-o", "out"],
            vec!["rewrite", file, "--to", &to_twin, "-o", path],
            vec![
                "rewrite",
                file,
                "--to",
                &to_twin,
                "-o",
                "out",
                "--secrets",
                path,
            ],
        ] {
            let output = finish(program().args(&args).current_dir(place));
            assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        }
    }
    // In folders they are no files.
    for name in ["palette-knife.toml", "in/x.json", "in/x.yaml"] {
        pipe(&place.join(name));
    }
    let output = finish(
        program()
            .args(["check", "in", "--no-config"])
            .current_dir(place),
    );
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let output = finish(program().args(["check", "in"]).current_dir(place));
    assert!(
        matches!(output.status.code(), Some(1..=2)),
        "{}",
        said(&output)
    );
    fs::remove_file(place.join("palette-knife.toml")).expect("removed");
    for part in [
        "destination.yaml",
        "macros/project.json",
        "profiles/p.json",
        "registries/a/registry.json",
        "registries/a/packs.json",
        "registries/a/p/pack.json",
        "registries/r.json",
    ] {
        let destination = place.join("destination");
        let _ = fs::remove_dir_all(&destination);
        common::copy_folder(&twin(), &destination);
        let path = destination.join(part);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let _ = fs::remove_file(&path);
        pipe(&path);
        let output = finish(
            program()
                .args(["check", file, "--to", "destination"])
                .current_dir(place),
        );
        assert!(
            matches!(output.status.code(), Some(0..=2)),
            "{part}: {}",
            said(&output)
        );
        if !part.contains("p/pack") {
            assert!(
                said(&output).contains(part),
                "{part} is passed over: {}",
                said(&output)
            );
        }
    }
    // What tells what is ignored.
    for name in [
        ".gitignore",
        ".ignore",
        "in/.gitignore",
        "in/copy-0/.ignore",
        ".git",
    ] {
        pipe(&place.join(name));
        let output = finish(program().args(["check", "in"]).current_dir(place));
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(
            said(&output).contains("not a regular file"),
            "{name}: {}",
            said(&output)
        );
        fs::remove_file(place.join(name)).expect("removed");
    }
    // Where results go: a pipe there is replaced, or refused, but never opened.
    fs::create_dir(place.join("results")).expect("a folder");
    pipe(&place.join("results/crew-tools.json"));
    let output = finish(
        program()
            .args(["rewrite", file, "--to", &to_twin, "-o", "results"])
            .current_dir(place),
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        fs::metadata(place.join("results/crew-tools.json"))
            .expect("a result")
            .is_file()
    );
    pipe(&place.join("in/copy-0/crew-tools.yaml"));
    let output = finish(
        program()
            .args(["rewrite", file, "--to-format", "yaml", "-o", "in/copy-0"])
            .current_dir(place),
    );
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("is there already"),
        "{}",
        said(&output)
    );
}

#[test]
fn loops_and_mazes_of_links_come_to_an_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    many_profiles(&place.join("in"), 1);
    symlink(".", place.join("in/here")).expect("a link");
    symlink("..", place.join("in/copy-0/up")).expect("a link");
    symlink("itself.json", place.join("in/itself.json")).expect("a link");
    symlink("/", place.join("in/root")).expect("a link");
    let straight = finish(
        program()
            .args(["check", "in/copy-0", "--format", "concise"])
            .current_dir(place),
    );
    let output = finish(
        program()
            .args(["check", "in", "--format", "concise"])
            .current_dir(place),
    );
    assert_eq!(said(&output), said(&straight));
    let output = finish(
        program()
            .args(["check", "in/itself.json"])
            .current_dir(place),
    );
    assert_eq!(output.status.code(), Some(2));
    // Two links to the next folder in each of forty: more paths than there are grains of sand.
    let destination = place.join("destination");
    common::copy_folder(
        &common::fixtures().join("destinations/strict"),
        &destination,
    );
    let plain = finish(
        program()
            .args(["check", "in", "--to", "destination"])
            .current_dir(place),
    );
    for below in ["registries/halvard-packs", "profiles"] {
        let maze = destination.join(below).join("maze");
        for number in 0..40 {
            let room = maze.join(number.to_string());
            fs::create_dir_all(&room).expect("a folder");
            for door in ["left", "right"] {
                symlink(format!("../{}", number + 1), room.join(door)).expect("a link");
            }
        }
        fs::create_dir_all(maze.join("40")).expect("a folder");
    }
    let output = finish(
        program()
            .args(["check", "in", "--to", "destination"])
            .current_dir(place),
    );
    assert_eq!(said(&output), said(&plain));
    symlink("../..", destination.join("registries/halvard-packs/up")).expect("a link");
    let output = finish(
        program()
            .args(["check", "in", "--to", "destination"])
            .current_dir(place),
    );
    assert!(
        matches!(output.status.code(), Some(0..=2)),
        "{}",
        said(&output)
    );
}

/// Makes folders in folders, and returns the deepest. The names are short: a path of more than 4,096 bytes leads nowhere.
fn nested(folder: &Path, levels: usize) -> PathBuf {
    let mut deepest = folder.to_owned();
    fs::create_dir_all(&deepest).expect("a folder");
    for _ in 0..levels {
        deepest.push("d");
        fs::create_dir(&deepest).expect("a folder");
    }
    deepest
}

#[test]
fn deep_folders_are_read_to_their_end() {
    const LEVELS: usize = 1_800;
    const FILES: usize = 3;
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    let destination = place.join("destination");
    common::copy_folder(&twin(), &destination);
    let pack = nested(
        &destination.join("registries/palette-registry/deep"),
        LEVELS,
    );
    fs::write(
        pack.join("pack.json"),
        r#"{"name": "deep", "version": "1.2.3"}"#,
    )
    .expect("written");
    let profiles = nested(&destination.join("profiles"), LEVELS);
    let input = nested(&place.join("in"), LEVELS);
    let crew = fs::read_to_string(common::fixtures().join("profiles/crew-tools.json"));
    let crew = crew.expect("a profile").replace("1.3.0", "1.3.77");
    fs::write(profiles.join("p.json"), &crew).expect("written");
    let wanted = crew.replace("minio-operator", "deep");
    for number in 0..FILES {
        fs::write(input.join(format!("p{number}.json")), &wanted).expect("written");
    }
    let run = |args: &[&str]| {
        let output = finish(program().args(args).current_dir(place));
        let told = said(&output).replace("/d/d", "");
        assert!(matches!(output.status.code(), Some(0..=1)), "{told}");
        told
    };
    let to = ["in", "--to", "destination"];
    let told = run(&[&["check"], &to[..], &["--format", "concise"]].concat());
    // Both the pack and the profile of the destination were found.
    for rule in ["[missing-pack-version]", "[duplicate-profile]"] {
        assert_eq!(told.matches(rule).count(), FILES, "{told}");
    }
    run(&["rewrite", "in", "--to-format", "yaml", "-o", "out"]);
    assert_eq!(files(&place.join("out")).len(), FILES);
    // A level too many is told.
    let too_deep = "i=0; while [ $i -lt 300 ]; do mkdir d && cd d || exit; i=$((i+1)); done";
    let _ = Command::new("sh")
        .args(["-c", too_deep])
        .current_dir(&pack)
        .stderr(Stdio::null())
        .status();
    let told = said(&finish(
        program().args(["destination", "check"]).arg(&destination),
    ));
    let told = told.replace("/d/d", "");
    assert!(told.contains("File name too long"), "{told}");
    // The one of Rust holds each folder open on its way, which is more than there may be.
    let removed = Command::new("rm").arg("-rf").arg(place).status();
    assert!(removed.expect("rm").success());
}

#[test]
fn links_do_not_lead_writes_out_of_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    many_profiles(&place.join("in"), 1);
    let elsewhere = place.join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    fs::write(elsewhere.join("precious"), "precious").expect("written");
    fs::create_dir(place.join("out")).expect("a folder");
    let before = tree(&elsewhere);
    let to_twin = twin();
    let rewrite = || {
        let mut command = program();
        command
            .args(["rewrite", "in", "--allow-masked", "-o", "out", "--to"])
            .arg(&to_twin)
            .current_dir(place);
        finish(&mut command)
    };
    for target in [
        "../elsewhere",
        "../elsewhere/precious",
        "../nowhere",
        "loop",
        "/",
    ] {
        let link = place.join("out/copy-0");
        let _ = fs::remove_file(&link);
        symlink(if target == "loop" { "copy-0" } else { target }, &link).expect("a link");
        let output = rewrite();
        assert_eq!(output.status.code(), Some(2), "{target}: {}", said(&output));
        assert!(
            said(&output).contains("would lie outside of the output folder"),
            "{}",
            said(&output)
        );
        assert_eq!(tree(&elsewhere), before, "{target}");
    }
    fs::remove_file(place.join("out/copy-0")).expect("removed");
    fs::create_dir(place.join("out/copy-0")).expect("a folder");
    let names: Vec<_> = common::fixture_files("profiles")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for (name, target) in names
        .iter()
        .zip(["precious", "new", ".", "../../etc/hosts"].iter().cycle())
    {
        symlink(elsewhere.join(target), place.join("out/copy-0").join(name)).expect("a link");
    }
    let output = rewrite();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(said(&output).matches("is a link").count(), names.len());
    assert_eq!(tree(&elsewhere), before);
    // Nor do they lead the files of what is missing elsewhere.
    for link in ["twin", "twin/todo.md", "twin/select.template.yaml"] {
        let link = place.join("todo").join(link);
        let _ = fs::remove_dir_all(place.join("todo"));
        fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
        let is_folder = link.ends_with("twin");
        let target = if is_folder { "" } else { "precious" };
        symlink(elsewhere.join(target), &link).expect("a link");
        let mut command = program();
        command
            .args(["plan", "in", "--write-todo", "todo", "--overwrite", "--to"])
            .arg(&to_twin)
            .current_dir(place);
        let output = finish(&mut command);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert_eq!(tree(&elsewhere), before, "{}", link.display());
    }
    // A folder of the name of a result stays, too.
    fs::remove_dir_all(place.join("out")).expect("removed");
    fs::create_dir_all(place.join("out/copy-0").join(&names[0]).join("deep")).expect("a folder");
    let output = rewrite();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        place
            .join("out/copy-0")
            .join(&names[0])
            .join("deep")
            .is_dir()
    );
    assert_eq!(files(&place.join("out")).len(), names.len() - 1);
}

/// What cannot be finished is told of the file that it is a result of, also where names look the same.
#[test]
#[cfg(target_os = "linux")]
fn results_that_cannot_be_finished_are_told_of_their_own_file() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    let name = |byte| {
        Path::new(OsStr::from_bytes(&[
            b'z', byte, b'.', b'j', b's', b'o', b'n',
        ]))
        .to_owned()
    };
    let names = [0xfe, 0xff].map(name);
    for (name, fixture) in names.iter().zip(["quay-vsphere.json", "crew-tools.json"]) {
        let from = common::fixtures().join("profiles").join(fixture);
        fs::create_dir_all(place.join("in")).expect("a folder");
        fs::copy(from, place.join("in").join(name)).expect("copied");
    }
    // A file cannot take the name of a folder.
    fs::create_dir_all(place.join("out").join(&names[1]).join("deep")).expect("a folder");
    for threads in ["1", "4"] {
        let mut command = program();
        command
            .args([
                "rewrite",
                "in",
                "--allow-masked",
                "-o",
                "out",
                "--format",
                "json",
                "--to",
            ])
            .arg(twin())
            .env("RAYON_NUM_THREADS", threads)
            .current_dir(place);
        let output = finish(&mut command);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = report["files"].as_array().expect("results");
        let became = results.iter().map(|result| {
            let outputs = result["outputs"].as_array().expect("outputs").len();
            (
                result["profiles"][0]["profile"]["name"].as_str(),
                result["status"].as_str(),
                outputs,
            )
        });
        let written = if threads == "1" { "written" } else { "kept" };
        assert_eq!(
            became.collect::<Vec<_>>(),
            [
                (Some("quay-vsphere"), Some(written), 1),
                (Some("crew-tools"), Some("refused"), 0)
            ],
            "{report:#}"
        );
    }
    assert_eq!(files(&place.join("out")).len(), 1);
}

#[test]
fn a_process_with_few_open_files_rewrites_many() {
    let folder = tempfile::tempdir().expect("a folder");
    many_profiles(&folder.path().join("in"), 20);
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
        .arg(program().get_program())
        .args(["rewrite", "in", "--to-format", "yaml", "-o", "out"])
        .env("RAYON_NUM_THREADS", "4")
        .current_dir(folder.path());
    let output = finish(&mut command);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(
        files(&folder.path().join("out")).len(),
        files(&folder.path().join("in")).len()
    );
}

#[test]
fn a_process_with_few_open_files_writes_for_many_destinations() {
    let folder = tempfile::tempdir().expect("a folder");
    many_profiles(&folder.path().join("in"), 1);
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
        .arg(program().get_program())
        .args(["plan", "in", "--write-todo", "todo"])
        .current_dir(folder.path());
    for number in 0..20 {
        let name = format!("to{number}");
        common::copy_folder(&twin(), &folder.path().join(&name));
        let config = folder.path().join(&name).join("destination.yaml");
        let text = fs::read_to_string(&config).expect("read");
        assert!(text.contains("name: twin"), "{text}");
        fs::write(config, text.replace("name: twin", &format!("name: {name}"))).expect("written");
        command.args(["--to", &name]);
    }
    let output = finish(&mut command);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let written = files(&folder.path().join("todo"));
    let names = written.keys().map(|path| path.split_once('/'));
    let names: Option<Vec<_>> = names.map(|parts| parts.map(|(_, name)| name)).collect();
    let names = names.expect("a folder for each destination");
    assert!(names.len() > 64, "{names:?}");
    assert_eq!(names.iter().filter(|name| **name == "todo.md").count(), 20);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").mode() & 0o7777
}

#[test]
fn modes_are_kept_and_secrets_are_for_their_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    let input = place.join("identity.json");
    fs::copy(
        common::fixtures().join("profiles/passenger-identity.json"),
        &input,
    )
    .expect("copied");
    let secrets = place.join("secrets.yaml");
    let text = "profiles: {passenger-identity: {variables: {smtp_password: c4nary}}}\n";
    fs::write(&secrets, text).expect("written");
    let to_twin = twin();
    let run = |more: &[&str]| {
        let mut command = program();
        command
            .args(["rewrite", "identity.json", "--allow-masked", "--to"])
            .arg(&to_twin)
            .args(more)
            .current_dir(place);
        let output = finish(&mut command);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output)
    };
    for of_input in [0o644, 0o640, 0o600, 0o444, 0o755] {
        set_mode(&input, of_input);
        run(&["-o", "plain"]);
        assert_eq!(mode(&place.join("plain/identity.json")), of_input);
        run(&["-o", "filled", "--secrets", "secrets.yaml"]);
        assert_eq!(mode(&place.join("filled/identity.json")), 0o600);
        run(&["-o", "kept", "--secrets", "secrets.yaml", "--keep-mode"]);
        assert_eq!(mode(&place.join("kept/identity.json")), of_input);
    }
    // Whoever could read the secrets file is told, unless it only names variables.
    for (of_secrets, warned) in [
        (0o644, true),
        (0o640, true),
        (0o604, true),
        (0o600, false),
        (0o400, false),
    ] {
        set_mode(&secrets, of_secrets);
        let said = run(&["--diff", "--secrets", "secrets.yaml"]);
        let warning = format!(
            "warning: `secrets.yaml` holds secrets, and others than its owner have access to it (mode {of_secrets:03o}): `chmod 600 secrets.yaml`\n"
        );
        assert_eq!(said.contains(&warning), warned, "{of_secrets:o}: {said}");
        assert_eq!(said.contains("chmod"), warned, "{of_secrets:o}: {said}");
    }
    let named = place.join("named.yaml");
    fs::write(&named, text.replace("c4nary", "env:HOME")).expect("written");
    set_mode(&named, 0o644);
    assert!(!run(&["--diff", "--secrets", "named.yaml"]).contains("chmod"));
    // In place too: what could be read by all is no longer.
    set_mode(&input, 0o644);
    run(&["--in-place", "--secrets", "secrets.yaml"]);
    assert_eq!(mode(&input), 0o600);
}

#[test]
fn nobody_to_talk_to_is_no_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    many_profiles(&folder.path().join("in"), 1);
    let to_twin = twin();
    let to_twin = to_twin.display();
    let binary = program();
    let binary = binary.get_program().to_string_lossy().into_owned();
    for (redirect, codes) in [
        ("| true", &[0][..]),
        ("| head -c 1 >/dev/null", &[0]),
        ("2>&1 | true", &[0]),
        (">&-", &[0, 1, 2]),
        ("2>&-", &[0, 1, 2]),
        (">&- 2>&- <&-", &[0, 1, 2]),
    ] {
        for args in [
            format!("check in --to '{to_twin}' --format json"),
            "check in".to_owned(),
            "check nothing".to_owned(),
            format!("rewrite in --to '{to_twin}' -o out --allow-masked"),
            "rules".to_owned(),
            "explain masked-value".to_owned(),
            "--help".to_owned(),
        ] {
            let mut command = Command::new("sh");
            command
                .args(["-c", &format!("'{binary}' {args} {redirect}")])
                .current_dir(folder.path());
            let output = finish(&mut command);
            let code = output.status.code();
            assert!(
                code.is_some_and(|code| codes.contains(&code)),
                "{args} {redirect}: {:?} {}",
                output.status,
                said(&output)
            );
            assert!(
                !said(&output).contains("panicked"),
                "{args} {redirect}: {}",
                said(&output)
            );
        }
    }
    if Path::new("/dev/full").exists() {
        for args in [
            vec!["check", "in"],
            vec!["rules"],
            vec!["explain", "masked-value"],
        ] {
            let full = File::options()
                .write(true)
                .open("/dev/full")
                .expect("a device");
            let mut child = program()
                .args(&args)
                .current_dir(folder.path())
                .stdout(full)
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts");
            let mut told = String::new();
            child
                .stderr
                .take()
                .expect("a pipe")
                .read_to_string(&mut told)
                .expect("UTF-8");
            assert_eq!(
                child.wait().expect("it ends").code(),
                Some(2),
                "{args:?}: {told}"
            );
            assert!(
                told.contains("error: standard output: No space left on device"),
                "{args:?}: {told}"
            );
        }
    }
}
