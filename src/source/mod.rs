//! Text and positions: files, byte ranges, lines, and layers (texts that lie encoded inside other texts).
//!
//! Everything counts bytes, 0-based; [`LineIndex`] is the one place that turns bytes into lines and columns.

mod edit;
mod json_string;
mod layer;
mod lines;
mod range;
mod segments;
pub mod yaml_scalar;

use std::{
    fs::File,
    io::{self, Read},
    ops::Deref,
    path::Path,
    sync::{Arc, OnceLock},
};

pub use edit::{Edit, Overlap, apply, moved};
pub use json_string::{
    JsonHabits, JsonStringStyle, decode_json_string, encode_json_string, map_json_string, unescape,
};
pub use layer::{Encoding, Layer, Restyled, Surroundings};
pub use lines::{LineColumn, LineIndex};
pub use range::TextRange;
pub use segments::{SegmentMap, SegmentMapBuilder};

/// The largest file that is read unless the user says otherwise: 64 MiB.
pub const DEFAULT_MAX_FILE_SIZE: u64 = 64 << 20;

/// The largest file that can be read at all: offsets are 32 bits wide.
pub const MAX_FILE_SIZE: u64 = (u32::MAX - 1) as u64;

/// What comes before a byte is looked at again rather than that all lines of a file are indexed, if it is no longer.
const NEAR: usize = 1024;

/// As large as most files are of which a folder has thousands, in bytes.
const SMALL_FILE: usize = 2048;

/// How many bytes two texts begin with that are the same.
#[must_use]
pub fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    // Blocks are compared at once.
    const BLOCK: usize = 32;
    let [(blocks, _), (others, _)] = [one, other].map(<[u8]>::as_chunks::<BLOCK>);
    let blocks = blocks.iter().zip(others);
    let same = BLOCK * blocks.take_while(|(one, other)| one == other).count();
    let [one, other] = [one, other].map(|text| text.get(same..).unwrap_or_default());
    let bytes = one.iter().zip(other);
    same + bytes.take_while(|(one, other)| one == other).count()
}

/// A path as people read it, the same on every system: `/` between folders, no leading `./`.
#[must_use]
pub fn shown_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    text.strip_prefix("./")
        .filter(|rest| !rest.is_empty())
        .map_or(text.clone(), str::to_owned)
}

/// A text that is shared without being copied.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(Arc<String>);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// One file: its name for people, its text, and its line index (made when first asked).
#[derive(Debug)]
pub struct Source {
    name: Arc<str>,
    text: Text,
    lines: OnceLock<LineIndex>,
    invalid_utf8_at: Option<usize>,
    /// The whole file, where it is not UTF-8.
    undecoded: Vec<u8>,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file is larger than the limit.
    #[error("larger than the limit of {limit} bytes; raise it with --max-file-size")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// Not a regular file (a folder, a device, a named pipe).
    #[error("not a regular file")]
    NotAFile,
}

impl Source {
    /// A source from memory. `name` is shown to people, with `/` between folders.
    #[must_use]
    pub fn new(name: &str, text: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
            invalid_utf8_at: None,
            undecoded: Vec::new(),
        }
    }

    /// A source from bytes. What follows the first byte that is not UTF-8 is left out of the text, and
    /// [`Source::invalid_utf8_at`] tells where that is.
    #[must_use]
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(name, text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let undecoded = error.into_bytes();
                let valid = undecoded.get(..at).unwrap_or_default();
                let text = std::str::from_utf8(valid).unwrap_or_default().to_owned();
                Self {
                    invalid_utf8_at: Some(at),
                    undecoded,
                    ..Self::new(name, text)
                }
            }
        }
    }

    /// Reads a regular file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when it is no regular file, larger than `limit`, or cannot be read.
    pub fn read(path: &Path, name: &str, limit: u64) -> Result<Self, ReadError> {
        let limit = limit.min(MAX_FILE_SIZE);
        // Opening a named pipe blocks until somebody writes to it, so the kind is asked first.
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        if metadata.len() > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        Self::read_into(bytes, File::open(path)?, name, limit)
    }

    /// Reads a file that its folder lists as a regular one, as [`Source::read`] without asking the system again: that
    /// takes as long as reading a small file.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when it is larger than `limit` or cannot be read.
    pub fn read_listed(path: &Path, name: &str, limit: u64) -> Result<Self, ReadError> {
        Self::read_into(
            Vec::with_capacity(SMALL_FILE),
            File::open(path)?,
            name,
            limit,
        )
    }

    /// Reads a stream to its end, at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when it is larger than `limit` or cannot be read.
    pub fn read_stream(stream: impl Read, name: &str, limit: u64) -> Result<Self, ReadError> {
        Self::read_into(Vec::new(), stream, name, limit)
    }

    fn read_into(
        mut bytes: Vec<u8>,
        stream: impl Read,
        name: &str,
        limit: u64,
    ) -> Result<Self, ReadError> {
        let limit = limit.min(MAX_FILE_SIZE);
        stream.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLarge { limit });
        }
        bytes.shrink_to_fit();
        Ok(Self::from_bytes(name, bytes))
    }

    /// The name shown to people.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text, with its byte order mark if it has one.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Where the file stops being UTF-8, in bytes.
    #[must_use]
    pub fn invalid_utf8_at(&self) -> Option<usize> {
        self.invalid_utf8_at
    }

    /// Whether a word (ASCII) occurs in the file, also where it is not UTF-8; UTF-16 is looked through.
    #[must_use]
    pub fn mentions(&self, word: &str) -> bool {
        if self.invalid_utf8_at.is_none() {
            return memchr::memmem::find(self.text.as_bytes(), word.as_bytes()).is_some();
        }
        let narrow: Vec<u8> = self
            .undecoded
            .iter()
            .copied()
            .filter(|&byte| byte != 0)
            .collect();
        memchr::memmem::find(&narrow, word.as_bytes()).is_some()
    }

    /// The position of a byte of the text.
    #[must_use]
    pub fn position(&self, offset: usize) -> LineColumn {
        // The name of a profile is near the start, and in most files nothing else is asked for.
        let start = self.text.get(..offset).filter(|start| start.len() < NEAR);
        match (self.lines.get(), start) {
            (None, Some(start)) => LineIndex::new(start).position(start, offset),
            _ => self.lines().position(&self.text, offset),
        }
    }

    /// The line index of the text.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}
