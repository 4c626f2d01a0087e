//! What is known at an instant: who works where, and what is on record of each child.

use duewatch::{
    directory::{Directory, Person},
    record::{PersonRef, Supply},
};

use super::{Change, Child, Table};

pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) children: Vec<Child>,
    pub(super) supply: Supply,
}

impl World {
    /// As a table begins.
    pub(crate) fn of(table: &Table) -> World {
        let mut children = table.children.clone();
        if children.is_empty() {
            children.push(Child::called("C1", None));
        }
        World { directory: table.directory.clone(), children, supply: Supply::default() }
    }

    /// Takes in what has become known. What a mail server did or somebody put off is not of it.
    pub(crate) fn learn(&mut self, change: &Change) {
        match change {
            Change::Fact(child, fact) => {
                let facts = &mut self.child(child).facts;
                facts.retain(|old| (old.kind, &old.id) != (fact.kind, &fact.id));
                facts.push((**fact).clone());
            }
            Change::Without(child, kind, id) => {
                self.child(child).facts.retain(|old| old.kind != *kind || old.id.0 != *id);
            }
            Change::Died(child, on) => self.child(child).died_on = Some(*on),
            Change::Away(absence) => self.directory.add_absence(absence.clone()),
            Change::Person(person) => drop(self.directory.people.insert(person.person.clone(), (**person).clone())),
            Change::Never(kind, None) => drop(self.supply.no_facts.insert(*kind)),
            Change::Never(kind, Some(attribute)) => {
                self.supply.never_filled.insert((*kind, attribute.clone()));
            }
            Change::Supplied => self.supply = Supply::default(),
            Change::Refused(_) | Change::Rest { .. } => {}
        }
    }

    pub(super) fn person(&mut self, id: &str) -> &mut Person {
        self.directory.people.get_mut(&PersonRef(id.into())).expect("a person of the table")
    }

    fn child(&mut self, id: &str) -> &mut Child {
        self.children.iter_mut().find(|child| child.id == id).expect("a child of the table")
    }
}
