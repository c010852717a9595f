//! Tables by field, and sets of fields, stages and help that have one value, by which a set of projects is bounded.
#![expect(clippy::indexing_slicing, reason = "kernel: tables have a place for every value of a list")]

use domain::{Vocabulary, vocabulary::CooperationField};

use super::{
    block::{STAGES, stage_bit},
    row::ANY,
};

/// Sets of fields, of places of stages, of sets of help with one value.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) low: u32,
    pub(super) high: u32,
    pub(super) value: f32,
}

/// A value of each field, nothing for none, and one for any.
pub(super) fn by_field(value: impl Fn(CooperationField) -> f32, any: f32) -> [f32; 64] {
    let mut table = [0.0; 64];
    for field in CooperationField::ALL {
        table[field.index() & 63] = value(*field);
    }
    table[usize::from(ANY)] = any;
    table
}

/// Sets of one value each, without those that add nothing.
pub(super) fn classes(values: impl Iterator<Item = (u64, f32)>) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for (bits, value) in values.filter(|(_, value)| *value > 0.0) {
        let (low, high) = (bits as u32, (bits >> 32) as u32);
        match classes.iter_mut().find(|class| class.value.to_bits() == value.to_bits()) {
            Some(class) => {
                class.low |= low;
                class.high |= high;
            }
            None => classes.push(Class { low, high, value }),
        }
    }
    classes
}

pub(super) fn field_classes(table: &[f32; 64]) -> Vec<Class> {
    classes((0..64_u32).map(|field| (1_u64 << field, table[field as usize])))
}

/// One class for each field, so that they can be summed.
pub(super) fn single_fields(table: &[f32; 64]) -> Vec<Class> {
    (0..64_u32)
        .map(|field| (1_u64 << field, table[field as usize]))
        .filter(|(_, value)| *value > 0.0)
        .map(|(bits, value)| Class { low: bits as u32, high: (bits >> 32) as u32, value })
        .collect()
}

/// Sets of places of stages by value; those that are shut are in none.
pub(super) fn stage_classes(table: &[f32; 64]) -> Vec<Class> {
    let open = (0..STAGES).filter(|place| table[usize::from(*place)] >= 0.0);
    let mut classes: Vec<Class> = Vec::new();
    for place in open {
        let (low, value) = (stage_bit(place), table[usize::from(place)]);
        match classes.iter_mut().find(|class| class.value.to_bits() == value.to_bits()) {
            Some(class) => class.low |= low,
            None => classes.push(Class { low, high: 0, value }),
        }
    }
    classes
}
