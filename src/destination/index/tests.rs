use std::{
    ffi::OsString,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::{
    FEW, IndexFolder, RECENT,
    place::{Block, LARGEST, Part},
};
use crate::{
    destination::{Destination, ExistingProfile, HeldPack, PackVersion},
    source::DEFAULT_MAX_FILE_SIZE,
};

/// A destination and a folder for its index.
struct Scene {
    place: tempfile::TempDir,
    destination: PathBuf,
    indexes: IndexFolder,
}

impl Scene {
    /// Registries of every kind, with all that is told of packs.
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let destination = place.path().join("harbour");
        let indexes = IndexFolder::at(place.path().join("cache"));
        let scene = Self {
            place,
            destination,
            indexes,
        };
        scene.write(
            "destination.yaml",
            "registries:\n- name: Dock Packs\n  packs: {crane: [9.9.9], winch: [1.0.0]}\n\
             - {name: Mirror, uid: m1, kind: oci}\n",
        );
        scene.write("macros/tenant.json", r#"[{"name": "quay", "value": "7"}]"#);
        for number in 0..FEW / 2 {
            let folder = format!("registries/docks/packs/crane-{number}");
            let ends = if number % 3 == 0 { "2024-01-31" } else { "" };
            scene.write(
                &format!("{folder}/pack.json"),
                &format!(
                    r#"{{"name": "crane{}", "version": "1.{number}.0", "eol": "{ends}", "group": "LTS",
                    "cloudTypes": ["aws", "é"], "annotations": {{"system_state": "deprecated"}},
                    "constraints": {{"dependencies": [{{"packName": "winch", "layer": "addon",
                    "minVersion": "1.0", "type": "required"}}]}}}}"#,
                    number % 5
                ),
            );
            scene.write(&format!("{folder}/values.yaml"), "depth: 4\n");
            scene.write(
                &format!("{folder}/schema.yaml"),
                "depth: {schema: '{{ required | format \"${number:[1-9]}\" | readonly }}'}\n",
            );
        }
        scene.write(
            "registries/docks/registry.yaml",
            "{name: Dock Packs, uid: d1, kind: pack}\n",
        );
        for (name, schema) in [
            ("winch", "[]"),
            (
                "pulley",
                r#"[{"name": "rope.length", "format": "${number:[1-9]}", "required": true, "readonly": true}]"#,
            ),
        ] {
            scene.write(
                &format!("registries/mirror/tags-{name}.json"),
                &format!(
                    r#"{{"name": "{name}", "registryUid": "m1", "cloudTypes": ["all"], "tags": [
                    {{"version": "1.0.0", "tag": "1.0.0", "parentTags": ["1.0.x"], "packUid": "p", "group": "g"}},
                    {{"version": "1.1.0", "tag": "1.1.0", "packUid": "q"}}], "packValues": [
                    {{"packUid": "p", "values": "rope: {{length: 3}}", "schema": {schema}, "eol": "2030-02-01"}}]}}"#
                ),
            );
        }
        scene.write(
            "registries/mirror/packs.json",
            r#"{"listmeta": {"count": 1}, "items": [{"spec": {"name": "crane1", "registryUid": "m1",
            "version": "1.1.0"}}]}"#,
        );
        scene.write(
            "registries/mirror/registry.json",
            r#"{"metadata": {"name": "Mirror", "uid": "m1"}, "spec": {"kind": "oci", "providerType": "pack"}}"#,
        );
        scene
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.destination.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// The same with profiles that exist there.
    fn with_profiles() -> Self {
        let scene = Self::new();
        let profiles = (0..300).map(|number| {
            format!(
                r#"{{"metadata": {{"name": "pier-{number}", "annotations": {{"scope": "tenant"}}}},
                "spec": {{"version": "1.{number}.0", "cloudType": "aws", "type": "infra"}}}}"#
            )
        });
        let profiles: Vec<String> = profiles.collect();
        let list = format!(r#"{{"items": [{}]}}"#, profiles.join(",\n"));
        scene.write("profiles/metadata.json", &list);
        let export = "metadata: {name: jetty}\nspec: {version: 2.0.0}\n---\nname: é\n";
        scene.write("profiles/more/jetty.yaml", export);
        scene.write("profiles/README.md", "what exists");
        let more = "scope: tenant\nprofiles: [{name: slip}, {name: pier-9, version: 7.0.0}]\n";
        scene.write("destination.yaml", more);
        scene
    }

    fn load(&self) -> Destination {
        Destination::load(&self.destination, DEFAULT_MAX_FILE_SIZE).expect("a destination")
    }

    fn load_indexed(&self) -> Destination {
        let Self {
            destination,
            indexes,
            ..
        } = self;
        Destination::load_indexed(destination, DEFAULT_MAX_FILE_SIZE, indexes)
            .expect("a destination")
    }

    /// Whether an index would be used.
    fn has_index(&self, max_file_size: u64) -> bool {
        let real = self.destination.canonicalize().expect("a path");
        let found = self.indexes.find(&self.destination, &real, max_file_size);
        found.is_some_and(|indexed| indexed.confirmation.is_unchanged())
    }

    /// Whether an index of its profiles would be used.
    fn has_profile_index(&self, max_file_size: u64) -> bool {
        let real = self.destination.canonicalize().expect("a path");
        let found = self
            .indexes
            .profiles(&self.destination, &real, max_file_size);
        found.is_some()
    }

    /// The files of the indexes of its registries and of its profiles.
    fn both_files(&self) -> [PathBuf; 2] {
        let files = fs::read_dir(self.place.path().join("cache/destinations"));
        let files = files.expect("a folder").map(|file| file.expect("an index"));
        let mut files: Vec<PathBuf> = files.map(|file| file.path()).collect();
        files.sort_by_key(|file| file.to_string_lossy().len());
        files.try_into().expect("two indexes")
    }

    /// The file of the index.
    fn file(&self) -> PathBuf {
        let folder = self.place.path().join("cache/destinations");
        let mut files = fs::read_dir(folder).expect("a folder");
        let file = files.next().expect("an index").expect("an index");
        assert!(files.next().is_none());
        file.path()
    }
}

