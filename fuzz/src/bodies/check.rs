//! The whole check.

use palette_knife::{
    check::{self, CheckOptions},
    profile::ProfileFile,
};

use crate::sound::assert_place;

use super::{DESTINATIONS, profile_name, source};

/// Every place of every finding lies in the file, and its lines and columns are those of its bytes. Fixes can be made.
pub fn check(data: &[u8]) {
    let name = profile_name(data);
    let file = ProfileFile::parse(source(name, data));
    let text = file.source().text();
    for destinations in [&[][..], &DESTINATIONS[..1]] {
        let options = CheckOptions::default();
        let outcome = check::check_source(source(name, data), true, destinations, &options);
        for finding in outcome.into_findings() {
            let related = finding.related.iter().map(|related| &related.place);
            for place in related.chain([&finding.place]) {
                if *place.file == *name {
                    assert_place(place, &file);
                }
            }
            let mut end = 0;
            for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                let is_in_text = text.get(edit.range.range()).is_some();
                assert!(is_in_text && edit.range.start() >= end, "{finding:?}");
                end = edit.range.end();
            }
        }
    }
}
