//! The price list of fields.
//!
//! One unit is about what a plain field of a row costs. A field that is not listed weighs 1 and has one row.

pub use super::super::cost::SERVED_COSTS;

/// How many rows a field has, which is what everything below it is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// One.
    One,
    /// A list whose length the schema bounds, or that is short by nature.
    Short(u32),
    /// As many as `first` or `last` asks for, whichever is more.
    Page,
    /// As many as the argument of this name asks for.
    Count(&'static str),
    /// As many as the list in the argument of this name is long.
    Items(&'static str),
}

/// The price of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldCost {
    /// Type that has the field; without it, whichever type has.
    pub parent: Option<&'static str>,
    /// Name of the field.
    pub field: &'static str,
    /// Units for each time that the field is resolved, without what is below it.
    pub weight: u32,
    /// Rows.
    pub rows: Rows,
    /// Whether it ranks the whole catalog, whatever the page.
    pub ranks: bool,
}

impl FieldCost {
    /// A field of one row, of whichever type.
    pub const fn new(field: &'static str, weight: u32) -> Self {
        Self { parent: None, field, weight, rows: Rows::One, ranks: false }
    }

    /// A field of a page of rows, sized by `first` and `last`.
    pub const fn page(field: &'static str, weight: u32) -> Self {
        Self::new(field, weight).rows(Rows::Page)
    }

    /// A field of a short list.
    pub const fn short(field: &'static str, rows: u32) -> Self {
        Self::new(field, 1).rows(Rows::Short(rows))
    }

    /// The same field of one type only.
    #[must_use]
    pub const fn of(self, parent: &'static str) -> Self {
        Self { parent: Some(parent), ..self }
    }

    /// The same field with other rows.
    #[must_use]
    pub const fn rows(self, rows: Rows) -> Self {
        Self { rows, ..self }
    }

    /// The same field, as one that ranks the catalog.
    #[must_use]
    pub const fn ranks(self) -> Self {
        Self { ranks: true, ..self }
    }

    const fn most_rows(&self) -> u32 {
        match self.rows {
            Rows::One => 1,
            Rows::Short(rows) => rows,
            Rows::Page | Rows::Count(_) | Rows::Items(_) => u32::MAX,
        }
    }
}

/// A price list.
#[derive(Debug, Clone, Copy)]
pub struct CostTable {
    fields: &'static [FieldCost],
}

impl CostTable {
    /// A price list of these fields.
    pub const fn new(fields: &'static [FieldCost]) -> Self {
        Self { fields }
    }

    /// The fields that are listed.
    pub const fn fields(&self) -> &'static [FieldCost] {
        self.fields
    }

    /// The price of a field of a type, where the type is known from the document.
    ///
    /// The document alone names few types, and an author could name an interface to dodge a price. So only a row
    /// for exactly this type wins; otherwise the dearest row of the name counts, whatever its type.
    pub fn price_of(&self, parent: Option<&str>, field: &str) -> FieldCost {
        let named = || self.fields.iter().filter(|row| row.field == field);
        parent
            .and_then(|parent| named().find(|row| row.parent == Some(parent)))
            .or_else(|| named().max_by_key(|row| (row.weight, row.most_rows())))
            .copied()
            .unwrap_or(UNLISTED)
    }

    /// Whether a field of a type is listed, for a test that walks the schema.
    pub fn has(&self, parent: &str, field: &str) -> bool {
        self.fields.iter().any(|row| row.field == field && row.parent.is_none_or(|named| named == parent))
    }
}

const UNLISTED: FieldCost = FieldCost::new("", 1);
