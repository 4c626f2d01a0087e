//! The message that an operator sends to try the channel. It is about nobody and stands in no ledger.

use sha2::{Digest, Sha256};
use uuid::Builder;

use super::Watch;
use crate::{
    clock::Clock,
    delivery::{Frozen, Outcome, Outgoing},
};

const TEXT: &str = "This message shows that duewatch can send mail by this channel.\nThere is nothing to do.\n";
const HTML: &str = "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>Test message</title></head>\
                    <body><h1>Test message</h1><p>This message shows that duewatch can send mail by this channel. There is \
                    nothing to do.</p></body></html>\n";

impl Watch {
    /// Sends it to one address, which must lie in an allowed domain.
    pub async fn send_test(&self, address: &str, clock: Clock) -> Result<(), String> {
        self.refuse_simulated_mail().await.map_err(|refused| refused.to_string())?;
        self.allowed.check(address).map_err(|refused| refused.to_string())?;
        let now = clock.now();
        let digest = Sha256::digest(format!("test message to {address}"));
        let mut random = [0; 10];
        random.iter_mut().zip(digest).for_each(|(byte, drawn)| *byte = drawn);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let outgoing = Outgoing {
            message_id: Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
            message_id_domain: self.message_id_domain.clone(),
            from: self.from.clone(),
            to: address.to_owned(),
            reply_to: self.reply_to.clone(),
            subject: "duewatch: a test message".to_owned(),
            text: TEXT.to_owned(),
            html: HTML.to_owned(),
            calendar: None,
            date: now,
        };
        let eml = self.channel.write(&outgoing).map_err(|error| error.to_string())?;
        let frozen = Frozen { message_id: outgoing.message_id, to: address.to_owned(), eml, repeated: false };
        match self.channel.send(&frozen).await {
            Outcome::HandedOver { .. } => Ok(()),
            Outcome::Refused { why, .. }
            | Outcome::Retry { why, .. }
            | Outcome::Shut { why, .. }
            | Outcome::Unknown { why } => Err(why),
        }
    }
}
