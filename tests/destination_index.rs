//! The index of a destination that is kept for the next run: what is printed is the same with it and without.

#![cfg(unix)]

mod common;

use std::{collections::BTreeMap, fs, path::Path, process, sync::Arc, thread, time::Duration};

use common::program::{Limits, code, limited, program, stderr, stdout, tree};
use palette_knife::{
    check::CheckOptions,
    destination::{Destination, IndexFolder},
    fix::{self, FixOptions},
    input,
    rewrite::{
        answers::Answers,
        names::{BumpPart, Naming, OnConflict},
        plan::Tags,
        run::{RewriteOptions, Target, rewrite},
        work::Output,
    },
    source::DEFAULT_MAX_FILE_SIZE,
};

/// The fixtures, with a registry of many packs at each destination.
fn scene() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["profiles", "destinations"] {
        common::copy_folder(&common::fixtures().join(part), &folder.path().join(part));
    }
    for destination in fs::read_dir(folder.path().join("destinations")).expect("a folder") {
        let destination = destination.expect("a folder").path();
        for number in 0..60 {
            let pack = destination.join(format!("registries/harbour/crane-{number}"));
            fs::create_dir_all(&pack).expect("a folder");
            let text = format!(
                r#"{{"name": "crane-{}", "version": "1.{number}.0"}}"#,
                number % 7
            );
            fs::write(pack.join("pack.json"), text).expect("written");
        }
        let existing = (0..300).map(|number| {
            let name = ["passenger-identity", "crane", "winch"][number % 3];
            format!(r#"{{"name": "{name}", "version": "1.{number}.0", "type": "cluster"}}"#)
        });
        let existing: Vec<String> = existing.collect();
        let profiles = destination.join("profiles");
        fs::create_dir_all(&profiles).expect("a folder");
        let list = format!("[{}]", existing.join(",\n"));
        fs::write(profiles.join("many.json"), list).expect("written");
    }
    // What was changed just now gets no index.
    thread::sleep(Duration::from_millis(2_100));
    folder
}

