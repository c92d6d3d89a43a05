//! What rules look for in the texts of a batch, in one search: few texts have any of it, and of a text that is like a known
//! one only the lines are searched that are new.

use std::sync::LazyLock;

use aho_corasick::packed::Searcher;

use crate::{credentials, placeholders};

/// What every Kubernetes Secret has in it.
pub const KUBERNETES_SECRET: &str = "Secret";

/// What every mask has in it.
pub const MASK: &str = "****";

/// What the name of this tool ends with where a comment speaks to it. No other sign ends with a part of it, and so hides
/// it.
pub const PRAGMA: &str = "knife:";

/// The signs that are looked for wherever they stand in a text, not only in values.
const ANYWHERE: [&str; 3] = [KUBERNETES_SECRET, MASK, PRAGMA];

/// Where a text has something that credentials, stand-ins or one of [`ANYWHERE`] have, in bytes and in no order. Signs that
/// overlap are found once.
#[must_use]
pub fn search(text: &str) -> Vec<usize> {
    // Both at once would find more that is none of them, and take longer.
    static SIGNS: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(signs()));
    static WORDS: LazyLock<Option<Searcher>> =
        LazyLock::new(|| Searcher::new(placeholders::parts_of_words()));
    // A test builds them; without them there may be a sign at any byte.
    let (Some(signs), Some(words)) = (SIGNS.as_ref(), WORDS.as_ref()) else {
        return (0..text.len()).collect();
    };
    let bytes = text.as_bytes();
    let signs = signs.find_iter(text).map(|found| found.start());
    let words = words.find_iter(text).map(|found| found.start());
    let words = words.filter(|&at| placeholders::is_part_of_word(bytes, at));
    let marks = memchr::memchr3_iter(b'<', b'%', b'_', bytes);
    let marks = marks.filter(|&at| placeholders::is_mark(bytes, at));
    signs.chain(words).chain(marks).collect()
}

fn signs() -> impl Iterator<Item = &'static str> {
    credentials::BEGINNINGS.into_iter().chain(ANYWHERE)
}

#[cfg(test)]
mod tests {
    use aho_corasick::packed::Searcher;

    use super::{ANYWHERE, search, signs};
    use crate::placeholders;

    #[test]
    fn there_are_not_too_many_for_one_search() {
        assert!(Searcher::new(signs()).is_some());
        assert!(Searcher::new(placeholders::parts_of_words()).is_some());
    }

    #[test]
    fn none_hides_a_sign_that_may_stand_anywhere() {
        for sign in ANYWHERE {
            for other in signs().filter(|other| *other != sign) {
                let ends = (1..=sign.len()).map(|length| &sign[..length]);
                let ends_with = ends.into_iter().find(|end| other.ends_with(end));
                assert_eq!(ends_with, None, "{other} {sign}");
                assert!(!other.contains(sign), "{other} {sign}");
            }
        }
    }

    #[test]
    fn signs_are_found_where_they_are() {
        for (text, found) in [
            ("kind: Secret", &[6][..]),
            ("# palette-knife: ignore", &[10]),
            ("a: ********", &[3, 7]),
            ("a: <REGION> %X% __A a__b", &[3, 12, 14, 16]),
            ("____NAME____: ____x_", &[2]),
            ("place: range # Change_Me", &[18]),
            ("REPLACEme, replace it", &[3]),
            ("token: ghp_x and npm_y", &[7, 17]),
            ("nothing: at all", &[]),
        ] {
            let mut at = search(text);
            at.sort_unstable();
            assert_eq!(at, found, "{text}");
        }
    }
}