/// Waits until nothing was changed shortly before.
fn settle() {
    thread::sleep(RECENT + Duration::from_millis(100));
}

/// Compares what two destinations tell line by line: all of it is too much to read.
fn same(one: &str, other: &str, what: &str) {
    for (one, other) in one.lines().zip(other.lines()) {
        assert_eq!(one, other, "{what}");
    }
    assert_eq!(one.len(), other.len(), "{what}");
}

/// All that a destination tells.
fn told(destination: &Destination) -> String {
    let mut told = format!("{:#?}\n", destination.registries());
    let mut names: Vec<&str> = destination.pack_names().collect();
    names.sort_unstable();
    for name in names {
        for HeldPack {
            registry,
            versions,
            complete,
            ..
        } in destination.pack(name)
        {
            writeln!(told, "{name} in {registry}, {complete}").expect("text");
            for version in versions {
                told += &told_version(version);
            }
        }
    }
    for profile in destination.profiles().unwrap_or_default() {
        let ExistingProfile {
            name,
            version,
            cloud_type,
            kind,
            scope,
            ..
        } = profile;
        let place = profile.place();
        writeln!(
            told,
            "{name} {version} {cloud_type} {kind} {scope:?} {place:?}"
        )
        .expect("text");
    }
    writeln!(told, "{:#?}", destination.faults()).expect("text");
    writeln!(told, "{:#?}", destination.unread()).expect("text");
    writeln!(told, "{:#?}", destination.not_checked()).expect("text");
    told
}

fn told_version(told: &PackVersion) -> String {
    let PackVersion {
        version,
        tag,
        parent_tags,
        group,
        folder,
        dependencies,
        declared,
        life,
        clouds,
        ..
    } = told;
    let path = folder.as_ref().map(|folder| folder.path());
    let schema = told.schema();
    let place = declared.as_ref().map(|declared| declared.place());
    let own_values = told.own_values().map(|values| values.stream().tree.text());
    format!(
        "{version} {tag:?} {parent_tags:?} {group:?} {schema:?} {path:?} {dependencies:?}\n{place:?}\n{life:?} \
         {clouds:?}\n{:?} {own_values:?}\n",
        told.pack_schema()
    )
}

