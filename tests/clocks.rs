//! The clocks on the wall, against the time zones of the operating system: every midnight of the calendars' data, and every
//! change of the clocks in it.
//!
//! The program carries its own zones, so that a host cannot set them wrong. The host's come from the same public table by
//! another way: `date` of GNU reads them from the package tzdata.

#![expect(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

use std::{fs, path::Path, process::Command};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use duewatch::calendar::Zone;

const FOLDER: &str = "/usr/share/zoneinfo";

/// What `date` of the host makes of these lines, in this zone, under this format; one line for one.
fn host_says(zone: &str, lines: &[String], format: &str) -> Vec<String> {
    let table = Path::new(FOLDER).join(zone);
    // Without the table `date` would quietly answer in Greenwich mean time.
    assert!(table.exists(), "{} is missing: install the package tzdata (apt-get install tzdata)", table.display());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines");
    fs::write(&path, lines.join("\n") + "\n").expect("written");
    let output = Command::new("date")
        .args(["--file".as_ref(), path.as_os_str(), format.as_ref()])
        .envs([("TZ", zone), ("TZDIR", FOLDER), ("LC_ALL", "C")])
        .output()
        .expect("`date` of GNU coreutils runs: install the package coreutils");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Vec<_> = String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect();
    assert_eq!(said.len(), lines.len(), "a line each");
    said
}

/// The instants of these local times, each shown once on any clock, as the host counts them.
fn host_instants(zone: &str, local: &[NaiveDateTime]) -> Vec<DateTime<Utc>> {
    let lines: Vec<_> = local.iter().map(|local| local.format("%Y-%m-%d %H:%M:%S").to_string()).collect();
    let instant = |said: &String| DateTime::from_timestamp(said.parse().expect("a number"), 0).expect("in range");
    host_says(zone, &lines, "+%s").iter().map(instant).collect()
}

/// The local times at these instants, as the host shows them.
fn host_local_times(zone: &str, at: &[DateTime<Utc>]) -> Vec<NaiveDateTime> {
    let lines: Vec<_> = at.iter().map(|at| format!("@{}", at.timestamp())).collect();
    let local = |said: &String| NaiveDateTime::parse_from_str(said, "%Y-%m-%d %H:%M:%S").expect("a time");
    host_says(zone, &lines, "+%Y-%m-%d %H:%M:%S").iter().map(local).collect()
}

fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("a time")
}

fn last_sunday(year: i32, month: u32) -> NaiveDate {
    // March and October both have 31 days.
    let mut days = on(year, month, 25).iter_days().take(7);
    days.find(|day| day.weekday() == Weekday::Sun).expect("a Sunday")
}

/// 01:00 Greenwich mean time on the last Sundays of March and October (SI 2002/262), of every year of the data.
fn changes() -> Vec<(NaiveDate, DateTime<Utc>)> {
    let sundays = (2012..=2035).flat_map(|year| [last_sunday(year, 3), last_sunday(year, 10)]);
    sundays.map(|day| (day, day.and_time(time(1, 0)).and_utc())).collect()
}

fn every_midnight(name: &str) {
    let zone = Zone::from_name(name).expect("known");
    let days: Vec<_> = on(2012, 1, 1).iter_days().take_while(|day| day.year() <= 2035).collect();
    let mut midnights: Vec<_> = days.iter().map(|day| day.and_time(NaiveTime::MIN)).collect();
    midnights.push(on(2036, 1, 1).and_time(NaiveTime::MIN));
    let instants = host_instants(name, &midnights);
    for (day, around) in days.iter().zip(instants.windows(2)) {
        assert_eq!(zone.start_of_day(*day), around[0], "{name}: {day} begins");
        assert_eq!(zone.end_of_day(*day), around[1], "{name}: {day} ends");
    }
    assert_eq!(days.len(), 8_766, "24 years, six of them leap years");
    // And the other way: the last second of each day is still that day's, midnight is the next one's.
    let around: Vec<_> = instants.iter().flat_map(|at| [*at - TimeDelta::seconds(1), *at]).collect();
    for (at, local) in around.iter().zip(host_local_times(name, &around)) {
        assert_eq!(zone.local_time(*at), local, "{name}: {at}");
        assert_eq!(zone.local_date(*at), local.date(), "{name}: {at}");
    }
}

fn every_change_of_the_clocks(name: &str) {
    let zone = Zone::from_name(name).expect("known");
    let second = TimeDelta::seconds(1);
    let hour = TimeDelta::hours(1);

    let around: Vec<_> =
        changes().iter().flat_map(|(_, at)| [*at - hour, *at - second, *at, *at + second, *at + hour]).collect();
    let shown = host_local_times(name, &around);
    for (at, local) in around.iter().zip(&shown) {
        assert_eq!(zone.local_time(*at), *local, "{name}: {at}");
    }
    // The host's clocks do change there, or the lines above prove little: by an hour and a second.
    for ((_, at), local) in changes().iter().zip(shown.chunks(5)) {
        let forward = at.month() == 3;
        assert_eq!(local[2] - local[1], if forward { hour + second } else { second - hour }, "{name}: {at}");
    }

    // Half past midnight and half past two are on the clock once.
    let once: Vec<_> =
        changes().iter().flat_map(|(day, _)| [time(0, 30), time(2, 30)].map(|at| day.and_time(at))).collect();
    for (local, at) in once.iter().zip(host_instants(name, &once)) {
        assert_eq!(zone.resolve(*local), at, "{name}: {local}");
        assert_eq!(zone.at(local.date(), local.time()), at, "{name}: {local}");
    }

    // Half past one is skipped in March, and shown twice in October: what the host shows a second before our instant, at
    // it, and an hour after it.
    let half_past_one = |day: &NaiveDate| zone.at(*day, time(1, 30));
    let asked: Vec<_> = changes()
        .iter()
        .flat_map(|(day, _)| [-second, TimeDelta::zero(), hour].map(|later| half_past_one(day) + later))
        .collect();
    for ((day, change), local) in changes().iter().zip(host_local_times(name, &asked).chunks(3)) {
        let local_time = |hour, minute| day.and_time(time(hour, minute));
        if change.month() == 3 {
            assert_eq!(half_past_one(day), *change, "{name}: the moment of the change");
            assert_eq!(local, [local_time(1, 0) - second, local_time(2, 0), local_time(3, 0)], "{name}: {day}");
        } else {
            assert_eq!(local, [local_time(1, 30) - second, local_time(1, 30), local_time(1, 30)], "{name}: {day}");
        }
    }
}

#[test]
fn every_midnight_in_london() {
    every_midnight("Europe/London");
}

#[test]
fn every_midnight_in_the_isle_of_man() {
    every_midnight("Europe/Isle_of_Man");
}

#[test]
fn every_change_of_the_clocks_in_london() {
    every_change_of_the_clocks("Europe/London");
}

#[test]
fn every_change_of_the_clocks_in_the_isle_of_man() {
    every_change_of_the_clocks("Europe/Isle_of_Man");
}
