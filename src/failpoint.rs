//! Named points at which a test can kill the process: a power cut, to the line.
//!
//! Owns the names. Must not know what happens before or after them. In a release build nothing of it is left.

/// Every point, in the order in which a notice passes them.
pub const FAILPOINTS: [&str; 20] = [
    "run.before_commit",
    "run.after_commit",
    "claim.before_commit",
    "claim.after_commit",
    "freeze.before_commit",
    "freeze.after_commit",
    "send.before",
    "smtp.after_connect",
    "smtp.after_greeting",
    "smtp.after_starttls",
    "smtp.after_handshake",
    "smtp.after_auth",
    "smtp.after_mail",
    "smtp.after_rcpt",
    "smtp.before_data",
    "smtp.after_data",
    "smtp.after_quit",
    "send.after",
    "record.before_commit",
    "record.after_commit",
];

/// Ends the process at once, without cleaning up, if the environment's `DUEWATCH_FAILPOINT` is `name`, or `name:N` and
/// this is the N-th time. Debug builds only.
#[cfg(debug_assertions)]
pub(crate) fn failpoint(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static ARMED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "no setting: it must not be possible in a released program")]
        parse(&std::env::var("DUEWATCH_FAILPOINT").ok()?)
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);

    if let Some((armed, times)) = ARMED.as_ref()
        && armed == name
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *times
    {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
#[inline]
pub(crate) fn failpoint(_name: &str) {}

/// `name` or `name:N`; none where N is no whole number.
#[cfg(debug_assertions)]
fn parse(armed: &str) -> Option<(String, u64)> {
    match armed.split_once(':') {
        Some((name, times)) => Some((name.into(), times.parse().ok()?)),
        None => Some((armed.into(), 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_point_may_say_which_time() {
        assert_eq!(parse("run.before_commit"), Some(("run.before_commit".into(), 1)));
        assert_eq!(parse("run.before_commit:3"), Some(("run.before_commit".into(), 3)));
        assert_eq!(parse("run.before_commit:x"), None);
    }
}
