//! Rewriting a profile for a destination.

use std::{fs, path::Path};

use palette_knife::{
    check::CheckOptions,
    emit,
    excerpt::ExcerptStyle,
    input,
    plan::{DestinationPlan, Filter},
    profile::ProfileFile,
    rewrite::{
        answers::Answers,
        names::{BumpPart, Naming, OnConflict},
        plan::Tags,
        result::{DestinationResult, Status},
        run::{RewriteOptions, Target, rewrite as run},
        work::Output,
    },
};

use super::{DESTINATIONS, emitters::assert_harmless, profile_name, source};

/// What is written differs from the input only as planned, can be read, and is left alone by a second run.
pub fn rewrite(data: &[u8]) {
    let place = tempfile::tempdir().expect("a folder");
    let name = profile_name(data);
    let before = ProfileFile::parse(source(name, data));
    let [first, second] = ["first", "second"].map(|folder| place.path().join(folder));
    let input = place.path().join(name);
    fs::write(&input, data).expect("written");
    for result in results(&input, &first, Tags::Pin) {
        assert_shown(&result);
        let folder = first.join(&**result.destination.name());
        for file in &result.files {
            // The frame check refuses a result that differs from the input in more than was planned.
            assert!(!file.failed, "{:?}", file.reasons);
            if !matches!(file.status, Status::Written | Status::Unchanged) {
                continue;
            }
            let written = fs::read(folder.join(name)).expect("a result");
            let after = ProfileFile::parse(source(name, &written));
            assert!(
                after.faults().len() <= before.faults().len(),
                "{:?}",
                after.faults()
            );
            assert_eq!(file.changed, written != data, "{:?}", file.status);
            let again = results(&folder.join(name), &second, Tags::Pin);
            let again = again
                .iter()
                .find(|again| again.destination.name() == result.destination.name());
            let again = &again.expect("the same destination").files[0];
            assert!(!again.changed, "{:?}", again.profiles);
            let folder = second.join(&**result.destination.name());
            let twice = fs::read(folder.join(name)).expect("a second result");
            assert_eq!(twice, written);
        }
    }
    assert_eq!(fs::read(&input).expect("the input"), data);
}

fn results(input: &Path, out: &Path, tags: Tags) -> Vec<DestinationResult> {
    let (files, missing) = input::collect(&[input.to_owned()]);
    assert!(missing.is_empty(), "{missing:?}");
    let targets: Vec<Target> = DESTINATIONS
        .iter()
        .map(|destination| Target {
            destination: destination.clone(),
            naming: Naming {
                on_conflict: OnConflict::Rename,
                rename_pattern: "{name}-{destination}".to_owned(),
                bump: BumpPart::Patch,
                names: [].into(),
                versions: [].into(),
            },
            answers: Answers::default(),
            output: Output::Folder(out.join(&**destination.name())),
        })
        .collect();
    let options = RewriteOptions {
        tags,
        allow_masked: true,
        keep_mode: false,
        format: None,
        check: CheckOptions {
            excerpts: Some((
                10,
                ExcerptStyle {
                    width: 80,
                    before: 1,
                },
            )),
            ..CheckOptions::default()
        },
        diffs: true,
        progress: None,
    };
    run(&files, &targets, &options)
}

/// What is told of a result is harmless, and what it says it is.
fn assert_shown(result: &DestinationResult) {
    let parts = [emit::rewrite::Part::of(result)];
    assert_harmless(&emit::rewrite::render_human(&parts, true, false, 80));
    let is_json = |text: &str| {
        assert_harmless(text);
        serde_json::from_str::<serde_json::Value>(text).is_ok()
    };
    assert!(is_json(&emit::rewrite::render_json(&parts)));
    let plans = [DestinationPlan::new(result)];
    let rows = Filter::default().rows(&plans);
    assert!(is_json(&emit::plan::json::render(&plans, &rows)));
    assert_harmless(&emit::plan::markdown::render(&plans, &rows));
    let style = emit::plan::human::Style {
        details: true,
        summary: true,
        color: false,
        width: 80,
    };
    assert_harmless(&emit::plan::human::render(&plans, &rows, style));
    let page = emit::html::render(&plans, &rows);
    assert_harmless(&page);
    // Its script and the plan, whatever texts it shows.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</html>").count(), 1);
}
