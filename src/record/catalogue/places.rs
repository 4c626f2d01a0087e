//! Where an attribute stands among those of its kind, found by its name without a look at the others.
//!
//! Owns one index a kind, made from the table when first asked. Must not know what an attribute means. A record is asked for
//! attributes by name hundreds of times a child, and a conference has ninety of them.

use std::sync::LazyLock;

use super::{Attribute, FactKind};

/// The attributes of one kind, and where each stands.
pub(super) struct Places {
    attributes: Box<[&'static Attribute]>,
    /// The place of an attribute at the slot that its name says, or at the next one that was free. A power of two, and at
    /// least twice as many as attributes.
    slots: Box<[Option<u16>]>,
    /// The place of the date that says when it happened.
    pub(super) happened: usize,
    /// `booked_on`, where it has one.
    pub(super) booked: Option<&'static str>,
    /// `ended_on`, where it has one.
    pub(super) ended: Option<&'static str>,
}

/// In the order of the kinds.
static PLACES: LazyLock<[Places; FactKind::ALL.len()]> = LazyLock::new(|| FactKind::ALL.map(Places::new));

impl Places {
    pub(super) fn of(kind: FactKind) -> &'static Places {
        let all: &'static [Places; FactKind::ALL.len()] = &PLACES;
        all.get(kind as usize).unwrap_or(&all[0])
    }

    fn new(kind: FactKind) -> Places {
        let attributes: Box<[&Attribute]> = kind.attributes().collect();
        let mut slots = vec![None; (2 * attributes.len()).next_power_of_two()];
        for (place, attribute) in (0..).zip(&attributes) {
            let mut at = slot(attribute.name);
            let free =
                |slots: &[Option<u16>], at: usize| slots.get(at & (slots.len() - 1)).is_some_and(Option::is_none);
            while !free(&slots, at) {
                at += 1;
            }
            let at = at & (slots.len() - 1);
            if let Some(slot) = slots.get_mut(at) {
                *slot = Some(place);
            }
        }
        let mut places = Places { attributes, slots: slots.into(), happened: 0, booked: None, ended: None };
        places.happened = places.find(kind.happened()).map_or(0, |(place, _)| place);
        places.booked = places.find("booked_on").map(|(_, attribute)| attribute.name);
        places.ended = places.find("ended_on").map(|(_, attribute)| attribute.name);
        places
    }

    pub(super) fn find(&self, name: &str) -> Option<(usize, &'static Attribute)> {
        let mut at = slot(name);
        loop {
            // There is always a free slot, so the search ends.
            let place = usize::from((*self.slots.get(at & (self.slots.len() - 1))?)?);
            let attribute = *self.attributes.get(place)?;
            if attribute.name == name {
                return Some((place, attribute));
            }
            at += 1;
        }
    }
}

/// Names differ in how they begin, how they end or how long they are.
fn slot(name: &str) -> usize {
    let bytes = name.as_bytes();
    let short = || bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let first = bytes.first_chunk().map_or_else(short, |first| u64::from_le_bytes(*first));
    let last = bytes.last_chunk().map_or(0, |last| u64::from_le_bytes(*last));
    let mixed = (first ^ last.rotate_left(23) ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 48).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_is_found_where_it_stands_and_no_other_name_is() {
        for kind in FactKind::ALL {
            let places = Places::of(kind);
            for (place, attribute) in kind.attributes().enumerate() {
                let found = places.find(attribute.name).map(|(place, found)| (place, found.name));
                assert_eq!(found, Some((place, attribute.name)), "{kind:?}");
                assert!(places.find(&format!("{}x", attribute.name)).is_none());
            }
            assert!(places.find("").is_none() && places.find("no_such_attribute_on").is_none());
        }
    }
}
