//! Layers through the command line: the settings that put them in force, and what becomes of one that is wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::fs;

use cases::{Bench, SETTINGS, STAFF, child, says};

fn bench(settings: &str, files: &[(&str, &str)]) -> Bench {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    for (name, text) in files {
        fs::write(bench.path(name), text).unwrap();
    }
    let settings = SETTINGS.replace("procedure = \"core.toml\"", settings);
    fs::write(bench.path("duewatch.toml"), settings).unwrap();
    bench
}

const OWN: &str = "[local]\nover = \"hertfordshire\"\nversion = \"2026-04\"\n\n[[change]]\nduty = \"first-core-group\"\n\
                   why = \"decided\"\nwithin = \"8 working days\"\n";

#[test]
fn the_settings_put_layers_in_force_and_check_names_them() {
    let settings = "procedure = \"hertfordshire\"\nchanges = \"changes.toml\"\nnational = true";
    let bench = bench(settings, &[("changes.toml", OWN)]);
    let said = bench.run(&["check"]);
    // What this case database does not hold are faults of its own.
    let said = said.ends(1);
    says(&said, &["changed by the authority: first-core-group", "what England asks of every authority", "icpc-held"]);
    // Mon 2 Nov and eight working days: Thu 12 Nov.
    let duties = bench.run(&["duties", "--at", "2026-11-03T08:30:00Z", "--format", "json"]).well();
    let core_group = duties.lines().find(|line| line.contains("\"first-core-group\"")).unwrap();
    says(core_group, &["\"on\":\"2026-11-12\""]);
    says(&duties, &["national-"]);
}

#[test]
fn what_england_asks_is_not_put_beneath_the_procedure_of_another_country() {
    let bench = bench("procedure = \"isle-of-man\"\nnational = true", &[]);
    says(&bench.run(&["duties"]).ends(2), &["authority.national", "isle-of-man"]);
}

#[test]
fn changes_with_a_mistake_are_refused_by_every_command() {
    let settings = "procedure = \"hertfordshire\"\nchanges = \"changes.toml\"";
    let bench = bench(settings, &[("changes.toml", &OWN.replace("first-core-group", "first-cor-group"))]);
    let said = bench.run(&["duties"]).ends(2);
    says(&said, &["changes.toml", "first-cor-group", "first-core-group"]);
}

#[test]
fn a_version_that_names_itself_is_refused() {
    let shipped = fs::read_to_string("config/procedures/rochdale.toml").unwrap();
    let own = shipped.replacen("document = ", "replaces = \"own.toml\"\ndocument = ", 1);
    let bench = bench("procedure = \"own.toml\"", &[("own.toml", &own)]);
    says(&bench.run(&["duties"]).ends(2), &["own.toml", "replaces"]);
    let earlier = shipped.replacen("in_force_on = ", "in_force_on = 2020-01-01 # ", 1);
    let later = shipped.replacen("document = ", "replaces = \"earlier.toml\"\ndocument = ", 1);
    let bench = self::bench("procedure = \"own.toml\"", &[("own.toml", &later), ("earlier.toml", &earlier)]);
    bench.run(&["duties"]).well();
}