/// The names of all destinations that can be loaded.
fn destinations(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.join("destinations"))
        .expect("a folder")
        .map(|entry| entry.expect("a folder").file_name().into_string())
        .map(|name| name.expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn run(folder: &Path, line: &str, caches: &Path) -> process::Output {
    let profile = fs::File::open(folder.join("profiles/passenger-identity.json"));
    program()
        .args(line.split(' '))
        .current_dir(folder)
        .stdin(profile.expect("a profile"))
        .env("PALETTE_KNIFE_CACHE_DIR", caches)
        .output()
        .expect("it runs")
}

#[test]
fn what_is_printed_is_the_same_with_an_index_and_without() {
    let scene = scene();
    let folder = scene.path();
    let names = destinations(folder);
    assert!(names.len() > 2, "{names:?}");
    let mut indexed = 0;
    for name in &names {
        let to = format!("--to destinations/{name}");
        for command in [
            format!("check profiles {to} --format json --rule destination=warning"),
            format!("check profiles {to}"),
            format!("plan profiles {to} --format json"),
            format!("rewrite profiles {to} --diff --allow-masked --on-conflict bump"),
        ] {
            let caches = folder.join(format!("caches-{name}"));
            let plain = run(folder, &format!("{command} --no-cache"), &caches);
            assert!(code(&plain) < 3, "{command}");
            for turn in ["an index to write", "an index"] {
                let output = run(folder, &command, &caches);
                assert_eq!(stdout(&output), stdout(&plain), "{command}, {turn}");
                assert_eq!(stderr(&output), stderr(&plain), "{command}, {turn}");
                assert_eq!(code(&output), code(&plain), "{command}, {turn}");
            }
        }
        let caches = folder.join(format!("caches-{name}"));
        indexed += usize::from(caches.exists());
    }
    assert!(indexed > 2, "only {indexed} of {names:?} have an index");
}

#[test]
fn what_was_found_with_an_index_that_is_out_of_date_is_found_again() {
    let scene = scene();
    let folder = scene.path();
    let mut changed = 0;
    for name in destinations(folder) {
        let caches = folder.join(format!("caches-{name}"));
        let check = format!("check profiles --to destinations/{name}");
        let before = run(folder, &check, &caches);
        assert!(caches.exists(), "{name}");
        // All that the folder tells of packs goes, but for what the test has put there.
        let registries = folder.join("destinations").join(&name).join("registries");
        let changed_before = changed;
        for registry in fs::read_dir(&registries).expect("a folder") {
            let registry = registry.expect("a folder").path();
            if !registry.ends_with("harbour") {
                fs::remove_dir_all(&registry).expect("removed");
                changed += 1;
            }
        }
        for command in [
            check,
            format!("check profiles --to destinations/{name} --diff"),
            format!("check - --to destinations/{name}"),
            format!("plan profiles --to destinations/{name}"),
        ] {
            let with_index = folder.join("out-of-date");
            common::copy_folder(&caches, &with_index);
            let plain = run(folder, &format!("{command} --no-cache"), &with_index);
            let output = run(folder, &command, &with_index);
            assert_eq!(stdout(&output), stdout(&plain), "{command}");
            assert_eq!(stderr(&output), stderr(&plain), "{command}");
            assert_eq!(code(&output), code(&plain), "{command}");
            let is_another = stdout(&output) != stdout(&before);
            assert!(is_another || changed == changed_before, "{command}");
            fs::remove_dir_all(&with_index).expect("removed");
        }
    }
    assert!(changed > 2, "only {changed} registries were there");
}

#[test]
fn a_length_that_is_spoiled_takes_no_memory() {
    let scene = scene();
    let folder = scene.path();
    let caches = folder.join("caches");
    let check = "check profiles --to destinations/twin";
    let plain = run(folder, check, &caches);
    for file in fs::read_dir(caches.join("destinations")).expect("a folder") {
        let file = file.expect("an index").path();
        let mut bytes = fs::read(&file).expect("an index");
        let ends = memchr::memchr_iter(b'\n', &bytes);
        // Behind two lines and a sum.
        let length = ends.take(2).last().expect("lines") + 1 + 8;
        bytes[length + 3] ^= 0x80;
        fs::write(&file, bytes).expect("written");
    }
    let limits = Limits {
        memory: 1024,
        time: 60,
    };
    let output = limited(limits)
        .args(check.split(' '))
        .current_dir(folder)
        .env("PALETTE_KNIFE_CACHE_DIR", &caches)
        .output()
        .expect("it runs");
    assert_eq!(stdout(&output), stdout(&plain));
    assert_eq!(stderr(&output), stderr(&plain));
    assert_eq!(code(&output), code(&plain));
}

/// A saved answer about a pack whose rope must have some length.
const ROPE: &str = r#"{"name": "rope", "registryUid": "m1", "tags": [{"version": "1.0.0", "tag": "1.0.0", "packUid": "p"}],
    "packValues": [{"packUid": "p", "schema": [{"name": "rope.length", "format": "${number:[1-9]}", "required": true}]}]}"#;

/// A profile that takes it, with something to fix.
const TAKES_ROPE: &str = r#"{"metadata": {"name": "boat"}, "spec": {"version": "1.0.0", "template": {"type": "add-on",
    "cloudType": "all", "packs": [{"name": "rope", "type": "spectro", "layer": "addon", "version": "1.0.0",
    "tag": "1.0.0", "registry": {"metadata": {"uid": "m1", "name": "Mirror", "kind": "oci"}},
    "values": "rope: {length: 4}\nzone: '{{ .spectro.macros.zone }}'\n"}]}}}"#;

