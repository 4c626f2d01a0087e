//! How mail leaves, as an operator sets it: one section a channel.
//!
//! Owns the shape and the defaults. What contradicts itself is found in `validate/mail.rs`.

use std::path::PathBuf;

use serde::Deserialize;
use uuid::Uuid;

use super::secret::SecretPlace;

/// How mail leaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Where it goes.
    pub channel: ChannelKind,
    /// The sender people see, `Name <address>` or an address.
    pub from: String,
    /// A mailbox that a person reads.
    pub reply_to: String,
    /// The envelope's sender, where bounces go. The sender people see, if left out.
    #[serde(default)]
    pub envelope_from: Option<String>,
    /// The domains mail may go to: `example.gov.uk`, or `*.gov.uk` for every name under it.
    pub allowed_domains: Vec<String>,
    /// Who is told when nobody else can be reached.
    pub last_recipient: String,
    /// Who corrects an error in the case data or the directory, as the message is to say it.
    pub corrections: String,
    /// A link into the case system; `{child}` stands for the reference.
    #[serde(default)]
    pub case_link: Option<String>,
    /// For the channel `files`: the folder.
    #[serde(default)]
    pub directory: Option<PathBuf>,
    /// For the channel `files`: how they lie in it.
    #[serde(default)]
    pub format: FileFormat,
    /// For the channel `smtp`.
    #[serde(default)]
    pub smtp: Option<Smtp>,
    /// For the channel `notify`.
    #[serde(default)]
    pub notify: Option<Notify>,
    /// For the channel `graph`.
    #[serde(default)]
    pub graph: Option<Graph>,
    /// Where mail that comes back is put.
    #[serde(default)]
    pub returns: Returns,
    /// A folder whose templates replace the shipped ones of the same name.
    #[serde(default)]
    pub templates: Option<PathBuf>,
}

/// Where mail that comes back is put. Whatever is named is read; nothing is, if neither is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Returns {
    /// A folder with `new` and `cur`.
    pub maildir: Option<PathBuf>,
    /// A file with one mail after another.
    pub mbox: Option<PathBuf>,
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ChannelKind {
    /// To a mail server.
    Smtp,
    /// To GOV.UK Notify.
    Notify,
    /// To Microsoft Graph.
    Graph,
    /// Into files.
    Files,
}

/// How files lie in their folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum FileFormat {
    /// One `.eml` a message.
    #[default]
    Eml,
    /// A Maildir.
    Maildir,
}

/// A mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its name; the certificate must be for it.
    pub host: String,
    /// Its port: 25, 587 and 465 are usual for plain, STARTTLS and implicit TLS.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsKind,
    /// The name this client greets with.
    #[serde(default = "default_hello_name")]
    pub hello_name: String,
    /// The account, where the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// Where its password lies.
    #[serde(default)]
    pub password_file: Option<SecretPlace>,
    /// Where its tokens come from, for a server that takes no password.
    #[serde(default)]
    pub oauth: Option<Oauth>,
    /// A certificate authority of the authority's own, PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long each answer of the server may take.
    #[serde(default = "default_smtp_timeout_ms")]
    pub timeout_ms: u64,
    /// How many conversations may be held with it at once.
    #[serde(default = "one")]
    pub connections: usize,
    /// How many messages may begin within a minute; as many as will go, if left out.
    #[serde(default)]
    pub per_minute: Option<u32>,
    /// How many messages one conversation may carry.
    #[serde(default = "one")]
    pub messages_per_connection: u32,
}

/// Where tokens for a mail server come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    /// The tenant's token endpoint.
    pub token_url: String,
    /// The application's id.
    pub client_id: String,
    /// Where its secret lies.
    pub client_secret_file: SecretPlace,
    /// What the token is to open.
    #[serde(default = "default_smtp_scope")]
    pub scope: String,
}

