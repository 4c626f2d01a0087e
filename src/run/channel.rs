//! From the settings to the way out that they name.

use secrecy::SecretString;

use super::watch::{WatchError, bare, read_to_string};
use crate::{
    delivery::{Channel, FileDrop, Smtp, SmtpSettings, Timeouts, Tls},
    settings::{ChannelKind, Settings, TlsKind},
};

/// The channel by which an authority's mail leaves. Secrets are read here, once.
pub(super) fn channel(settings: &Settings) -> Result<Box<dyn Channel>, WatchError> {
    let mail = &settings.mail;
    let (ChannelKind::Smtp, Some(smtp)) = (mail.channel, &mail.smtp) else {
        return Ok(Box::new(FileDrop::new(mail.directory.clone().unwrap_or_default())));
    };
    let credentials = match (&smtp.user, &smtp.password_file) {
        (Some(user), Some(path)) => {
            let password = read_to_string("a password", path)?;
            Some((user.clone(), SecretString::from(password.trim_end())))
        }
        _ => None,
    };
    let sender = mail.envelope_from.as_deref().unwrap_or(&mail.from);
    let settings = SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            TlsKind::None => Tls::None,
            TlsKind::Starttls => Tls::StartTls,
            TlsKind::Implicit => Tls::Implicit,
        },
        credentials,
        hello_name: smtp.hello_name.clone(),
        envelope_from: bare(sender),
        timeouts: Timeouts { connect_ms: smtp.timeout_ms, reply_ms: smtp.timeout_ms, end_of_data_ms: smtp.timeout_ms },
        connections: smtp.connections,
        per_minute: smtp.per_minute,
        messages_per_connection: smtp.messages_per_connection,
        ca_file: smtp.ca_file.clone(),
    };
    Ok(Box::new(Smtp::new(settings)?))
}
