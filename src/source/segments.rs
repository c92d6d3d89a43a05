//! The map between a decoded text and the raw text that encodes it.

use super::TextRange;

/// Where one piece of decoded text begins, and the raw text it was decoded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    /// Offset in the decoded text, in bytes.
    decoded: u32,
    /// Offset in the raw text, in bytes.
    raw: u32,
    /// Whether the piece is the same bytes on both sides. The others (an escape, a folded line break, removed
    /// indentation) only map as a whole.
    verbatim: bool,
}

/// A sorted list of segments: any range of the decoded text maps to the raw text and back.
///
/// Segments follow each other without gaps on both sides; the length of one is the distance to the next, the last
/// entry is a sentinel at both ends. A piece may be empty on the decoded side (indentation that decoding removes)
/// but never on the raw side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentMap {
    segments: Vec<Segment>,
}

/// Builds a [`SegmentMap`] from left to right.
#[derive(Debug, Default)]
pub struct SegmentMapBuilder {
    segments: Vec<Segment>,
    decoded: usize,
    raw: usize,
}

impl SegmentMapBuilder {
    /// A builder whose raw side begins at `raw_start` bytes.
    #[must_use]
    pub fn starting_at(raw_start: usize) -> Self {
        Self {
            segments: Vec::new(),
            decoded: 0,
            raw: raw_start,
        }
    }

    /// The next `len` bytes are the same on both sides.
    pub fn verbatim(&mut self, len: usize) {
        if len == 0 {
            return;
        }
        if !self.segments.last().is_some_and(|last| last.verbatim) {
            self.push(true);
        }
        self.decoded += len;
        self.raw += len;
    }

    /// The next `raw_len` raw bytes stand for `decoded_len` decoded bytes, as a whole.
    pub fn replaced(&mut self, decoded_len: usize, raw_len: usize) {
        if raw_len == 0 {
            return;
        }
        self.push(false);
        self.decoded += decoded_len;
        self.raw += raw_len;
    }

    /// The finished map.
    #[must_use]
    pub fn finish(mut self) -> SegmentMap {
        self.push(false);
        SegmentMap {
            segments: self.segments,
        }
    }

    fn push(&mut self, verbatim: bool) {
        let at = TextRange::new(self.decoded, self.decoded);
        let raw = TextRange::new(self.raw, self.raw);
        self.segments.push(Segment {
            decoded: at.start,
            raw: raw.start,
            verbatim,
        });
    }
}

impl SegmentMap {
    /// The raw range of a decoded range.
    ///
    /// A boundary inside a piece that only maps as a whole widens to that piece. The start leaves out raw text
    /// that decodes to nothing before it, the end what decodes to nothing after it; an empty range stays empty.
    #[must_use]
    pub fn to_raw(&self, decoded: TextRange) -> TextRange {
        let start = self.start_to_raw(decoded.start);
        if decoded.is_empty() {
            return TextRange::empty(start);
        }
        TextRange::new(start, self.end_to_raw(decoded.end))
    }

    /// The decoded range of a raw range, widened to whole pieces in the same way.
    #[must_use]
    pub fn to_decoded(&self, raw: TextRange) -> TextRange {
        let start = self.raw_to_decoded(raw.start, false);
        if raw.is_empty() {
            return TextRange::empty(start);
        }
        TextRange::new(start, self.raw_to_decoded(raw.end, true))
    }

    /// The raw offset of a decoded offset, after raw text there that decodes to nothing.
    #[must_use]
    pub fn raw_start(&self, at: usize) -> usize {
        self.start_to_raw(TextRange::empty(at).start)
    }

    /// The raw offset of a decoded offset, before raw text there that decodes to nothing.
    #[must_use]
    pub fn raw_end(&self, at: usize) -> usize {
        self.end_to_raw(TextRange::empty(at).start)
    }

    fn start_to_raw(&self, at: u32) -> usize {
        let index = self.segments.partition_point(|s| s.decoded <= at);
        let Some(segment) = index.checked_sub(1).and_then(|i| self.segments.get(i)) else {
            return 0;
        };
        if segment.verbatim {
            (segment.raw + (at - segment.decoded)) as usize
        } else {
            segment.raw as usize
        }
    }

    fn end_to_raw(&self, at: u32) -> usize {
        let next = self.segments.partition_point(|s| s.decoded < at);
        let Some(segment) = next.checked_sub(1).and_then(|i| self.segments.get(i)) else {
            return self.segments.first().map_or(0, |s| s.raw as usize);
        };
        if segment.verbatim {
            return (segment.raw + (at - segment.decoded)) as usize;
        }
        self.segments
            .get(next)
            .map_or(segment.raw as usize, |s| s.raw as usize)
    }

    fn raw_to_decoded(&self, at: u32, is_end: bool) -> usize {
        let index = if is_end {
            self.segments.partition_point(|s| s.raw < at)
        } else {
            self.segments.partition_point(|s| s.raw <= at)
        };
        let Some(segment) = index.checked_sub(1).and_then(|i| self.segments.get(i)) else {
            return 0;
        };
        let next = self.segments.get(index);
        if segment.verbatim {
            let end = next.map_or(u32::MAX, |s| s.decoded);
            return (segment.decoded + (at - segment.raw)).min(end) as usize;
        }
        if is_end {
            next.map_or(segment.decoded as usize, |s| s.decoded as usize)
        } else {
            segment.decoded as usize
        }
    }
}

impl SegmentMap {
    /// A map in which the whole decoded text stands for the whole raw text.
    #[must_use]
    pub fn opaque(decoded_len: usize, raw_len: usize) -> Self {
        let mut map = SegmentMapBuilder::default();
        map.replaced(decoded_len, raw_len);
        map.finish()
    }
}
