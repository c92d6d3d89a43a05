//! Replacements of bytes of a text.

use std::fmt;

use super::TextRange;

/// One replacement of bytes of a text. It may hold a secret, so `Debug` shows none of its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced.
    pub range: TextRange,
    /// What stands there afterwards.
    pub text: String,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Edit({:?}, {} bytes)", self.range, self.text.len())
    }
}

/// Two edits touch the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two changes touch the same bytes, at byte {at}")]
pub struct Overlap {
    /// Where the second one begins, in bytes.
    pub at: usize,
}

/// `text` with the edits made, in any order.
///
/// # Errors
///
/// [`Overlap`] when two edits touch the same bytes.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Overlap> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.range);
    let grown: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(text.len() + grown);
    let mut from = 0;
    for edit in sorted {
        let (start, end) = (edit.range.start(), edit.range.end());
        if start < from {
            return Err(Overlap { at: start });
        }
        result.push_str(text.get(from..start).unwrap_or_default());
        result.push_str(&edit.text);
        from = end;
    }
    result.push_str(text.get(from..).unwrap_or_default());
    Ok(result)
}

/// Where places of a text lie once edits are made that do not overlap. `places` are bytes in order, and so are those that
/// are given, but for places inside of what is replaced: they lie anywhere near.
pub fn moved(
    places: impl IntoIterator<Item = usize>,
    edits: &[Edit],
) -> impl Iterator<Item = usize> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.range);
    let mut edits = sorted.into_iter().peekable();
    let (mut added, mut removed) = (0, 0);
    places.into_iter().map(move |place| {
        while let Some(edit) = edits.next_if(|edit| edit.range.end() <= place) {
            added += edit.text.len();
            removed += edit.range.len();
        }
        (place + added).saturating_sub(removed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_the_edits_before_them() {
        let text = "one two three four";
        let edit = |start, end, text: &str| Edit {
            range: TextRange::new(start, end),
            text: text.to_owned(),
        };
        // Replaced by less, removed, put in between; in any order.
        let edits = [edit(8, 13, "3"), edit(0, 4, ""), edit(14, 14, "and ")];
        let edited = apply(text, &edits).expect("no overlap");
        assert_eq!(edited, "two 3 and four");
        let starts = ["two", "four"].map(|word| text.find(word).expect("there"));
        let found: Vec<&str> = moved(starts, &edits)
            .map(|start| edited.get(start..).unwrap_or_default())
            .collect();
        assert_eq!(found, ["two 3 and four", "four"]);
        assert_eq!(moved([0, 18], &[]).collect::<Vec<_>>(), [0, 18]);
    }
}
