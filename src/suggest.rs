//! "Did you mean": the closest of some known names.

use std::collections::HashMap;

/// How alike two names must be to be worth mentioning, as a share of their length.
const ALIKE: f64 = 0.75;

/// The known name closest to `name`, if any is close.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    ranked(name, known).into_iter().next()
}

/// The known names close to `name`, the closest first. Equal ones keep the order of the alphabet.
pub fn ranked<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        // The distance is at least the difference in length, so most names need no closer look.
        .filter(|candidate| {
            let other = candidate.chars().count();
            length.min(other) as f64 >= ALIKE * length.max(other) as f64
        })
        .map(|candidate| (likeness(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How many different names are looked up before a [`Suggester`] gives no more suggestions: a file with more slips than
/// that has another problem, and each one is compared with every known name.
const MOST_LOOKUPS: usize = 200;

/// Suggestions for many names from the same known ones; equal names are looked up once.
#[derive(Debug)]
pub struct Suggester<'a> {
    known: Vec<&'a str>,
    answers: HashMap<String, Vec<&'a str>>,
}

impl<'a> Suggester<'a> {
    /// Suggests from these names.
    pub fn new(known: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            known: known.into_iter().collect(),
            answers: HashMap::new(),
        }
    }

    /// The known names close to `name`, the closest first.
    pub fn ranked(&mut self, name: &str) -> &[&'a str] {
        if !self.answers.contains_key(name) {
            let answer = if self.answers.len() < MOST_LOOKUPS {
                ranked(name, self.known.iter().copied())
            } else {
                Vec::new()
            };
            self.answers.insert(name.to_owned(), answer);
        }
        self.answers
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The known name closest to `name`, if any is close.
    pub fn closest(&mut self, name: &str) -> Option<&'a str> {
        self.ranked(name).first().copied()
    }
}

/// The known field closest to `name`; a prefix such as `is` counts little, as in `isHidden` for `hidden`.
pub fn field<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let bare = name
        .strip_prefix("is")
        .filter(|rest| rest.starts_with(char::is_uppercase));
    bare.and_then(|bare| {
        known
            .clone()
            .into_iter()
            .find(|field| field.eq_ignore_ascii_case(bare))
    })
    .or_else(|| closest(name, known))
}

/// The most names that a list shows. One of thousands is not read, and may be in thousands of messages.
const MOST_LISTED: usize = 100;

/// Names in backticks, separated by commas. Of very many the first ones, and how many more there are.
#[must_use]
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let shown = names.iter().take(MOST_LISTED);
    let quoted: Vec<String> = shown.map(|name| format!("`{}`", name.as_ref())).collect();
    let quoted = quoted.join(", ");
    match names.len().saturating_sub(MOST_LISTED) {
        0 => quoted,
        more => format!("{quoted} and {more} more"),
    }
}

fn likeness(one: &str, other: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_names_are_suggested() {
        assert_eq!(
            closest("storageClas", ["storageClass", "storage", "zone"]),
            Some("storageClass")
        );
        assert_eq!(closest("cni-calico", ["csi-aws-ebs", "kubernetes"]), None);
        assert_eq!(field("isHidden", ["hidden", "immutable"]), Some("hidden"));
    }

    #[test]
    fn a_list_of_very_many_names_is_cut() {
        let names: Vec<String> = (1..=102).map(|number| number.to_string()).collect();
        assert_eq!(list(&names[..2]), "`1`, `2`");
        assert!(list(&names[..100]).ends_with(", `100`"));
        assert!(list(&names).ends_with(", `100` and 2 more"));
    }
}
