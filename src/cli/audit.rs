//! `duewatch audit`: whether the record is whole, and the evidence of one child.

use std::{fs, path::Path, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Ending, Failure, Outcome, audit_page, output};
use crate::{
    clock::Clock,
    ledger::{Evidence, Verified},
    procedure::DutyId,
    record::ChildRef,
    run::{in_force, open_ledger},
    settings::Settings,
};

/// The record of what was done.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Goes over the whole chain: anything changed, missing, reordered or cut off is named, and the exit code is 1.
    Verify(Verify),
    /// The evidence of one child: its deadlines, who was told what and when, who put what off.
    Export(Export),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: TextOrJson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TextOrJson {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The child's reference.
    #[arg(long)]
    child: String,
    /// How to write it.
    #[arg(long, value_enum, default_value = "json")]
    format: JsonOrPage,
    /// Into this file instead of standard output. It must not exist.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum JsonOrPage {
    /// One object a line: a head, then every entry in the order done.
    Json,
    /// A page to read or print.
    Html,
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Audit) -> Outcome {
    let settings = Settings::load(config)?;
    let ledger = open_ledger(&settings, false).await?;
    let identity = ledger.identity_of(&settings.authority.id).await?;
    let verified = ledger.verify().await?;
    match command {
        Audit::Verify(verify) => report(&verified, ledger.name(), verify.format),
        Audit::Export(export) => {
            let child = ChildRef(export.child.trim().into());
            let evidence = ledger.evidence(&child).await?;
            if evidence.is_empty() {
                return Err(Failure(
                    "the ledger has no evidence of that reference: it was never judged, or its time is over".to_owned(),
                ));
            }
            let end = ledger.chain_end().await?;
            let head = json!({
                "what": "export",
                "authority": identity.authority,
                "ledger": identity.ledger_id.to_string(),
                "child": child,
                "exported_at": Clock::System.now(),
                "links": end.n,
                "chain_end": end.hash,
                "breaks": verified.breaks.iter().map(ToString::to_string).collect::<Vec<_>>(),
            });
            let text = match export.format {
                JsonOrPage::Json => lines(&head, &evidence),
                JsonOrPage::Html => {
                    // The evidence is older than the procedure may be: what that cannot tell is shown by its id.
                    let procedure = in_force(&settings.authority).ok();
                    let title = |duty: &str| Some(procedure.as_ref()?.rule(&DutyId(duty.into()))?.title.clone());
                    audit_page::page(&head, &evidence, title)
                }
            };
            put(&text, export.to.as_deref())?;
            if !verified.breaks.is_empty() {
                output::complain(
                    "the chain is broken, and the export says so; `duewatch audit verify` names the places",
                );
            }
        }
    }
    ledger.close().await;
    Ok(if verified.breaks.is_empty() { Ending::Well } else { Ending::NeedsAttention })
}

fn report(verified: &Verified, ledger: &str, format: TextOrJson) {
    let Verified { links, entries, expired, breaks } = verified;
    if format == TextOrJson::Json {
        let breaks: Vec<String> = breaks.iter().map(ToString::to_string).collect();
        output::line(&json!({ "links": links, "entries": entries, "expired": expired, "breaks": breaks }).to_string());
        return;
    }
    for at in breaks {
        output::line(&format!("BREAK  {at}"));
    }
    output::line(&format!(
        "{ledger}: {links} links with {entries} entries, {expired} of them expired; {}.",
        match breaks.len() {
            0 => "whole".to_owned(),
            1 => "1 break".to_owned(),
            more => format!("{more} breaks"),
        }
    ));
}

fn lines(head: &Value, evidence: &[Evidence]) -> String {
    let entries = evidence.iter().map(|entry| {
        let Evidence { n, deed, at, place, hash, payload } = entry;
        json!({ "link": n, "deed": deed, "at": at, "place": place, "hash": hash, "entry": payload })
    });
    std::iter::once(head.clone()).chain(entries).map(|line| line.to_string() + "\n").collect()
}

fn put(text: &str, to: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = to else {
        text.lines().for_each(output::line);
        return Ok(());
    };
    let failed = |error: std::io::Error| Failure(format!("cannot write {}: {error}", path.display()));
    // Evidence is not to be read by whoever has an account on the machine, nor written over another.
    let mut file = private_file(path).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
}

fn private_file(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}