#[test]
fn an_index_tells_what_the_folder_tells() {
    let begun = Instant::now();
    let scene = Scene::new();
    let plain = told(&scene.load());
    for expected in [
        "winch in",
        "9.9.9",
        "crane-7",
        "rope.length",
        "1.0.x",
        "2024",
        "\"é\"",
        "OverlappingRegistries",
        "Text(\"depth: 4\\n\")",
    ] {
        assert!(plain.contains(expected), "{expected}");
    }
    // What was written just now may be written again; a busy machine may take longer.
    same(&told(&scene.load_indexed()), &plain, "as before");
    assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE) || begun.elapsed() > RECENT);
    settle();
    same(&told(&scene.load_indexed()), &plain, "as before");
    assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE));
    same(&told(&scene.load_indexed()), &plain, "as before");
    // A file that is too large now was not read then.
    assert!(!scene.has_index(64));

    // Paths are told as the folder was named.
    let by_way = scene.destination.join("../harbour");
    let load = |indexes: Option<&IndexFolder>| match indexes {
        Some(indexes) => Destination::load_indexed(&by_way, DEFAULT_MAX_FILE_SIZE, indexes),
        None => Destination::load(&by_way, DEFAULT_MAX_FILE_SIZE),
    };
    let plain = told(&load(None).expect("a destination"));
    assert!(plain.contains("harbour/../harbour/registries/docks/packs/crane-7/pack.json"));
    let indexed = told(&load(Some(&scene.indexes)).expect("a destination"));
    same(&indexed, &plain, "by way of another folder");
}

#[test]
fn a_spoiled_index_counts_for_nothing() {
    let scene = Scene::new();
    settle();
    let plain = told(&scene.load_indexed());
    let file = scene.file();
    let whole = fs::read(&file).expect("an index");
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&file, changed).expect("written");
        assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE), "{at}");
        // What is told before that is known does not count.
        let (destination, indexes) = (&scene.destination, &scene.indexes);
        let ahead = Destination::load_ahead(destination, DEFAULT_MAX_FILE_SIZE, indexes);
        if let Some(ahead) = ahead.expect("a destination") {
            told(&ahead);
            assert!(!ahead.is_confirmed(), "{at}");
        }
        fs::write(&file, &whole[..at]).expect("written");
        assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE), "{at}");
    }
    // The next run writes it anew.
    same(&told(&scene.load_indexed()), &plain, "as before");
    assert_eq!(fs::read(&file).expect("an index"), whole);
    assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE));

    // That of another destination is not taken for this one's, whatever its name.
    let other = Scene::new();
    settle();
    other.load_indexed();
    fs::copy(other.file(), &file).expect("copied");
    assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE));
}

/// Changes something in a destination folder.
type Change = fn(&Path);

/// Writes a text of the same length into a file, and sets its time back.
fn edit_in_secret(file: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let text = fs::read_to_string(file).expect("a text");
    assert!(text.contains(from));
    let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
    fs::write(file, text.replace(from, to)).expect("written");
    let file = fs::File::options().append(true).open(file).expect("a file");
    file.set_modified(modified.expect("a time")).expect("set");
}

