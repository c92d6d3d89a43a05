//! Which entries of two lists are the same, and which of those have moved.

use std::collections::HashMap;

/// An entry of the two lists: its places in them, 0-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Its place in the old list.
    pub old: Option<usize>,
    /// Its place in the new list.
    pub new: Option<usize>,
    /// Whether it stands elsewhere among the entries that both lists have.
    pub is_moved: bool,
}

/// Matches entries by their names. Of several with one name the first matches the first, and so on. The order is that of
/// the new list; what is gone stands before what came after it.
#[must_use]
pub fn matches(old: &[String], new: &[String]) -> Vec<Match> {
    let mut places: HashMap<(&str, usize), usize> = HashMap::new();
    for (place, name) in numbered(old).into_iter().enumerate() {
        places.insert(name, place);
    }
    let kept: Vec<Option<usize>> = numbered(new)
        .into_iter()
        .map(|name| places.get(&name).copied())
        .collect();
    let in_order = longest_increasing(&kept);
    let mut is_kept = vec![false; old.len()];
    for &place in kept.iter().flatten() {
        if let Some(kept) = is_kept.get_mut(place) {
            *kept = true;
        }
    }
    let mut gone = (0..old.len())
        .filter(|&place| !is_kept.get(place).copied().unwrap_or_default())
        .peekable();
    let removed = |place: usize| Match {
        old: Some(place),
        new: None,
        is_moved: false,
    };
    let mut matches = Vec::with_capacity(old.len().max(new.len()));
    for (place, (old_place, is_in_order)) in kept.into_iter().zip(in_order).enumerate() {
        if let Some(before) = old_place.filter(|_| is_in_order) {
            while let Some(gone) = gone.next_if(|&gone| gone < before) {
                matches.push(removed(gone));
            }
        }
        matches.push(Match {
            old: old_place,
            new: Some(place),
            is_moved: old_place.is_some() && !is_in_order,
        });
    }
    matches.extend(gone.map(removed));
    matches
}

/// Each name with how many of the same name stand before it.
fn numbered(names: &[String]) -> Vec<(&str, usize)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let numbered = names.iter().map(|name| {
        let count = seen.entry(name).or_default();
        *count += 1;
        (name.as_str(), *count)
    });
    numbered.collect()
}

/// For each item whether it is part of one longest increasing subsequence: those that have kept their order.
fn longest_increasing(items: &[Option<usize>]) -> Vec<bool> {
    // The last item of the best subsequence of each length, and what stands before each item in its own.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; items.len()];
    for (index, item) in items.iter().enumerate() {
        let Some(item) = *item else { continue };
        let length = ends.partition_point(|(end, _)| *end < item);
        if let Some(slot) = before.get_mut(index) {
            let previous = length.checked_sub(1).and_then(|length| ends.get(length));
            *slot = previous.map(|(_, index)| *index);
        }
        match ends.get_mut(length) {
            Some(end) => *end = (item, index),
            None => ends.push((item, index)),
        }
    }
    let mut is_in_order = vec![false; items.len()];
    let mut next = ends.last().map(|(_, index)| *index);
    while let Some(index) = next {
        if let Some(slot) = is_in_order.get_mut(index) {
            *slot = true;
        }
        next = before.get(index).copied().flatten();
    }
    is_in_order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let list = |text: &str| -> Vec<String> { text.chars().map(String::from).collect() };
        let (old, new) = (list(old), list(new));
        let signs = matches(&old, &new).into_iter().map(|found| match found {
            Match {
                old: Some(_),
                new: Some(place),
                is_moved,
            } => {
                format!("{}{}", if is_moved { "!" } else { "" }, new[place])
            }
            Match {
                new: Some(place), ..
            } => format!("+{}", new[place]),
            Match {
                old: Some(place), ..
            } => format!("-{}", old[place]),
            Match { .. } => String::new(),
        });
        signs.collect()
    }

    #[test]
    fn only_what_changes_its_order_has_moved() {
        assert_eq!(shown("abcd", "abcd"), "abcd");
        assert_eq!(shown("abcd", "xabcd"), "+xabcd");
        assert_eq!(shown("abcd", "acd"), "a-bcd");
        assert_eq!(shown("abcd", "bcda"), "bcd!a");
        assert_eq!(shown("abcd", "dabc"), "!dabc");
        assert_eq!(shown("", "ab"), "+a+b");
        assert_eq!(shown("ab", ""), "-a-b");
        assert_eq!(shown("aba", "aab"), "a!ab");
        assert_eq!(shown("abx", "ayb"), "a+yb-x");
    }
}
