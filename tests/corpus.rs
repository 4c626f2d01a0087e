//! The corpus of every fuzz target, replayed: what a fuzzer once reached, or stumbled over, still does what it promises.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set itself up has failed")]

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

use std::{
    collections::BTreeSet,
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let entries = fs::read_dir(&folder).expect("the folder");
    let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| name(entry.unwrap().path())).collect()
}

#[test]
fn every_input_of_every_corpus_holds() {
    let mut failures = Vec::new();
    for (target, _) in bodies::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= 10, "{} holds {} inputs: the corpus is gone", folder.display(), files.len());
        for file in files {
            let bytes = fs::read(&file).unwrap();
            let began = Instant::now();
            // What it says of itself stands above, in the output of the test.
            if catch_unwind(|| bodies::run(target, &bytes)).is_err() {
                failures.push(format!("{}: a promise is broken", file.display()));
            }
            let took = began.elapsed();
            if took > Duration::from_secs(5) {
                failures.push(format!("{}: {took:?}", file.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_target_has_its_file_its_body_and_its_corpus() {
    let known: BTreeSet<String> = bodies::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz_targets"), known, "the targets that `tests/long fuzz` runs");
    assert_eq!(names("corpus"), known, "the corpora");
}
