//! Changes of a catalog, as events bring them.

use domain::{city::Twinning, mandate::Mandate, organisation::Organisation, project::Project};
use matcher::Catalog;
use proptest::sample::Index;

use crate::{
    mixed::{Mixed, ORGANISATIONS, organisation_id},
    world::{mandate_id, project_id},
};

impl Mixed {
    /// Changes a catalog as events do: projects are put, put again or taken out, organisations and mandates become what
    /// others are, cities become twins, an organisation blocks another one or nobody any more.
    pub(crate) fn step(&self, catalog: &mut Catalog, what: Index, at: Index) {
        let project = at.index(self.projects.len());
        match what.index(10) {
            0..4 => {
                let (owner, facts) = &self.projects[what.index(self.projects.len())];
                let put = Project::try_from(facts.clone()).unwrap();
                // Of twice as many ids, so that some are new.
                let id = project_id(at.index(self.projects.len() * 2));
                catalog.put_project(id, organisation_id(*owner), &put);
            }
            4 => catalog.remove_project(project_id(project)),
            5 => {
                let facts = self.organisations[what.index(ORGANISATIONS)].clone();
                let id = organisation_id(at.index(ORGANISATIONS));
                catalog.put_organisation(id, &Organisation::try_from(facts).unwrap());
            }
            6 => {
                let facts = self.mandates[what.index(self.mandates.len())].clone();
                let n = at.index(self.mandates.len());
                let mandate = Mandate::try_from(facts).unwrap();
                catalog.put_mandate(mandate_id(n), organisation_id(n % 4), &mandate);
            }
            7 => self.block(catalog, at.index(ORGANISATIONS), what.index(ORGANISATIONS)),
            8 => catalog.put_blocks(organisation_id(at.index(ORGANISATIONS)), &[].into()),
            _ => {
                let (a, b) = (1 + what.index(4) as u32, 5 + at.index(4) as u32);
                catalog.put_twinning(&Twinning::new(a, b, Vec::new(), None).unwrap());
            }
        }
    }
}
