//! What a record must say before a rule can be judged.
//!
//! Owns this for every shape. Must not know what any record says. An attribute whose silence only leaves something open (a
//! clock that is taken to run, an interval that falls back on the rule's own) is not needed.

use super::{Between, Limit, MetBy, Order, Relation, Rule, Selector, Shape, Standing, Test};
use crate::record::{FactKind, Need};

impl Rule {
    /// What the rule needs, each once, in no order that means anything.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = match &self.shape {
            Shape::Deadline(shape) => {
                let mut needs = trigger(&shape.of);
                match &shape.met_by {
                    MetBy::Fact(selector) => needs.extend(evidence(selector)),
                    MetBy::Dates(names) => needs.extend(dates(shape.of.fact, names)),
                }
                if !shape.from.is_empty() {
                    needs.push(Need::attribute(shape.of.fact, &shape.from));
                }
                if let Limit::By(name) = shape.limit {
                    needs.push(Need::attribute(shape.of.fact, &[name]));
                }
                needs
            }
            Shape::Recurring(shape) => {
                let mut needs = evidence(&shape.met_by);
                // Without a figure of its own the rule rests on the one that somebody sets.
                let set = shape.weeks_set_by.filter(|_| shape.every.is_none());
                needs.extend(set.map(|set| Need::attribute(set.fact, &[set.attribute])));
                needs
            }
            Shape::Between(Between::Gap { of, next, met_by, .. }) => {
                let mut needs = trigger(of);
                let dates: Vec<&str> = next.iter().copied().chain(of.fact.booked()).collect();
                if !dates.is_empty() {
                    needs.push(Need::attribute(of.fact, &dates));
                }
                needs.extend(evidence(met_by));
                needs
            }
            Shape::Between(Between::EveryNth { of, flag, .. }) => {
                let mut needs = evidence(of);
                needs.push(Need::attribute(of.fact, &[flag]));
                needs
            }
            Shape::Standing(Standing::NoneOpen { of, .. }) => evidence(of),
            Shape::Standing(Standing::NotSet { of, attributes }) => {
                let said = |name: &&'static str| {
                    // A date to come is also said by the next one, once it is arranged.
                    let same_kind = of.fact.of_date_ahead(name) == of.fact;
                    let next = of.fact.booked().filter(|_| of.fact.is_date_ahead(name) && same_kind);
                    let any_of: Vec<&str> = [*name].into_iter().chain(next).collect();
                    Need::attribute(of.fact, &any_of)
                };
                trigger(of).into_iter().chain(attributes.iter().map(said)).collect()
            }
            // A death stands on the child's own row too.
            Shape::Alert(_) if self.after_death => Vec::new(),
            // An alert stands until the record shows that it was acted on, whether or not a record could ever show it.
            Shape::Alert(shape) => trigger(&shape.on),
            Shape::Before(shape) => {
                let mut needs = trigger(&shape.of);
                match &shape.met_by {
                    MetBy::Fact(selector) => needs.extend(evidence(selector)),
                    MetBy::Dates(names) => needs.extend(dates(shape.of.fact, names)),
                }
                needs
            }
            Shape::Window(shape) => evidence(&shape.of),
            Shape::Order(Order::Before { first, then, .. } | Order::Apart { first, then }) => {
                let mut needs = evidence(first);
                needs.extend(trigger(then));
                needs
            }
            Shape::Order(Order::Only { of, must }) => {
                let said = must.iter().map(|test| Need::attribute(of.fact, &[test.attribute()]));
                trigger(of).into_iter().chain(said).collect()
            }
            Shape::Report(_) | Shape::Check(_) | Shape::Guidance(_) => Vec::new(),
        };
        needs.sort();
        needs.dedup();
        needs
    }
}

fn dates(fact: FactKind, names: &[&str]) -> impl Iterator<Item = Need> {
    names.iter().map(move |name| Need::attribute(fact, &[name]))
}

/// What starts something: the fact, and every answer that it waits for. A fact that is silent on one starts nothing, so where the
/// question is never asked nothing ever starts.
fn trigger(selector: &Selector) -> Vec<Need> {
    let waited_for = |name: &str| {
        let asked = selector.fact.answers().iter().find(|answer| answer.name == name);
        asked.is_some_and(|answer| !answer.required)
    };
    let tests = selector.tests.iter().filter(|test| test.needs_an_answer());
    let answers = tests.map(Test::attribute).filter(|name| waited_for(name));
    let answers = answers.map(|name| Need::attribute(selector.fact, &[name]));
    [Need::fact(selector.fact)].into_iter().chain(answers).collect()
}

/// What a fact must say to count as evidence: all that it is tested for, and who made it where that matters.
fn evidence(selector: &Selector) -> Vec<Need> {
    let tests = selector.tests.iter().filter(|test| test.needs_an_answer());
    let tested = tests.map(|test| Need::attribute(selector.fact, &[test.attribute()]));
    let mut needs: Vec<Need> = [Need::fact(selector.fact)].into_iter().chain(tested).collect();
    if let (Some(maker), [first, rest @ ..]) = (selector.fact.made_by(), selector.by.as_slice()) {
        needs.push(Need::attribute(selector.fact, &[maker]));
        // Of several relations any one is enough.
        if rest.is_empty() {
            needs.push(Need::fact(match first {
                Relation::LeadWorker => FactKind::Allocation,
                Relation::CoreGroupProfessional => FactKind::Membership,
            }));
        }
    }
    needs
}
