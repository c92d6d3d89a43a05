//! A fixture with a defect in it, and the place where a rule has to find it.
//!
//! The place is marked in what is put in, with `⟦` and `⟧`: they are taken out again, and what stood between them is
//! what a finding has to cover, byte by byte.

use std::ops::Range;

use crate::{fixture::Fixture, home::Home};

const MARKS: [char; 2] = ['⟦', '⟧'];

/// What a run looks at beside the profile.
#[derive(Default)]
pub enum At {
    /// The fixture destination `twin`, where everything is.
    #[default]
    Twin,
    /// A destination made for the profile; the first is the one without the defect.
    Home(Home, Home),
}

/// Where a finding has to be.
#[derive(Clone, Default)]
pub struct Target {
    /// In the outer document.
    pub pointer: String,
    /// In the embedded document, if the pointer leads to one.
    pub path: String,
}

/// A defect in a fixture.
pub struct Mutant<'f> {
    pub fixture: &'f Fixture,
    edits: Vec<(Range<usize>, String)>,
    /// Where it has to be found.
    pub target: Target,
    /// What else the run looks at.
    pub at: At,
    /// A file that is read before.
    pub before: Option<String>,
    /// What `palette-knife.toml` says; marked if the finding has to be there.
    pub config: Option<String>,
    /// The whole text instead of edits, and that it stands for one format only.
    pub raw: Option<(String, &'static str)>,
}

impl<'f> Mutant<'f> {
    pub fn new(fixture: &'f Fixture) -> Self {
        Self {
            fixture,
            edits: Vec::new(),
            target: Target::default(),
            at: At::default(),
            before: None,
            config: None,
            raw: None,
        }
    }

    /// Puts JSON in the place of the value at a pointer. If it holds the marks, that is where the finding has to be.
    pub fn set_json(mut self, pointer: &str, json: impl Into<String>) -> Self {
        let json = json.into();
        if json.contains(MARKS) {
            self.target.pointer = pointer.to_owned();
        }
        self.edits.push((self.fixture.range(pointer), json));
        self
    }

    /// Puts a string in the place of the value at a pointer.
    pub fn set(self, pointer: &str, text: &str) -> Self {
        let json = self.fixture.quoted(text);
        self.set_json(pointer, json)
    }

    /// Puts marks around the value at a pointer, which stays as it is.
    pub fn mark(self, pointer: &str) -> Self {
        let json = &self.fixture.text[self.fixture.range(pointer)];
        let marked = match json
            .strip_prefix('"')
            .and_then(|json| json.strip_suffix('"'))
        {
            Some(text) if !text.is_empty() => format!("\"⟦{text}⟧\""),
            _ => format!("⟦{json}⟧"),
        };
        self.set_json(pointer, marked)
    }

    /// Adds an entry at the end of the object at a pointer: `key` and `json` may hold the marks.
    pub fn insert(mut self, object: &str, key: &str, json: &str) -> Self {
        if key.contains(MARKS) || json.contains(MARKS) {
            let (key, _) = strip(key);
            self.target.pointer = format!("{object}/{}", key.replace('~', "~0").replace('/', "~1"));
        }
        let member = format!("{}: {json}", self.fixture.quoted(key));
        self.push(object, &member);
        self
    }

    /// Adds an item at the end of the list at a pointer. The finding has to be at `marked` in it, if it holds the marks.
    pub fn append(mut self, list: &str, json: &str, marked: &str) -> Self {
        if json.contains(MARKS) {
            let count = self.fixture.items(list).len();
            self.target.pointer = format!("{list}/{count}{marked}");
        }
        self.push(list, json);
        self
    }

    fn push(&mut self, container: &str, json: &str) {
        let end = self.fixture.range(container).end - 1;
        let comma = if self.fixture.is_empty(container) {
            ""
        } else {
            ", "
        };
        self.edits.push((end..end, format!("{comma}{json}")));
    }

    /// Adds lines at the end of the embedded text at a pointer, in which `path` leads to what is marked.
    pub fn add_lines(mut self, pointer: &str, lines: &str, path: &str) -> Self {
        let text = self.fixture.string(pointer);
        let line_break = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        self.target.path = path.to_owned();
        self.set(pointer, &format!("{text}{line_break}{lines}\n"))
    }

    /// Puts `new` in the place of some bytes of the embedded text at a pointer.
    pub fn splice(self, pointer: &str, bytes: Range<usize>, new: &str) -> Self {
        let text = self.fixture.string(pointer);
        let text = format!("{}{new}{}", &text[..bytes.start], &text[bytes.end..]);
        self.set(pointer, &text)
    }

    /// Sets the path in the embedded document.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.target.path = path.into();
        self
    }

    /// Sets where the finding has to be, if not where the marks were put.
    pub fn pointer(mut self, pointer: &str) -> Self {
        self.target.pointer = pointer.to_owned();
        self
    }

    /// Compares what two destinations say: one without the defect, and one with it.
    pub fn at_home(mut self, without: Home, with: Home) -> Self {
        self.at = At::Home(without, with);
        self
    }

    /// Checks against a destination made for the profile, which has nothing wrong by itself.
    pub fn at(self, home: Home) -> Self {
        self.at_home(home.clone(), home)
    }

    /// Sets the configuration.
    pub fn config(mut self, toml: impl Into<String>) -> Self {
        self.config = Some(toml.into());
        self
    }

    /// Sets a file that is read before this one.
    pub fn before(mut self, text: impl Into<String>) -> Self {
        self.before = Some(text.into());
        self
    }

    /// Sets the whole text, in one format.
    pub fn raw(mut self, text: impl Into<String>, format: &'static str) -> Self {
        self.raw = Some((text.into(), format));
        self
    }

    /// The JSON with the marks.
    pub fn marked_json(&self) -> String {
        let mut edits: Vec<_> = self.edits.iter().collect();
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = self.fixture.text.clone();
        for (range, new) in edits.into_iter().rev() {
            text.replace_range(range.clone(), new);
        }
        text
    }
}

/// A text without the marks, and the bytes that were between them.
pub fn strip(text: &str) -> (String, Option<Range<usize>>) {
    let Some((before, rest)) = text.split_once(MARKS[0]) else {
        return (text.to_owned(), None);
    };
    let (marked, after) = rest.split_once(MARKS[1]).expect("a closing mark");
    assert!(
        !after.contains(MARKS) && !marked.contains(MARKS),
        "one place is marked"
    );
    let range = before.len()..before.len() + marked.len();
    (format!("{before}{marked}{after}"), Some(range))
}
