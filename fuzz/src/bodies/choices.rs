//! Choices that the first bytes of an input make, before the text that they are about.

use palette_knife::source::{Edit, TextRange};

/// How many bytes the choices take.
pub const CHOICES: usize = 16;

/// What takes the place of a part of a text: what the encodings have to escape, to quote or to indent.
const PIECES: [&str; 24] = [
    "",
    "x",
    "two words",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\"",
    "'",
    "\\",
    "# ",
    " #",
    ": ",
    "- ",
    "---\n",
    "\u{0}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "é😀",
    "{{ .spectro.var.x }}",
    "<&>/",
];

/// The choices at the beginning of an input.
pub struct Choices<'d>(&'d [u8]);

impl<'d> Choices<'d> {
    /// The choices, and the text after them. `None` for an input that is too short.
    pub fn of(data: &'d [u8]) -> Option<(Self, String)> {
        let (choices, text) = data.split_at_checked(CHOICES)?;
        Some((Self(choices), String::from_utf8_lossy(text).into_owned()))
    }

    /// The next choice; 0 when all are made.
    pub fn number(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first)
    }

    /// The next of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.number() % from.len()]
    }

    /// A text to write.
    pub fn piece(&mut self) -> &'static str {
        self.pick(&PIECES)
    }

    /// Up to three edits of a text, in order, that do not overlap.
    pub fn edits(&mut self, text: &str) -> Vec<Edit> {
        let boundary = |at: usize| {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let mut edits: Vec<Edit> = Vec::new();
        for _ in 0..self.number() % 4 {
            let from = edits.last().map_or(0, |edit| edit.range.end());
            // Of long texts the whole length can be reached.
            let step = text.len() / 256 + 1;
            let start = boundary(from + self.number() * step % (text.len() - from + 1));
            let start = start.max(from);
            let end = boundary(start + self.number() % 24).max(start);
            edits.push(Edit {
                range: TextRange::new(start, end),
                text: self.piece().to_owned(),
            });
        }
        edits
    }
}
