//! What the tests share.
#![expect(
    dead_code,
    reason = "each test file is a crate of its own and uses a part"
)]

pub mod browser;
pub mod program;
pub mod rule_cases;
pub mod tour;

use std::{
    fs,
    path::{Path, PathBuf},
};

use palette_knife::{
    config::Config,
    finding::{InnerPlace, Place},
    profile::{Embedded, ProfileFile},
    settings::Settings,
    source::{LineColumn, Source, TextRange},
    syntax::{Kind, NodeRef, Tree},
};
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
    settings.ignores = config.ignores(settings.today(), &[PathBuf::from(".")]);
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

/// Every node lies in the text on character boundaries, inside its parent, after the sibling before it.
pub fn assert_ranges_nest(tree: &Tree) {
    let text = tree.text();
    let mut documents_end = 0;
    for root in tree.documents() {
        assert!(
            root.range().start() >= documents_end,
            "{root:?} begins in the document before"
        );
        documents_end = root.range().end();
    }
    for node in tree.nodes() {
        let range = node.range();
        let show = |other: NodeRef<'_>| {
            let other = other.range();
            format!("{range:?} and {other:?} in {:?}", &**text)
        };
        assert!(text.get(range.range()).is_some(), "{}", show(node));
        let mut end = range.start();
        for child in node.children() {
            assert!(range.contains(child.range()), "child: {}", show(child));
            assert!(child.range().start() >= end, "sibling: {}", show(child));
            end = child.range().end();
        }
        let content = node.content_range();
        assert!(
            range.contains(content) && text.get(content.range()).is_some(),
            "{content:?}: {}",
            show(node)
        );
    }
}

/// The pairs of equal keys, found by comparing each with each.
pub fn naive_duplicates(tree: &Tree) -> Vec<(TextRange, TextRange)> {
    let is_scalar = |key: &NodeRef<'_>| !matches!(key.kind(), Kind::Array | Kind::Object);
    let mut found = Vec::new();
    for object in tree.nodes() {
        let keys: Vec<_> = object
            .written_entries()
            .map(|(key, _)| key)
            .filter(is_scalar)
            .collect();
        for (index, key) in keys.iter().enumerate() {
            let first = keys[..index]
                .iter()
                .find(|other| other.text() == key.text());
            found.extend(first.map(|first| (first.range(), key.range())));
        }
    }
    found.sort();
    found
}

/// The same as the tree tells them.
pub fn told_duplicates(tree: &Tree) -> Vec<(TextRange, TextRange)> {
    let mut told: Vec<_> = tree
        .duplicate_keys()
        .map(|(first, again)| (first.range(), again.range()))
        .collect();
    told.sort();
    told
}

/// A place lies in its file and in the text inside of it, on boundaries of characters, and its lines and columns are those
/// of its bytes.
pub fn assert_place(place: &Place, file: &ProfileFile) {
    assert_position(
        file.source().text(),
        place.range.range(),
        place.start,
        place.end,
        place,
    );
    let Some(inner) = &place.inner else {
        return;
    };
    let holds = |text: &&Embedded| {
        text.pack_index() == inner.pack_index
            && text.slot().to_string() == inner.name
            && text.layer().raw().contains(place.range)
    };
    let embedded = file
        .documents()
        .flat_map(|(document, _)| document.embedded());
    let embedded = embedded
        .into_iter()
        .find(holds)
        .unwrap_or_else(|| panic!("{place:?} is in no text"));
    let InnerPlace {
        range, start, end, ..
    } = inner;
    assert_position(embedded.text(), range.range(), *start, *end, place);
    assert_eq!(embedded.layer().to_host(*range), place.range, "{place:?}");
}

/// Lines and columns are those of the bytes.
pub fn assert_position(
    text: &str,
    bytes: std::ops::Range<usize>,
    start: LineColumn,
    end: LineColumn,
    place: &Place,
) {
    assert!(text.get(bytes.clone()).is_some(), "{place:?}");
    assert_eq!(start, naive_position(text, bytes.start), "{place:?}");
    assert_eq!(end, naive_position(text, bytes.end), "{place:?}");
}

/// Counts line feeds, and characters since the last of them. A byte order mark is none.
fn naive_position(text: &str, at: usize) -> LineColumn {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let since = before.rsplit('\n').next().unwrap_or_default();
    let since = if line == 1 {
        since.strip_prefix('\u{feff}').unwrap_or(since)
    } else {
        since
    };
    let number = |count: usize| u32::try_from(count).expect("a small text");
    LineColumn {
        line: number(line),
        column: number(since.chars().count() + 1),
    }
}
