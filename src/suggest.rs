//! "Did you mean": the closest of some known names.

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

/// Names in backticks, separated by commas.
#[must_use]
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    quoted.join(", ")
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
}
