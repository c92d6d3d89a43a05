//! One function a target. Each takes any bytes, and panics where something does not hold that has to.

mod check;
mod choices;
mod destination;
mod emitters;
mod layers;
mod references;
mod rewrite;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use palette_knife::{
    destination::Destination,
    source::{DEFAULT_MAX_FILE_SIZE, Source},
};

use crate::sound::{assert_json_agrees, assert_sound_yaml};

pub use check::check;
pub use choices::CHOICES;
pub use destination::{HEADER, destination};
pub use emitters::emitters;
pub use layers::layers;
pub use references::references;
pub use rewrite::rewrite;

/// A function that takes the bytes of a target.
pub type Body = fn(&[u8]);

/// Every target: its name and its function.
pub const TARGETS: [(&str, Body); 8] = [
    ("check", check),
    ("destination", destination),
    ("emitters", emitters),
    ("json", json),
    ("layers", layers),
    ("references", references),
    ("rewrite", rewrite),
    ("yaml_tree", yaml_tree),
];

/// The JSON parser accepts, rejects and reads as `serde_json` does.
pub fn json(data: &[u8]) {
    assert_json_agrees(&String::from_utf8_lossy(data));
}

/// The tree of any YAML is sound.
pub fn yaml_tree(data: &[u8]) {
    assert_sound_yaml(&String::from_utf8_lossy(data));
}

/// The destinations of the fixtures whose packs, macros and profiles are told.
static DESTINATIONS: LazyLock<[Arc<Destination>; 2]> = LazyLock::new(|| {
    ["strict", "twin"].map(|name| {
        let folder = fixtures().join("destinations").join(name);
        let destination = Destination::load(&folder, DEFAULT_MAX_FILE_SIZE);
        Arc::new(destination.expect("a destination"))
    })
});

/// The fixtures, which lie beside the folder of the targets.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("fixtures"))
        .find(|fixtures| fixtures.is_dir())
        .expect("the fixtures")
}

/// What a profile of these bytes would be called: its first character tells its format.
fn profile_name(data: &[u8]) -> &'static str {
    match data.trim_ascii_start().first() {
        Some(b'{' | b'[') => "profile.json",
        _ => "profile.yaml",
    }
}

/// A source of any bytes.
fn source(name: &str, data: &[u8]) -> Source {
    Source::from_bytes(name, data.to_vec())
}
