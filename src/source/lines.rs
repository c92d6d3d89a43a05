//! Lines and columns.

use super::TextRange;

/// A position as editors show it: line and column are 1-based, the column counts Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, 1-based.
    pub line: u32,
    /// Column in code points, 1-based.
    pub column: u32,
}

/// Code points are counted once up to every so many bytes, so that a column on a line of 50 MB is as cheap to
/// find as one on a short line.
const BLOCK: usize = 2048;

/// Where lines begin in a text. A line ends after `\n`; the `\r` of `\r\n` belongs to the line it ends.
#[derive(Debug)]
pub struct LineIndex {
    /// First byte of every line.
    starts: Vec<u32>,
    /// Code points before every [`BLOCK`]th byte; empty when the text is ASCII and bytes are columns.
    code_points: Vec<u32>,
    /// A byte order mark is no column.
    bom: bool,
}

impl LineIndex {
    /// Indexes a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| TextRange::empty(at + 1).start),
        );
        let mut code_points = Vec::new();
        if !text.is_ascii() {
            let mut seen = 0_u32;
            for block in text.as_bytes().chunks(BLOCK) {
                code_points.push(seen);
                seen += count_code_points(block);
            }
            // The end of the text begins a block when the last one is full.
            code_points.push(seen);
        }
        Self {
            starts,
            code_points,
            bom: text.starts_with('\u{feff}'),
        }
    }

    /// The number of lines; a text that ends in `\n` has an empty last line.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The position of a byte offset in `text`, the text that was indexed. Offsets past the end give the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> LineColumn {
        let offset = offset.min(text.len());
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset);
        let start = self
            .starts
            .get(line.saturating_sub(1))
            .map_or(0, |&start| start as usize);
        let mut column = if self.code_points.is_empty() {
            offset - start
        } else {
            (self.code_points_before(text, offset) - self.code_points_before(text, start)) as usize
        };
        if self.bom && line <= 1 {
            column = column.saturating_sub(1);
        }
        LineColumn {
            line: TextRange::empty(line).start,
            column: TextRange::empty(column + 1).start,
        }
    }

    /// The bytes of a line (1-based), without its line end. Empty for a line that is not there.
    #[must_use]
    pub fn line(&self, text: &str, line: u32) -> TextRange {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.starts.get(index) else {
            return TextRange::empty(text.len());
        };
        let start = start as usize;
        let end = self
            .starts
            .get(index + 1)
            .map_or(text.len(), |&next| next as usize);
        let content = text.get(start..end).unwrap_or_default();
        TextRange::new(start, start + content.trim_end_matches(['\n', '\r']).len())
    }

    fn code_points_before(&self, text: &str, offset: usize) -> u32 {
        let block = offset / BLOCK;
        let counted = self.code_points.get(block).copied().unwrap_or(0);
        let rest = text
            .as_bytes()
            .get(block * BLOCK..offset)
            .unwrap_or_default();
        counted + count_code_points(rest)
    }
}

/// Code points that begin in these bytes.
fn count_code_points(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    TextRange::empty(count).start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> (u32, u32) {
        let position = LineIndex::new(text).position(text, offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_code_points() {
        let text = "aé😀b\nc";
        assert_eq!(at(text, 0), (1, 1));
        assert_eq!(at(text, 7), (1, 4));
        assert_eq!(at(text, 9), (2, 1));
        assert_eq!(at(text, 99), (2, 2));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        assert_eq!(at("\u{feff}{", 3), (1, 1));
        assert_eq!(at("\u{feff}{\n}", 5), (2, 1));
    }

    #[test]
    fn columns_are_right_far_into_a_long_line() {
        let text = "é".repeat(40_000);
        assert_eq!(at(&text, 80_000), (1, 40_001));
        assert_eq!(at(&text, 4094), (1, 2048));
        assert_eq!(at(&text, 4096), (1, 2049));
    }

    #[test]
    fn columns_are_right_at_the_end_of_a_text_of_whole_blocks() {
        let text = "é".repeat(BLOCK);
        assert_eq!(at(&text, text.len()), (1, 2049));
        let text = format!("{}\n{}", "é".repeat(BLOCK / 2 - 1), "x".repeat(BLOCK + 1));
        assert_eq!(text.len(), 2 * BLOCK);
        assert_eq!(at(&text, text.len()), (2, 2050));
    }

    #[test]
    fn a_line_leaves_out_its_end() {
        let text = "a\r\nbc\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.count(), 3);
        assert_eq!(lines.line(text, 1).of(text), "a");
        assert_eq!(lines.line(text, 2).of(text), "bc");
        assert_eq!(lines.line(text, 3).of(text), "");
        assert_eq!(lines.line(text, 9).of(text), "");
    }
}
