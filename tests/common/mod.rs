//! What the tests share.
#![expect(
    dead_code,
    reason = "each test file is a crate of its own and uses a part"
)]

pub mod browser;
pub mod hostile;
pub mod program;
pub mod rule_cases;
pub mod sound;
pub mod tour;

use std::{
    fs,
    path::{Path, PathBuf},
};

use palette_knife::{config::Config, settings::Settings, source::Source};
use proptest::{collection::vec, prelude::*, sample::Index};

/// Every output format of `check`.
pub const FORMATS: [&str; 8] = [
    "human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown",
];

/// A few cases, or as many as `PROPTEST_CASES` asks for.
pub fn cases(few: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    let is_asked = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig {
        cases: if is_asked { config.cases } else { few },
        failure_persistence: None,
        ..config
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// What a `palette-knife.toml` in the working folder says, in a run that looks at all of that folder.
pub fn settings_of(config: &str) -> Settings {
    let folder = Path::new(".").canonicalize().expect("a folder");
    let config = Config::parse(Source::new("palette-knife.toml", config), folder);
    let config = config.unwrap_or_else(|error| panic!("{error:?}"));
    let mut settings = config.settings();
    settings.ignores = config.ignores(settings.today, &[PathBuf::from(".")]);
    settings
}

pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The files of a folder of fixtures, in order.
pub fn fixture_files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(fixtures().join(folder))
        .expect("a folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (
                name.into_owned(),
                fs::read(&path).expect("a readable fixture"),
            )
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {folder}");
    files
}

/// A source from memory that is named like a JSON file.
pub fn json_source(text: &str) -> Source {
    Source::new("profile.json", text)
}

/// A change of a few bytes.
#[derive(Debug, Clone)]
pub struct Mutation {
    what: u8,
    at: Index,
    len: usize,
    bytes: &'static [u8],
}

/// What is put into documents: what their grammars are made of, and what is in neither.
const PIECES: [&[u8]; 38] = [
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\\ude00",
    b"\\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"0",
    b"-",
    b".",
    b"e+9",
    b"true",
    b"null",
    b"1e999",
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xed\xa0\x80",
    "é".as_bytes(),
    "😀".as_bytes(),
    "\u{2028}".as_bytes(),
    b"{{ .spectro.var.x }}",
    b"{{",
    b"}}",
    b"********",
    b"# ",
    b" # palette-knife: ignore[masked-value, x] why\n",
    b"- &a *a |\n",
];

pub fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let mutation = (0..4_u8, any::<Index>(), 1..12_usize, any::<Index>()).prop_map(
        |(what, at, len, piece)| Mutation {
            what,
            at,
            len,
            bytes: PIECES[piece.index(PIECES.len())],
        },
    );
    vec(mutation, 0..6)
}

/// `bytes` with pieces deleted, inserted, duplicated and replaced.
pub fn mutated(bytes: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for Mutation {
        what,
        at,
        len,
        bytes: piece,
    } in mutations
    {
        let start = at.index(bytes.len() + 1);
        let end = (start + len).min(bytes.len());
        let new = match what {
            0 => Vec::new(),
            1 => [piece, &bytes[start..end]].concat(),
            2 => bytes[start..end].repeat(2),
            _ => piece.to_vec(),
        };
        bytes.splice(start..end, new);
    }
    bytes
}

/// Text of words that mean something to JSON, YAML or templates, and of any other characters.
pub fn wild_text() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "a",
        "word",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\r",
        "\r\n",
        "'",
        "''",
        "\"",
        "\\",
        "\\\"",
        "/",
        "#",
        " #",
        ": ",
        ":",
        "- ",
        "---",
        "{",
        "}",
        "[",
        "]",
        ",",
        "{{",
        "}}",
        "{{ .spectro.var.x }}",
        "{{ .x | default \"y\" }}",
        "é",
        "😀",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\0",
        "\u{7f}",
        "<&>",
        "****",
        "&a",
        "|",
        ">",
        "%",
        "true",
        "12",
    ]);
    let part =
        prop_oneof![4 => word.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}