const CHANGES: [(&str, Change); 13] = [
    ("a pack is edited, and its time set back", |folder| {
        let file = folder.join("registries/docks/packs/crane-7/pack.json");
        edit_in_secret(&file, "1.7.0", "2.7.0");
    }),
    ("an answer is edited, and its time set back", |folder| {
        let file = folder.join("registries/mirror/tags-winch.json");
        edit_in_secret(&file, "1.1.0", "1.2.0");
    }),
    ("the metadata of a registry are edited", |folder| {
        let file = folder.join("registries/docks/registry.yaml");
        edit_in_secret(&file, "pack", "helm");
    }),
    ("a pack goes", |folder| {
        fs::remove_dir_all(folder.join("registries/docks/packs/crane-7")).expect("removed");
    }),
    ("a pack comes", |folder| {
        let packs = folder.join("registries/docks/packs");
        fs::create_dir(packs.join("new")).expect("made");
        let pack = r#"{"name": "hoist", "version": "1.0.0"}"#;
        fs::write(packs.join("new/pack.json"), pack).expect("written");
    }),
    ("a pack comes below another one", |folder| {
        let pack = folder.join("registries/docks/packs/crane-7/charts");
        fs::create_dir(&pack).expect("made");
        let text = r#"{"name": "hoist", "version": "1.0.0"}"#;
        fs::write(pack.join("pack.json"), text).expect("written");
    }),
    ("a folder has another name", |folder| {
        let packs = folder.join("registries/docks/packs");
        fs::rename(packs.join("crane-7"), packs.join("crane-x")).expect("renamed");
    }),
    ("two packs change places", |folder| {
        let packs = folder.join("registries/docks/packs");
        fs::rename(packs.join("crane-7"), packs.join("x")).expect("renamed");
        fs::rename(packs.join("crane-8"), packs.join("crane-7")).expect("renamed");
        fs::rename(packs.join("x"), packs.join("crane-8")).expect("renamed");
    }),
    ("a schema goes", |folder| {
        let pack = folder.join("registries/docks/packs/crane-7");
        fs::remove_file(pack.join("schema.yaml")).expect("removed");
    }),
    ("an answer comes", |folder| {
        let text = r#"{"name": "hoist", "registryUid": "m1", "tags": [{"version": "1.0.0"}]}"#;
        fs::write(folder.join("registries/mirror/tags-hoist.json"), text).expect("written");
    }),
    ("a registry comes", |folder| {
        let text = r#"{"metadata": {"name": "New", "uid": "n1"}, "spec": {"kind": "helm"}}"#;
        fs::write(folder.join("registries/new.json"), text).expect("written");
    }),
    ("a pack is a link now", |folder| {
        let packs = folder.join("registries/docks/packs");
        fs::rename(packs.join("crane-7"), folder.join("elsewhere")).expect("renamed");
        edit_in_secret(&folder.join("elsewhere/pack.json"), "1.7.0", "2.7.0");
        std::os::unix::fs::symlink(folder.join("elsewhere"), packs.join("crane-7"))
            .expect("linked");
    }),
    ("the registries are others", |folder| {
        fs::rename(folder.join("registries"), folder.join("old")).expect("renamed");
        let pack = r#"{"name": "hoist", "version": "1.0.0"}"#;
        fs::create_dir_all(folder.join("registries/docks/new")).expect("made");
        fs::write(folder.join("registries/docks/new/pack.json"), pack).expect("written");
    }),
];

#[test]
fn whatever_is_changed_is_read_again() {
    let scenes: Vec<Scene> = CHANGES.iter().map(|_| Scene::new()).collect();
    settle();
    for ((what, change), scene) in CHANGES.iter().zip(&scenes) {
        let before = told(&scene.load_indexed());
        assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE), "{what}");
        change(&scene.destination);
        assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE), "{what}");
        let after = told(&scene.load_indexed());
        same(&after, &told(&scene.load()), what);
        assert!(after != before, "{what}");
    }
}

#[test]
fn each_of_many_folders_counts() {
    let numbers = (0..150).step_by(16);
    let scenes: Vec<_> = numbers.map(|number| (number, Scene::new())).collect();
    for (_, scene) in &scenes {
        for number in 0..150 {
            let pack = format!("registries/quay/winch-{number}");
            let text = format!(r#"{{"name": "winch{number}", "version": "1.0.0"}}"#);
            scene.write(&format!("{pack}/pack.json"), &text);
            scene.write(&format!("{pack}/charts/winch.tgz"), "");
        }
    }
    settle();
    for (number, scene) in &scenes {
        same(&told(&scene.load_indexed()), &told(&scene.load()), "before");
        assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE));
        same(&told(&scene.load_indexed()), &told(&scene.load()), "before");
        let pack = scene.destination.join("registries/quay");
        let pack = pack.join(format!("winch-{number}"));
        if number % 32 == 0 {
            edit_in_secret(&pack.join("pack.json"), "1.0.0", "1.0.1");
        } else {
            let text = r#"{"name": "hoist", "version": "1.0.0"}"#;
            fs::write(pack.join("charts/pack.json"), text).expect("written");
        }
        assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE), "{number}");
        same(&told(&scene.load_indexed()), &told(&scene.load()), "after");
    }
}

