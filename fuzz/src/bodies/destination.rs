//! Destination folders.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use palette_knife::{
    capture::{Answer, Capture, Hints},
    check::{self, CheckOptions},
    destination::Destination,
    emit::{
        self,
        destination::{Asked, render_check, render_human, render_json},
    },
    settings::Settings,
    source::Source,
};

use crate::sound::assert_position;

use super::{emitters::assert_harmless, fixtures, source};

/// Before the path of each file of the folder, on a line of its own.
pub const HEADER: &str = "=== ";

/// The largest file that is read, in bytes.
const MAX_FILE_SIZE: u64 = 1 << 20;

/// A profile that has to do with most of what a destination tells.
static PROFILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = fixtures().join("profiles/passenger-identity.json");
    fs::read(path).expect("a fixture")
});

/// A folder of any files is loaded, checked, shown and used. What lies in `answers` is filed as answers of the API.
pub fn destination(data: &[u8]) {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("there");
    fs::create_dir(&folder).expect("a folder");
    let files = files(data);
    let (answers, described): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|(path, _)| path.starts_with("answers"));
    for (path, text) in described {
        let path = folder.join(path);
        // A file may be in the way of a folder.
        if fs::create_dir_all(path.parent().expect("a folder")).is_ok() {
            let _ = fs::write(path, text);
        }
    }
    let loaded = Destination::load(&folder, MAX_FILE_SIZE).ok();
    if let Some(destination) = loaded.clone() {
        use_destination(destination);
    }
    let answers: Vec<Answer> = answers
        .into_iter()
        .filter_map(|(path, text)| Answer::parse(source(&path.to_string_lossy(), text)).ok())
        .collect();
    if answers.is_empty() {
        return;
    }
    let mut capture = Capture::new(&folder, loaded.as_ref(), Hints::default(), MAX_FILE_SIZE);
    let (filed, _) = capture.file(&answers);
    assert_harmless(&emit::destination::render_filed(&filed));
    for filed in &filed {
        let parts = filed.target.components();
        let mut parts = parts.map(|part| matches!(part, std::path::Component::Normal(_)));
        assert!(parts.all(|is_name| is_name), "{:?}", filed.target);
    }
    if capture.write().is_ok() && !filed.is_empty() {
        let destination = Destination::load(&folder, MAX_FILE_SIZE).expect("what was written");
        use_destination(destination);
    }
}

fn use_destination(destination: Destination) {
    for fault in destination.faults() {
        let related = fault.related.iter().map(|related| &related.place);
        for place in related.chain([&fault.place]) {
            let path = Path::new(&*place.file);
            if let Ok(source) = Source::read(path, &place.file, MAX_FILE_SIZE) {
                let text = source.text();
                assert_position(text, place.range.range(), place.start, place.end, place);
            }
        }
    }
    let report = check::destination_report(&destination, &Settings::default());
    assert_harmless(&render_check(&report, false, 80));
    assert_harmless(&emit::concise::render(&report));
    let asked = Asked::default();
    assert_harmless(&render_human(&destination, &asked, false, 80));
    let json = render_json(&destination, &asked);
    assert_harmless(&json);
    assert!(
        serde_json::from_str::<serde_json::Value>(&json).is_ok(),
        "{json}"
    );
    let profile = source("profile.json", &PROFILE);
    let destinations = [destination.into()];
    let options = CheckOptions::default();
    let _ = check::check_source(profile, true, &destinations, &options).into_findings();
}

/// The files of a folder: each after a line with its path. A path has few parts, of harmless characters.
fn files(data: &[u8]) -> BTreeMap<PathBuf, &[u8]> {
    let mut files = BTreeMap::new();
    let mut rest = data;
    while let Some(start) = find(rest, HEADER.as_bytes()) {
        let after = &rest[start + HEADER.len()..];
        let line = find(after, b"\n").unwrap_or(after.len());
        let text = after.get(line + 1..).unwrap_or_default();
        let end = find(text, b"\n=== ").map_or(text.len(), |end| end + 1);
        let name = String::from_utf8_lossy(&after[..line]);
        let parts = name.split('/').take(6).map(|part| {
            let harmless = |c: &char| c.is_ascii_alphanumeric() || "._- ".contains(*c);
            part.chars().filter(harmless).take(40).collect::<String>()
        });
        let path: PathBuf = parts
            .filter(|part| !matches!(&**part, "" | "." | ".."))
            .collect();
        if path.parent().is_some() && files.len() < 12 {
            files.insert(path, &text[..end]);
        }
        rest = &text[end..];
    }
    files
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