/// GOV.UK Notify.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Where an API key of the service lies.
    pub api_key_file: SecretPlace,
    /// The template that is filled with `subject` and `body`.
    #[serde(deserialize_with = "uuid")]
    pub template_id: Uuid,
    /// Where answers go, as Notify knows it. The service's own address, if left out.
    #[serde(default, deserialize_with = "some_uuid")]
    pub reply_to_id: Option<Uuid>,
    /// Where Notify is.
    #[serde(default = "default_notify_url")]
    pub base_url: String,
    /// A certificate authority of the authority's own, PEM, such as a proxy's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long each request may take.
    #[serde(default = "default_http_timeout_ms")]
    pub timeout_ms: u64,
    /// How many requests may be under way at once.
    #[serde(default = "default_notify_connections")]
    pub connections: usize,
    /// How many messages may begin within a minute.
    #[serde(default = "default_notify_per_minute")]
    pub per_minute: u32,
}

/// Microsoft Graph.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// The mailbox that sends.
    pub sender: String,
    /// The tenant's token endpoint.
    pub token_url: String,
    /// The application's id.
    pub client_id: String,
    /// Where its secret lies.
    pub client_secret_file: SecretPlace,
    /// What the token is to open.
    #[serde(default = "default_graph_scope")]
    pub scope: String,
    /// Where Graph is.
    #[serde(default = "default_graph_url")]
    pub base_url: String,
    /// A certificate authority of the authority's own, PEM, such as a proxy's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long each request may take.
    #[serde(default = "default_http_timeout_ms")]
    pub timeout_ms: u64,
    /// How many requests may be under way at once.
    #[serde(default = "default_graph_connections")]
    pub connections: usize,
    /// How many messages may begin within a minute.
    #[serde(default = "default_graph_per_minute")]
    pub per_minute: u32,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum TlsKind {
    /// Not at all: for a relay on the same machine or a trusted network.
    None,
    /// STARTTLS, required.
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

impl TryFrom<String> for ChannelKind {
    type Error = String;

    fn try_from(word: String) -> Result<ChannelKind, String> {
        match word.as_str() {
            "smtp" => Ok(ChannelKind::Smtp),
            "notify" => Ok(ChannelKind::Notify),
            "graph" => Ok(ChannelKind::Graph),
            "files" => Ok(ChannelKind::Files),
            _ => Err(format!("`{word}` is no channel; write `smtp`, `notify`, `graph` or `files`")),
        }
    }
}

impl TryFrom<String> for FileFormat {
    type Error = String;

    fn try_from(word: String) -> Result<FileFormat, String> {
        match word.as_str() {
            "eml" => Ok(FileFormat::Eml),
            "maildir" => Ok(FileFormat::Maildir),
            _ => Err(format!("`{word}` is no form of files; write `eml` or `maildir`")),
        }
    }
}

impl TryFrom<String> for TlsKind {
    type Error = String;

    fn try_from(word: String) -> Result<TlsKind, String> {
        match word.as_str() {
            "none" => Ok(TlsKind::None),
            "starttls" => Ok(TlsKind::Starttls),
            "implicit" => Ok(TlsKind::Implicit),
            _ => Err(format!("`{word}` is no protection; write `none`, `starttls` or `implicit`")),
        }
    }
}

fn uuid<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(from)?;
    Uuid::try_parse(&text)
        .map_err(|_| serde::de::Error::custom("this is no id as GOV.UK Notify shows it; copy it whole"))
}

fn some_uuid<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    uuid(from).map(Some)
}

fn default_hello_name() -> String {
    "localhost".to_owned()
}

fn one<N: From<u8>>() -> N {
    N::from(1)
}

fn default_smtp_timeout_ms() -> u64 {
    8_000
}

fn default_smtp_scope() -> String {
    "https://outlook.office365.com/.default".to_owned()
}

fn default_notify_url() -> String {
    "https://api.notifications.service.gov.uk".to_owned()
}

fn default_notify_connections() -> usize {
    4
}

fn default_notify_per_minute() -> u32 {
    3_000
}

fn default_graph_url() -> String {
    "https://graph.microsoft.com".to_owned()
}

fn default_graph_scope() -> String {
    "https://graph.microsoft.com/.default".to_owned()
}

fn default_graph_connections() -> usize {
    3
}

fn default_graph_per_minute() -> u32 {
    30
}

fn default_http_timeout_ms() -> u64 {
    10_000
}
