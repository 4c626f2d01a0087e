//! What contradicts itself in how mail leaves. Only the section of the channel that is chosen is looked at.

use crate::{
    settings::{ChannelKind, FileFormat, Graph, Mail, Notify, Smtp, TlsKind},
    trust,
};

/// Reports each.
pub(super) fn problems(mail: &Mail, problem: &mut impl FnMut(bool, &str)) {
    for (key, address) in [("from", &mail.from), ("reply_to", &mail.reply_to), ("last_recipient", &mail.last_recipient)]
    {
        problem(is_mailbox(address), &format!("mail.{key}: write one address, such as duty.desk@council.example"));
    }
    problem(
        mail.envelope_from.as_deref().is_none_or(is_mailbox),
        "mail.envelope_from: write one address, such as bounces@council.example",
    );
    problem(!mail.allowed_domains.is_empty(), "mail.allowed_domains: name at least one domain that mail may go to");
    problem(!mail.corrections.trim().is_empty(), "mail.corrections: say who corrects an error and how to reach them");
    problem(
        mail.case_link.as_deref().is_none_or(|link| link.contains("{child}") && link.starts_with("https://")),
        "mail.case_link: write an https:// address with {child} where the reference belongs",
    );
    problem(
        mail.returns.maildir.is_none() || mail.returns.maildir != mail.returns.mbox,
        "mail.returns: a Maildir is a folder and an mbox a file; take out the one that it is not",
    );
    problem(
        mail.returns.maildir.is_none() || mail.returns.maildir != mail.directory,
        "mail.returns.maildir: what goes out must not be taken for what came back; name another folder than mail.directory",
    );
    match mail.channel {
        ChannelKind::Files => {
            problem(mail.directory.is_some(), "mail.directory: the channel `files` needs a folder");
        }
        ChannelKind::Smtp => match &mail.smtp {
            None => problem(false, "mail.smtp: the channel `smtp` needs a [mail.smtp] section"),
            Some(smtp) => of_smtp(smtp, problem),
        },
        ChannelKind::Notify => match &mail.notify {
            None => problem(false, "mail.notify: the channel `notify` needs a [mail.notify] section"),
            Some(notify) => of_notify(notify, mail, problem),
        },
        ChannelKind::Graph => match &mail.graph {
            None => problem(false, "mail.graph: the channel `graph` needs a [mail.graph] section"),
            Some(graph) => of_graph(graph, problem),
        },
    }
    problem(
        mail.format == FileFormat::Eml || mail.channel == ChannelKind::Files,
        "mail.format: only the channel `files` has one; take it out",
    );
}

fn of_smtp(smtp: &Smtp, problem: &mut impl FnMut(bool, &str)) {
    problem(!smtp.host.trim().is_empty(), "mail.smtp.host: name the mail server");
    problem(smtp.port > 0, "mail.smtp.port: write a port from 1 to 65535");
    problem(smtp.timeout_ms > 0, "mail.smtp.timeout_ms: write at least 1");
    problem((1..=20).contains(&smtp.connections), "mail.smtp.connections: write a number from 1 to 20");
    problem(smtp.per_minute != Some(0), "mail.smtp.per_minute: write at least 1, or take it out");
    problem(smtp.messages_per_connection > 0, "mail.smtp.messages_per_connection: write at least 1");
    let secrets = usize::from(smtp.password_file.is_some()) + usize::from(smtp.oauth.is_some());
    problem(
        secrets == usize::from(smtp.user.is_some()),
        "mail.smtp.user: goes together with either mail.smtp.password_file or [mail.smtp.oauth]",
    );
    problem(
        smtp.tls != TlsKind::None || secrets == 0,
        "mail.smtp.tls: a password must not cross an unprotected connection; use starttls or implicit",
    );
    problem(
        smtp.tls != TlsKind::None || smtp.ca_file.is_none() || smtp.oauth.is_some(),
        "mail.smtp.ca_file: means nothing without TLS; set mail.smtp.tls or take it out",
    );
    if let Some(oauth) = &smtp.oauth {
        of_tokens("mail.smtp.oauth", [&oauth.token_url, &oauth.client_id, &oauth.scope], problem);
    }
}

fn of_notify(notify: &Notify, mail: &Mail, problem: &mut impl FnMut(bool, &str)) {
    of_server("mail.notify", &notify.base_url, (notify.timeout_ms, notify.connections, notify.per_minute), problem);
    problem(
        mail.case_link.is_none(),
        "mail.case_link: GOV.UK Notify takes links out of what is filled in; take it out, and put a link to the case system into the \
         template",
    );
}

fn of_graph(graph: &Graph, problem: &mut impl FnMut(bool, &str)) {
    of_server("mail.graph", &graph.base_url, (graph.timeout_ms, graph.connections, graph.per_minute), problem);
    of_tokens("mail.graph", [&graph.token_url, &graph.client_id, &graph.scope], problem);
    problem(!graph.sender.trim().is_empty(), "mail.graph.sender: name the mailbox that sends");
}

fn of_server(
    section: &str,
    base_url: &str,
    (timeout_ms, connections, per_minute): (u64, usize, u32),
    problem: &mut impl FnMut(bool, &str),
) {
    problem(
        trust::is_protected(base_url),
        &format!("{section}.base_url: write an https:// address, without a user and a question"),
    );
    problem(timeout_ms > 0, &format!("{section}.timeout_ms: write at least 1"));
    problem((1..=20).contains(&connections), &format!("{section}.connections: write a number from 1 to 20"));
    problem(per_minute > 0, &format!("{section}.per_minute: write at least 1"));
}

fn of_tokens(section: &str, [token_url, client_id, scope]: [&str; 3], problem: &mut impl FnMut(bool, &str)) {
    problem(
        trust::is_protected(token_url),
        &format!("{section}.token_url: write the tenant's https:// address of the token endpoint"),
    );
    problem(!client_id.trim().is_empty(), &format!("{section}.client_id: write the application's id"));
    problem(!scope.trim().is_empty(), &format!("{section}.scope: name what the token is to open"));
}

fn is_mailbox(text: &str) -> bool {
    text.parse::<lettre::message::Mailbox>().is_ok()
}