const PROFILE_CHANGES: [(&str, Change); 9] = [
    ("a profile is edited, and its time set back", |folder| {
        let file = folder.join("profiles/metadata.json");
        edit_in_secret(&file, "pier-7\"", "dock-7\"");
    }),
    ("profiles change their lines", |folder| {
        let file = folder.join("profiles/metadata.json");
        edit_in_secret(&file, ",\n", "\n,");
    }),
    ("a file comes", |folder| {
        fs::write(folder.join("profiles/new.json"), r#"{"name": "new"}"#).expect("written");
    }),
    ("a file goes", |folder| {
        fs::remove_file(folder.join("profiles/more/jetty.yaml")).expect("removed");
    }),
    ("a file has another name", |folder| {
        let more = folder.join("profiles/more");
        fs::rename(more.join("jetty.yaml"), more.join("quay.yaml")).expect("renamed");
    }),
    ("a folder comes", |folder| {
        fs::create_dir(folder.join("profiles/more/new")).expect("made");
        let file = folder.join("profiles/more/new/new.json");
        fs::write(file, r#"{"name": "new"}"#).expect("written");
    }),
    ("what is no profile comes", |folder| {
        fs::write(folder.join("profiles/more/new.json"), "7").expect("written");
    }),
    ("a file is a link now", |folder| {
        let file = folder.join("profiles/more/jetty.yaml");
        fs::rename(&file, folder.join("jetty.yaml")).expect("renamed");
        edit_in_secret(&folder.join("jetty.yaml"), "2.0.0", "3.0.0");
        std::os::unix::fs::symlink("../../jetty.yaml", &file).expect("linked");
    }),
    ("the profiles are others", |folder| {
        fs::rename(folder.join("profiles"), folder.join("old")).expect("renamed");
        fs::create_dir(folder.join("profiles")).expect("made");
        fs::write(folder.join("profiles/new.json"), r#"{"name": "new"}"#).expect("written");
    }),
];

#[test]
fn existing_profiles_have_an_index_of_their_own() {
    let begun = Instant::now();
    let recent = Scene::with_profiles();
    drop(recent.load_indexed());
    // What was written just now may be written again; a busy machine may take longer.
    assert!(!recent.has_profile_index(DEFAULT_MAX_FILE_SIZE) || begun.elapsed() > RECENT);
    let scenes = PROFILE_CHANGES.iter().map(|_| Scene::with_profiles());
    let scenes: Vec<Scene> = scenes.collect();
    settle();
    for ((what, change), scene) in PROFILE_CHANGES.iter().zip(&scenes) {
        let plain = told(&scene.load());
        assert!(plain.contains("pier-7 1.7.0 aws infra Some(Tenant) Some("));
        for _ in 0..2 {
            let indexed = scene.load_indexed();
            assert!(indexed.profile("pier-7", "1.70.0").is_none());
            assert_eq!(indexed.lineage("pier-x").count(), 0);
            let found = indexed.lineage("pier-7").map(ExistingProfile::place);
            let plainly = scene.load();
            let expected = plainly.lineage("pier-7").map(ExistingProfile::place);
            assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            // The destination file tells more.
            assert_eq!(indexed.lineage("slip").count(), 1);
            assert_eq!(indexed.lineage("pier-9").count(), 2);
            same(&told(&indexed), &plain, "as before");
            assert!(scene.has_profile_index(DEFAULT_MAX_FILE_SIZE), "{what}");
        }
        // A file that is too large now was not read then.
        assert!(!scene.has_profile_index(64));
        change(&scene.destination);
        assert!(!scene.has_profile_index(DEFAULT_MAX_FILE_SIZE), "{what}");
        assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE), "{what}");
        let after = told(&scene.load_indexed());
        same(&after, &told(&scene.load()), what);
        assert!(after != plain, "{what}");
    }
}

#[test]
fn a_spoiled_index_of_profiles_counts_for_nothing() {
    let scene = Scene::with_profiles();
    settle();
    let plain = told(&scene.load_indexed());
    let [registries, file] = scene.both_files();
    let whole = fs::read(&file).expect("an index");
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&file, changed).expect("written");
        assert!(!scene.has_profile_index(DEFAULT_MAX_FILE_SIZE), "{at}");
        fs::write(&file, &whole[..at]).expect("written");
        assert!(!scene.has_profile_index(DEFAULT_MAX_FILE_SIZE), "{at}");
    }
    // The next run writes it anew.
    same(&told(&scene.load_indexed()), &plain, "as before");
    assert_eq!(fs::read(&file).expect("an index"), whole);
    // Neither is taken for the other, nor that of another destination for this one's.
    let other = Scene::with_profiles();
    settle();
    other.load_indexed();
    for wrong in [registries, other.both_files()[1].clone()] {
        fs::copy(wrong, &file).expect("copied");
        assert!(!scene.has_profile_index(DEFAULT_MAX_FILE_SIZE));
        same(&told(&scene.load_indexed()), &plain, "as before");
    }
}

