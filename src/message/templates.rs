//! Templates: the shipped ones, and an authority's own.
//!
//! Owns how they are read and rendered: strictly, so that a field which does not exist is an error and never an empty
//! place; and escaped, so that a value from the case data is text and never markup. Must not know any wording.

use std::{collections::BTreeMap, fmt::Write};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, Template, UndefinedBehavior, Value, escape_formatter,
    syntax::SyntaxConfig, value::Serde,
};

use super::{
    lookups::outside,
    proof,
    template_error::{TemplateError, refused, told},
    view::View,
};

pub(super) const TEXT: &str = "message.txt.j2";
pub(super) const HTML: &str = "message.html.j2";
const WORDS: &str = "words.j2";

/// The shipped templates by file name. An authority's own replace them one by one.
const SHIPPED: [(&str, &str); 3] = [
    (WORDS, include_str!("../../config/templates/words.j2")),
    (TEXT, include_str!("../../config/templates/message.txt.j2")),
    (HTML, include_str!("../../config/templates/message.html.j2")),
];

/// The wording of messages, ready to use.
#[derive(Debug)]
pub struct Templates {
    env: Environment<'static>,
}

impl Templates {
    /// The templates that come with duewatch. An error here is a fault of the build, which its tests exclude.
    pub fn shipped() -> Result<Templates, TemplateError> {
        Templates::read(&BTreeMap::new())
    }

    /// An authority's own templates by file name (`message.txt.j2`, `message.html.j2`, `words.j2`), the shipped ones
    /// standing in for those not given. A field that messages may not show is refused wherever it stands, whether anything
    /// ever reaches it or not. Then they are tried on a sample of every kind of notice: a duty of every message left out,
    /// or a value let through unescaped, is refused here and not at sending.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Templates, TemplateError> {
        let templates = Templates::read(files)?;
        templates.hold_to_fields()?;
        proof::prove(&templates)?;
        Ok(templates)
    }

    fn read(files: &BTreeMap<String, String>) -> Result<Templates, TemplateError> {
        if let Some(named) = files.keys().find(|named| SHIPPED.iter().all(|(name, _)| name != named)) {
            return Err(TemplateError::Unknown { named: named.clone() });
        }
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|name| if name == HTML { AutoEscape::Html } else { AutoEscape::None });
        env.set_formatter(escape);
        // Debug keeps where in the template an error arose. What it keeps of the values is never printed.
        env.set_debug(true);
        for global in ["debug", "range"] {
            env.remove_global(global);
        }
        // What a macro has escaped already stays as it is, or a reader would see the escapes.
        env.add_filter("sentence", |text: &Value| {
            let sentence = sentence(&text.to_string());
            if text.is_safe() { Value::from_safe_string(sentence) } else { Value::from(sentence) }
        });
        env.set_syntax(syntax());
        for (name, shipped) in SHIPPED {
            let text = files.get(name).map_or(shipped, String::as_str);
            env.add_template_owned(name, text.to_owned()).map_err(|error| told(&error, name))?;
        }
        Ok(Templates { env })
    }

    pub(super) fn render(&self, name: &str, view: &View) -> Result<String, TemplateError> {
        let rendered = self.env.get_template(name).and_then(|template| template.render(Value::from(Serde(view))));
        rendered.map_err(|error| told(&error, name))
    }

    /// Every lookup of every template is on the list.
    fn hold_to_fields(&self) -> Result<(), TemplateError> {
        let templates: Vec<(&'static str, Template)> =
            SHIPPED.iter().filter_map(|(name, _)| Some((*name, self.env.get_template(name).ok()?))).collect();
        let sources: Vec<(&'static str, &str)> =
            templates.iter().map(|(name, template)| (*name, template.source())).collect();
        for (name, source) in &sources {
            outside(name, &sources, &syntax()).map_err(|found| refused(name, source, found))?;
        }
        Ok(())
    }
}

fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default()
}

/// Escapes what HTML needs escaped and leaves the slash, so that references and links stay legible in the source.
fn escape(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let (AutoEscape::Html, false, Some(text)) = (state.auto_escape(), value.is_safe(), value.as_str()) else {
        return escape_formatter(out, state, value);
    };
    let failed = |_| Error::new(ErrorKind::WriteFailure, "no room for the message");
    for c in text.chars() {
        match c {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#39;"),
            plain => out.write_char(plain),
        }
        .map_err(failed)?;
    }
    Ok(())
}

