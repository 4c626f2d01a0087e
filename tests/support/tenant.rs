//! A tenant of our own that gives tokens to the one application that knows its secret.

#![allow(dead_code, reason = "each test file uses its own part")]

use duewatch::{
    clock::Clock,
    delivery::{TokenSettings, Tokens},
};
use secrecy::SecretString;
use serde_json::json;

use super::http::{Answer, Asked, Web};

pub(crate) const CLIENT_SECRET: &str = "Q~8-open+sesame/&=";
pub(crate) const SCOPE: &str = "https://outlook.office365.com/.default";
/// The same, as a form has it.
const FORM: &str = "grant_type=client_credentials&client_id=b1f6-7d&client_secret=Q%7E8-open%2Bsesame%2F%26%3D\
                    &scope=https%3A%2F%2Foutlook.office365.com%2F.default";

/// A server that gives `token-1`, `token-2` and so on, each for so many seconds.
pub(crate) async fn tenant(expires_in: serde_json::Value) -> Web {
    let mut given = 0;
    Web::start(move |asked| {
        if !is_asked_well(asked) {
            return Answer::json(
                401,
                &json!({ "error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret" }),
            );
        }
        given += 1;
        let token = format!("token-{given}");
        Answer::json(200, &json!({ "token_type": "Bearer", "expires_in": expires_in, "access_token": token }))
    })
    .await
}

fn is_asked_well(asked: &Asked) -> bool {
    let kind = asked.headers.get("content-type").map(String::as_str);
    asked.method == "POST"
        && asked.path == "/tenant/oauth2/v2.0/token"
        && kind == Some("application/x-www-form-urlencoded")
        && asked.body == FORM
}

pub(crate) fn settings(web: &Web) -> TokenSettings {
    TokenSettings {
        token_url: format!("{}/tenant/oauth2/v2.0/token", web.url()),
        client_id: "b1f6-7d".to_owned(),
        client_secret: SecretString::from(CLIENT_SECRET),
        scope: SCOPE.to_owned(),
        timeout_ms: 1_000,
        ca_file: None,
    }
}

pub(crate) fn tokens(web: &Web) -> Tokens {
    Tokens::new(settings(web), Clock::System).expect("settings")
}