/// Files that an index names are read when they are asked for, also when it is known already that it is up to date.
#[test]
fn nothing_is_written_of_what_was_changed_since_it_was_confirmed() {
    let folder = tempfile::tempdir().expect("a folder");
    let destination = folder.path().join("yard");
    for number in 0..120 {
        let pack = destination.join(format!("registries/docks/crane-{number}"));
        fs::create_dir_all(&pack).expect("a folder");
        let text = format!(r#"{{"name": "crane", "version": "1.{number}.0"}}"#);
        fs::write(pack.join("pack.json"), text).expect("written");
    }
    let mirror = destination.join("registries/mirror");
    fs::create_dir_all(&mirror).expect("a folder");
    let registry = r#"{"metadata": {"name": "Mirror", "uid": "m1"}, "spec": {"kind": "oci"}}"#;
    fs::write(mirror.join("registry.json"), registry).expect("written");
    fs::write(mirror.join("tags-rope.json"), ROPE).expect("written");
    let profile = folder.path().join("boat.json");
    let text = TAKES_ROPE.replace(".macros.", ".macro.");
    fs::write(&profile, &text).expect("written");
    let out = folder.path().join("out");
    thread::sleep(Duration::from_millis(2_100));
    let indexes = IndexFolder::at(folder.path().join("caches"));
    let load = || Destination::load_indexed(&destination, DEFAULT_MAX_FILE_SIZE, &indexes);
    load().expect("a destination");
    let [confirmed, fixed] = [(); 2].map(|()| Arc::new(load().expect("a destination")));
    assert!(confirmed.is_confirmed() && fixed.is_confirmed());
    fs::write(mirror.join("tags-rope.json"), ROPE.replace("1-9", "1-3")).expect("written");

    let rewritten = |there: &Arc<Destination>| {
        let (files, _) = input::collect(std::slice::from_ref(&profile));
        let target = Target {
            destination: Arc::clone(there),
            naming: Naming {
                on_conflict: OnConflict::Fail,
                rename_pattern: "{name}".to_owned(),
                bump: BumpPart::Patch,
                names: BTreeMap::new(),
                versions: BTreeMap::new(),
            },
            answers: Answers::default(),
            output: Output::Folder(out.clone()),
        };
        let options = RewriteOptions {
            tags: Tags::Keep,
            allow_masked: false,
            keep_mode: false,
            format: None,
            check: CheckOptions::default(),
            diffs: false,
            progress: None,
        };
        let mut results = rewrite(&files, &[target], &options);
        let file = results.remove(0).files.remove(0);
        (
            file.failed,
            file.reasons.last().map(|reason| reason.text.clone()),
        )
    };
    let (failed, reason) = rewritten(&confirmed);
    assert!(failed, "{reason:?}");
    assert!(reason.is_some_and(|reason| reason.contains("`yard` was changed while it was read")));
    assert!(!out.join("boat.json").exists());
    assert!(!confirmed.is_confirmed());

    // The destination as it is now has an answer.
    let anew = Destination::load(&destination, DEFAULT_MAX_FILE_SIZE);
    let (failed, reason) = rewritten(&Arc::new(anew.expect("a destination")));
    assert!(!failed);
    assert!(reason.is_some_and(|reason| reason.contains("1 error is left in it")));

    fs::write(&profile, TAKES_ROPE).expect("written");
    let (files, _) = input::collect(std::slice::from_ref(&profile));
    let options = FixOptions {
        check: CheckOptions::default(),
        unsafe_fixes: false,
        writes: true,
    };
    let run = fix::fix_files(&files, &[Arc::clone(&fixed)], &options);
    assert!(run.files.is_empty());
    assert_eq!(fs::read_to_string(&profile).expect("a text"), TAKES_ROPE);
    assert!(!fixed.is_confirmed());
}

#[test]
fn an_index_is_written_once_and_only_where_it_is_wanted() {
    let scene = scene();
    let folder = scene.path();
    let caches = folder.join("caches");
    let check = "check profiles --to destinations/twin";
    for line in [
        &format!("{check} --no-cache"),
        "destination show destinations/twin",
        "destination check destinations/twin",
    ] {
        run(folder, line, &caches);
        assert!(!caches.exists(), "{line}");
    }
    let before = tree(&folder.join("destinations"));
    run(folder, check, &caches);
    let written = tree(&caches);
    let files = written.iter().filter(|(path, _)| !path.ends_with('/'));
    assert_eq!(files.count(), 2);
    let times = || -> Vec<_> {
        let files = fs::read_dir(caches.join("destinations")).expect("a folder");
        let times = files.map(|file| file.expect("an index").metadata()?.modified());
        times.collect::<Result<_, _>>().expect("times")
    };
    let first = times();
    run(folder, check, &caches);
    assert_eq!(times(), first);
    assert_eq!(tree(&caches), written);
    assert_eq!(tree(&folder.join("destinations")), before);

    // A pack that comes is seen at once, and the run after it finds an index that knows it.
    let pack = folder.join("destinations/twin/registries/harbour/hoist");
    fs::create_dir(&pack).expect("made");
    fs::write(pack.join("pack.json"), r#"{"name": "hoist", "version": 1}"#).expect("written");
    thread::sleep(Duration::from_millis(2_100));
    run(folder, check, &caches);
    assert_ne!(tree(&caches), written);

    // Without a variable of its own it is where the system has such files.
    if cfg!(target_os = "linux") {
        let output = program()
            .args(check.split(' '))
            .current_dir(folder)
            .env_remove("PALETTE_KNIFE_CACHE_DIR")
            .env_remove("XDG_CACHE_HOME")
            .env("HOME", folder.join("home"))
            .output()
            .expect("it runs");
        assert!(code(&output) < 2);
        assert!(
            folder
                .join("home/.cache/palette-knife/destinations")
                .is_dir()
        );
    }
}