/// A full stop at the end where it is missing, and a capital at the start where the first word is plainly a word: a
/// reference keeps its case.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let first_word = text.split(' ').next().unwrap_or_default().trim_end_matches([',', ':', ';']);
    let mut sentence = String::with_capacity(text.len() + 1);
    let mut rest = text.chars();
    if first_word.chars().all(char::is_lowercase) {
        sentence.extend(rest.next().into_iter().flat_map(char::to_uppercase));
    }
    sentence.push_str(rest.as_str());
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::{
            compose,
            sample::{letter, line},
        },
        procedure::NoticeKind,
    };

    fn own(name: &str, change: impl Fn(&str) -> String) -> BTreeMap<String, String> {
        let shipped = SHIPPED.iter().find(|(known, _)| *known == name).unwrap().1;
        let changed = change(shipped);
        assert_ne!(changed, shipped, "the change of the test must take");
        BTreeMap::from([(name.to_owned(), changed)])
    }

    fn refusal(files: &BTreeMap<String, String>) -> String {
        Templates::parse(files).unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_templates_pass_their_own_proof() {
        proof::prove(&Templates::shipped().unwrap()).unwrap();
    }

    #[test]
    fn an_authority_may_change_the_words() {
        let files = own(WORDS, |text| text.replace("\"Due soon\"", "\"Coming up\""));
        let message =
            compose(&letter(vec![line(NoticeKind::Reminder, "C-1")]), &Templates::parse(&files).unwrap()).unwrap();
        assert!(message.text.starts_with("COMING UP: Do the sample task\n"), "{}", message.text);
        assert!(message.html.contains(">Coming up</span>"));
    }

    /// Where a text begins in a template, counted by hand: its line and the character in it.
    fn place(text: &str, of: &str) -> String {
        let (before, _) = text.split_once(of).unwrap();
        let (line, column) = (before.lines().count(), before.lines().last().unwrap().chars().count());
        format!("line {line}, column {}", column + 1)
    }

    #[test]
    fn a_field_outside_the_list_is_refused_with_its_line_and_column() {
        // In words, in a place that every message reaches, and behind a comment that speaks of it.
        let files = own(TEXT, |text| {
            format!("{{# child_name: é #}}{{% if children %}}é {{{{ child_name }}}}{{% endif %}}{text}")
        });
        assert_eq!(
            refusal(&files),
            "template `message.txt.j2`, line 1, column 42: `child_name` is no field a message may show; correct the name \
             or take it out"
        );
        for (name, was, becomes, refused) in [
            (TEXT, "{{ task.citation }}", "{{ task.child_name }}", "task.child_name"),
            (TEXT, "You can reply.", "{% if false %}{{ address }}{% endif %}", "address"),
            (
                TEXT,
                "You can reply.",
                "{% if matters == 99 %}{{ groups[0].child_name }}{% endif %}",
                "groups[0].child_name",
            ),
            (HTML, "{% if undone %}", "{% if undone %}{{ group.reference }}", "group.reference"),
            (HTML, "You can reply.", "{{ groups[0].families[0][\"name\"] }}", "groups[0].families[0][\"name\"]"),
            (HTML, "You can reply.", "{{ groups[0][\"na\" ~ \"me\"] }}", "groups[0][\"na\" ~ \"me\"]"),
            (HTML, "You can reply.", "{{ subject.born }}", "subject.born"),
            (HTML, "You can reply.", "{{ roles.born }}", "roles.born"),
            (HTML, "You can reply.", "{% set rest = folded | first %}{{ rest.born }}", "rest.born"),
            (HTML, "You can reply.", "{% for group in groups if group.born %}{% endfor %}", "group.born"),
            (HTML, "You can reply.", "{{ words.no_such_word }}", "words.no_such_word"),
            (HTML, "You can reply.", "{{ debug() }}", "debug"),
            (HTML, "You can reply.", "{{ range(9) }}", "range"),
            (WORDS, "{{ task.title if", "{{ task.born if", "task.born"),
        ] {
            let files = own(name, |text| text.replacen(was, becomes, 1));
            let place = place(&files[name], refused);
            let expected = format!("template `{name}`, {place}: `{refused}` is no field a message may show; ");
            assert!(refusal(&files).starts_with(&expected), "{becomes}: {}", refusal(&files));
        }
    }

    #[test]
    fn a_filter_or_a_test_that_reads_a_field_by_its_name_is_refused() {
        for (expression, fault) in [
            ("groups | map(attribute=\"of\")", "the filter `map` is not on offer here"),
            ("groups[0] | attr(\"born\")", "the filter `attr` is not on offer here"),
            ("groups | selectattr(\"born\")", "the filter `selectattr` is not on offer here"),
            ("authority | safe", "the filter `safe` is not on offer here"),
            ("groups | sort(attribute=\"born\")", "the filter `sort` may not be handed the name of a field"),
            ("groups | join(\" \", \"born\")", "the filter `join` may not be handed the name of a field"),
            ("groups | sort(**{\"attribute\": \"born\"})", "the filter `sort` may not be handed the name of a field"),
            ("groups is filter", "the test `filter` is not on offer here"),
        ] {
            let unreached = format!("{{% if matters == 99 %}}{{{{ {expression} }}}}{{% endif %}}");
            let files = own(HTML, |text| text.replace("You can reply.", &unreached));
            assert!(refusal(&files).ends_with(&format!(": {fault}")), "{expression}: {}", refusal(&files));
        }
        let elsewhere = own(HTML, |text| format!("{{% if false %}}{{% include \"x.j2\" %}}{{% endif %}}{text}"));
        assert!(refusal(&elsewhere).ends_with("there is no template of that name"), "{}", refusal(&elsewhere));
    }

    #[test]
    fn what_a_template_names_itself_is_no_field() {
        let own_names = "{% set ns = namespace(n=0) %}{% set ns.n = ns.n + 1 %}{% with a = {\"b\": 1} %}{{ a.b }}{% endwith %}\
                         {% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(1) %}{{ ns.n }}{% endcall %}\
                         {% for g in groups %}{{ loop.index }}{{ (g.families | first).references[0] }}{% endfor %}\
                         {% for k, n in dict(a=1) | default({}) %}{% endfor %}{% filter upper %}a{% endfilter %}";
        let files =
            own(TEXT, |text| text.replace("You can reply.", &format!("{{% if false %}}{own_names}{{% endif %}}")));
        Templates::parse(&files).unwrap();
    }

    #[test]
    fn what_every_message_must_say_cannot_be_left_out() {
        for (name, words, what) in [
            (TEXT, "{{ data_as_of }}", "how old the case data is"),
            (HTML, "{{ data_as_of }}", "how old the case data is"),
            (HTML, "{{ corrections }}", "who corrects an error"),
            (TEXT, "Why you: {{ d.because | sentence }}", "why this person is told"),
            (HTML, "<q>{{ task.quote }}</q>", "the quoted words"),
            (WORDS, "today, {{ matter.due }}", "the due day"),
            (WORDS, "{{ task.strict }}.", "the earliest defensible day"),
            (WORDS, "{{ listed(task.references) }}", "a reference that is only counted"),
            (HTML, "{{ group.worker }}", "the lead worker"),
            (HTML, "\"Lead worker \" ~ group.worker", "the lead worker"),
        ] {
            let files = own(name, |text| text.replace(words, if words.starts_with('"') { "\"\"" } else { "" }));
            let refused = refusal(&files);
            assert!(refused.contains(&format!("leaves out {what} in a message of kind `")), "{name}: {refused}");
        }
    }

    #[test]
    fn a_template_that_turns_escaping_off_or_reaches_out_is_refused() {
        let raw = own(HTML, |text| {
            text.replace("{{ authority }}", "{% autoescape false %}{{ authority }}{% endautoescape %}")
        });
        assert!(refusal(&raw).contains("lets values through unescaped"), "{}", refusal(&raw));
        let picture = own(HTML, |text| text.replace("<body", "<IMG alt=x><body"));
        assert_eq!(refusal(&picture), "template `message.html.j2` loads a picture; take it out");
    }

    #[test]
    fn a_broken_or_unknown_file_is_named() {
        let broken = BTreeMap::from([(TEXT.to_owned(), "one\n{% if %}".to_owned())]);
        let Err(TemplateError::Broken { template, line, .. }) = Templates::parse(&broken) else {
            unreachable!("a broken template was taken")
        };
        assert_eq!((template.as_str(), line), (TEXT, 2));
        let stray = BTreeMap::from([("mesage.txt.j2".to_owned(), String::new())]);
        assert!(refusal(&stray).contains("no template `mesage.txt.j2`"));
    }

    #[test]
    fn an_error_on_a_real_letter_quotes_the_template_and_not_the_letter() {
        // A branch that no sample takes.
        let files = own(TEXT, |text| {
            text.replace("You can reply.", "{% if children == 99 %}{{ authority - 1 }}{% endif %}You can reply.")
        });
        let templates = Templates::parse(&files).unwrap();
        let mut secret = letter((0..99).map(|child| line(NoticeKind::Due, &format!("C-{child}"))).collect());
        secret.authority = "MARKER".into();
        let error = compose(&secret, &templates).unwrap_err().to_string();
        assert!(error.contains("invalid operation in `authority - 1`"), "{error}");
        assert!(!error.contains("MARKER"), "{error}");
    }

    #[test]
    fn a_sentence_begins_and_ends_as_one() {
        assert_eq!(sentence("the manager is told"), "The manager is told.");
        assert_eq!(sentence("Done!"), "Done!");
        assert_eq!(sentence("école"), "École.");
        assert_eq!(sentence("a visit"), "A visit.");
        assert_eq!(sentence("c-12 is open"), "c-12 is open.");
        assert_eq!(sentence(" "), "");
    }
}
