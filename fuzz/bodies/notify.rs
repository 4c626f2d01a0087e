//! What GOV.UK Notify answers, or whoever stands between.

use duewatch::delivery::notify_reply::{Reply, parse};

const STATUSES: [u16; 8] = [200, 201, 400, 403, 404, 429, 500, 503];

/// The first byte chooses the status; the rest is the body. What is read of it is no larger than it was, and only a 201 says that
/// a message was taken.
pub(super) fn notify(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let status = STATUSES[usize::from(*first) % STATUSES.len()];
    let reply = parse(status, body);
    assert_eq!(reply == Reply::Taken, status == 201);
    let kept: usize = match &reply {
        Reply::Taken | Reply::Unreadable => 0,
        Reply::Listed(known) => {
            known.iter().map(|known| known.status.len() + known.reference.as_ref().map_or(0, String::len)).sum()
        }
        Reply::Template(template) => template.kind.len() + template.fields.iter().map(String::len).sum::<usize>(),
        Reply::Faults(faults) => faults.iter().map(|fault| fault.error.len() + fault.message.len()).sum(),
    };
    assert!(kept <= body.len(), "{kept} bytes of {}", body.len());
    assert!(status == 200 || !matches!(reply, Reply::Listed(_) | Reply::Template(_)));
}