#[test]
fn profiles_with_links_and_faults_have_no_index() {
    let changes: [Change; 4] = [
        |folder| {
            std::os::unix::fs::symlink("more", folder.join("profiles/link")).expect("linked");
        },
        // It leads to a folder that was entered already, and may lead to another one tomorrow.
        |folder| {
            std::os::unix::fs::symlink("more", folder.join("profiles/more-of-it")).expect("linked");
        },
        |folder| fs::write(folder.join("profiles/new.json"), "[").expect("written"),
        |folder| fs::write(folder.join("profiles/new.json"), "7").expect("written"),
    ];
    let scenes: Vec<Scene> = changes.iter().map(|_| Scene::with_profiles()).collect();
    for (change, scene) in changes.iter().zip(&scenes) {
        change(&scene.destination);
    }
    settle();
    for scene in &scenes {
        for _ in 0..2 {
            same(
                &told(&scene.load_indexed()),
                &told(&scene.load()),
                "without an index",
            );
        }
        assert!(!scene.has_profile_index(DEFAULT_MAX_FILE_SIZE));
        assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE));
    }
}

#[test]
fn what_is_read_when_asked_for_needs_no_new_index() {
    let scene = Scene::new();
    settle();
    scene.load_indexed();
    let pack = scene.destination.join("registries/docks/packs/crane-7");
    edit_in_secret(&pack.join("values.yaml"), "4", "5");
    edit_in_secret(&pack.join("schema.yaml"), "[1-9]", "[1-5]");
    scene.write("macros/project.json", r#"[{"name": "pier", "value": "7"}]"#);
    assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE));
    let after = told(&scene.load_indexed());
    same(&after, &told(&scene.load()), "values and schemas");
    assert!(after.contains("[1-5]") && after.contains("depth: 5"));
}

#[test]
fn a_file_that_is_changed_meanwhile_tells_nothing() {
    let scene = Scene::new();
    settle();
    scene.load_indexed();
    let destination = scene.load_indexed();
    scene.write("registries/mirror/tags-pulley.json", "[");
    scene.write("registries/docks/packs/crane-7/pack.json", "null");
    told(&destination);
    let held = destination.pack("pulley");
    let schemas = held.iter().flat_map(|held| &held.versions);
    assert!(
        schemas
            .filter_map(PackVersion::pack_schema)
            .all(|schema| schema.rules().is_empty())
    );
    assert!(!destination.is_confirmed());
}

#[test]
fn an_index_that_is_written_over_meanwhile_is_still_known() {
    let scene = Scene::new();
    settle();
    let plain = told(&scene.load_indexed());
    let destination = scene.load_indexed();
    fs::write(scene.file(), "").expect("written");
    same(&told(&destination), &plain, "without its file");
    assert!(destination.is_confirmed());
    assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE));
}

#[test]
fn folders_with_links_and_faults_have_no_index() {
    let changes: [Change; 3] = [
        |folder| {
            std::os::unix::fs::symlink("docks", folder.join("registries/link")).expect("linked");
        },
        |folder| {
            let pack = folder.join("registries/docks/packs/crane-7");
            std::os::unix::fs::symlink("nowhere", pack.join("link")).expect("linked");
        },
        |folder| {
            fs::write(folder.join("registries/mirror/tags-x.json"), "[").expect("written");
        },
    ];
    let scenes: Vec<Scene> = changes.iter().map(|_| Scene::new()).collect();
    for (change, scene) in changes.iter().zip(&scenes) {
        change(&scene.destination);
    }
    settle();
    for scene in &scenes {
        same(
            &told(&scene.load_indexed()),
            &told(&scene.load()),
            "without an index",
        );
        assert!(!scene.has_index(DEFAULT_MAX_FILE_SIZE));
    }
}

