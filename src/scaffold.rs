//! The files of a new destination folder.

/// What `destination.yaml` says about everything that can stand in it, behind the name.
const CONFIG: &str = include_str!("scaffold/destination.yaml");

/// How the folder is filled.
const README: &str = include_str!("scaffold/README.md");

/// The folders for what is told by files of their own.
pub const FOLDERS: [&str; 3] = ["registries", "macros", "profiles"];

/// The files of a new folder: their names and texts.
#[must_use]
pub fn files(name: &str) -> [(&'static str, String); 2] {
    // JSON strings are YAML.
    let quoted = serde_json::Value::from(name).to_string();
    [
        ("destination.yaml", CONFIG.replace("{name}", &quoted)),
        ("README.md", README.to_owned()),
    ]
}
