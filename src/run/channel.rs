//! From the settings to the way out that they name.

use std::sync::Arc;

use super::watch::{WatchError, bare};
use crate::{
    clock::Clock,
    delivery::{
        Channel, FileDrop, Graph, GraphSettings, Maildir, Notify, NotifySettings, Smtp, SmtpSettings, Timeouts, Tls,
        TokenSettings, Tokens,
    },
    settings::{self, ChannelKind, FileFormat, Mail, Settings, TlsKind},
};

/// The channel by which an authority's mail leaves. Secrets are read here, once.
pub(super) fn channel(settings: &Settings) -> Result<Arc<dyn Channel>, WatchError> {
    let mail = &settings.mail;
    match (mail.channel, &mail.smtp, &mail.notify, &mail.graph) {
        (ChannelKind::Smtp, Some(smtp), _, _) => to_server(mail, smtp),
        (ChannelKind::Notify, _, Some(notify), _) => to_notify(notify),
        (ChannelKind::Graph, _, _, Some(graph)) => to_graph(graph),
        _ => Ok(into_files(mail)),
    }
}

fn into_files(mail: &Mail) -> Arc<dyn Channel> {
    let folder = mail.directory.clone().unwrap_or_default();
    match mail.format {
        FileFormat::Eml => Arc::new(FileDrop::new(folder)),
        FileFormat::Maildir => Arc::new(Maildir::new(folder)),
    }
}

fn to_server(mail: &Mail, smtp: &settings::Smtp) -> Result<Arc<dyn Channel>, WatchError> {
    let credentials = match (&smtp.user, &smtp.password_file) {
        (Some(user), Some(place)) => Some((user.clone(), place.read("the password of the mail server")?)),
        _ => None,
    };
    let sender = mail.envelope_from.as_deref().unwrap_or(&mail.from);
    let server = Smtp::new(SmtpSettings {
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
    })?;
    let (Some(user), Some(oauth)) = (&smtp.user, &smtp.oauth) else { return Ok(Arc::new(server)) };
    let tokens = TokenSettings {
        token_url: oauth.token_url.clone(),
        client_id: oauth.client_id.clone(),
        client_secret: oauth.client_secret_file.read("the client's secret for the mail server")?,
        scope: oauth.scope.clone(),
        timeout_ms: smtp.timeout_ms,
        ca_file: smtp.ca_file.clone(),
    };
    let tokens = Tokens::new(tokens, Clock::System).map_err(http("mail.smtp.oauth"))?;
    Ok(Arc::new(server.with_tokens(user.clone(), tokens)?))
}

fn to_notify(notify: &settings::Notify) -> Result<Arc<dyn Channel>, WatchError> {
    let settings = NotifySettings {
        base_url: notify.base_url.clone(),
        api_key: notify.api_key_file.read("the API key of GOV.UK Notify")?,
        template_id: notify.template_id,
        reply_to_id: notify.reply_to_id,
        timeout_ms: notify.timeout_ms,
        connections: notify.connections,
        per_minute: Some(notify.per_minute),
        ca_file: notify.ca_file.clone(),
    };
    Ok(Arc::new(Notify::new(settings, Clock::System)?))
}

fn to_graph(graph: &settings::Graph) -> Result<Arc<dyn Channel>, WatchError> {
    let tokens = TokenSettings {
        token_url: graph.token_url.clone(),
        client_id: graph.client_id.clone(),
        client_secret: graph.client_secret_file.read("the client's secret for Microsoft Graph")?,
        scope: graph.scope.clone(),
        timeout_ms: graph.timeout_ms,
        ca_file: graph.ca_file.clone(),
    };
    let tokens = Tokens::new(tokens, Clock::System).map_err(http("mail.graph"))?;
    let settings = GraphSettings {
        base_url: graph.base_url.clone(),
        sender: graph.sender.clone(),
        timeout_ms: graph.timeout_ms,
        connections: graph.connections,
        per_minute: Some(graph.per_minute),
        ca_file: graph.ca_file.clone(),
    };
    Ok(Arc::new(Graph::new(settings, tokens, Clock::System).map_err(http("mail.graph"))?))
}

fn http(key: &'static str) -> impl FnOnce(crate::delivery::HttpRefused) -> WatchError {
    move |source| WatchError::Http { key, source }
}