#[test]
fn an_index_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let scene = Scene::new();
    settle();
    scene.load_indexed();
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let file = scene.file();
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().expect("a folder")), 0o700);
    // It has no values.
    let bytes = fs::read(&file).expect("an index");
    assert!(memchr::memmem::find(&bytes, b"depth").is_none());
    assert!(memchr::memmem::find(&bytes, b"rope").is_none());
}

#[test]
fn only_old_indexes_are_removed() {
    let scene = Scene::new();
    let folder = scene.place.path().join("cache/destinations");
    fs::create_dir_all(&folder).expect("a folder");
    let old = SystemTime::now() - Duration::from_secs(31 * 24 * 60 * 60);
    let gone = [
        "0123456789abcdef.index",
        "0123456789abcdef-profiles.index",
        ".palette-knife-index-a1b2c3",
    ];
    let others = [
        "library.index",
        "0123456789abcdeg.index",
        "0123456789abcdef",
        "-profiles.index",
        ".palette-knife-notes",
    ];
    for name in gone.iter().chain(&others) {
        let file = fs::File::create(folder.join(name)).expect("a file");
        file.set_modified(old).expect("set");
    }
    let young = "fedcba9876543210.index";
    fs::write(folder.join(young), "").expect("written");
    settle();
    scene.load_indexed();
    assert!(scene.has_index(DEFAULT_MAX_FILE_SIZE));
    for name in gone {
        assert!(!folder.join(name).exists(), "{name}");
    }
    for name in others.iter().chain(&[young]) {
        assert!(folder.join(name).exists(), "{name}");
    }
}

#[test]
fn an_index_that_is_too_large_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let indexes = IndexFolder::at(folder.path().join("cache"));
    let save = |front: &[u8], blocks: &[u8]| {
        let written = indexes.save(folder.path(), Part::Registries, front, blocks);
        let read = indexes.open(folder.path(), Part::Registries);
        (written.is_ok(), read.map(|(_, front)| front.len()))
    };
    let large = vec![7; usize::try_from(LARGEST).expect("a length")];
    assert_eq!(save(b"front", b"blocks"), (true, Some(5)));
    assert_eq!(save(b"front and more", &large), (false, Some(5)));
    assert_eq!(save(&large, b"blocks"), (false, Some(5)));
    let mut blocks = large;
    assert!(Block::add(&mut blocks, b"the last one").is_some());
    assert!(Block::add(&mut blocks, b"one more").is_none());
}

#[test]
fn an_index_that_cannot_be_written_is_no_fault() {
    let mut scene = Scene::new();
    settle();
    let file = scene.place.path().join("file");
    fs::write(&file, "").expect("written");
    scene.indexes = IndexFolder::at(file);
    same(
        &told(&scene.load_indexed()),
        &told(&scene.load()),
        "without an index",
    );
}

#[test]
fn the_folder_of_the_user_is_where_systems_have_it() {
    let folder = |variables: &[(&str, &str)]| {
        let of = |name: &str| {
            let variable = variables.iter().find(|(known, _)| *known == name);
            variable.map(|(_, value)| OsString::from(value))
        };
        IndexFolder::of_user(of).map(|IndexFolder { folder }| folder)
    };
    assert_eq!(folder(&[]), None);
    assert_eq!(
        folder(&[("PALETTE_KNIFE_CACHE_DIR", "here"), ("HOME", "/home/pat")]),
        Some("here".into())
    );
    assert_eq!(
        folder(&[("PALETTE_KNIFE_CACHE_DIR", ""), ("HOME", "/home/pat")]),
        None
    );
    if cfg!(all(unix, not(target_os = "macos"))) {
        let home = ("HOME", "/home/pat");
        assert_eq!(
            folder(&[home]),
            Some("/home/pat/.cache/palette-knife".into())
        );
        let caches = ("XDG_CACHE_HOME", "/var/cache/pat");
        assert_eq!(
            folder(&[home, caches]),
            Some("/var/cache/pat/palette-knife".into())
        );
        // The specification has relative paths ignored.
        assert_eq!(
            folder(&[home, ("XDG_CACHE_HOME", "cache")]),
            Some("/home/pat/.cache/palette-knife".into())
        );
    }
}
