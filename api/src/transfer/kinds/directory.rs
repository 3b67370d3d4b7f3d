//! The organisations that are known, and finding one by what a file calls it.

use std::collections::HashMap;

use twinning_entity::ids::OrganisationId;
use twinning_entity::organisation::Model;

/// Known organisations with the ways to call them.
pub struct Directory {
    all: Vec<Model>,
    by_name: HashMap<String, Vec<usize>>,
    by_code: HashMap<String, usize>,
    by_id: HashMap<OrganisationId, usize>,
}

/// Why a name finds no single organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfound {
    /// None has the name.
    Unknown,
    /// More than one has it.
    Ambiguous,
}

/// Endings that people leave out or add.
const ENDINGS: &[&str] = &["党工委", "党总支", "党支部", "党委", "党组织", "居委会", "委员会", "工委"];

impl Directory {
    /// A directory of these organisations.
    #[must_use]
    pub fn new(all: Vec<Model>) -> Self {
        let by_id: HashMap<OrganisationId, usize> = all.iter().enumerate().map(|(at, one)| (one.id, at)).collect();
        let by_code = all.iter().enumerate().map(|(at, one)| (one.code.clone(), at)).collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        let mut call = |name: String, at: usize| {
            let known = by_name.entry(name).or_default();
            if !known.contains(&at) {
                known.push(at);
            }
        };
        for (at, one) in all.iter().enumerate() {
            for own in [&one.name_full, &one.name_short, &one.name_display, &one.code] {
                call(plain(own), at);
            }
            // 区+街道+社区: the short names from any superior down, and the own full name below any of them.
            let mut chain = String::new();
            let mut above = one.parent_id.and_then(|id| by_id.get(&id)).and_then(|at| all.get(*at));
            let mut steps = 0;
            while let Some(superior) = above {
                chain.insert_str(0, &superior.name_short);
                call(plain(&format!("{chain}{}", one.name_short)), at);
                call(plain(&format!("{chain}{}", one.name_full)), at);
                call(plain(&format!("{}{}", superior.name_short, one.name_short)), at);
                steps += 1;
                above =
                    superior.parent_id.filter(|_| steps < 32).and_then(|id| by_id.get(&id)).and_then(|at| all.get(*at));
            }
        }
        Self { all, by_name, by_code, by_id }
    }

    /// The organisation of a code.
    #[must_use]
    pub fn code(&self, code: &str) -> Option<&Model> {
        self.by_code.get(code).and_then(|at| self.all.get(*at))
    }

    /// The organisation of an identifier.
    #[must_use]
    pub fn id(&self, id: OrganisationId) -> Option<&Model> {
        self.by_id.get(&id).and_then(|at| self.all.get(*at))
    }

    /// The organisation of a name, below `within` when that is given.
    ///
    /// # Errors
    /// [`Unfound`].
    pub fn name(&self, name: &str, within: Option<&Model>) -> Result<&Model, Unfound> {
        let name = plain(name);
        let mut tried = vec![name.clone()];
        tried.extend(ENDINGS.iter().filter_map(|ending| name.strip_suffix(ending)).map(ToOwned::to_owned));
        let mut answer = Unfound::Unknown;
        for name in tried.iter().filter(|name| !name.is_empty()) {
            let Some(found) = self.by_name.get(name) else { continue };
            let inside: Vec<&Model> = found
                .iter()
                .filter_map(|at| self.all.get(*at))
                .filter(|one| within.is_none_or(|tree| one.path.starts_with(&tree.path)))
                .collect();
            match inside.as_slice() {
                [only] => return Ok(only),
                [] => {}
                _ => answer = Unfound::Ambiguous,
            }
        }
        Err(answer)
    }

    /// The district an organisation lies in: the step below the root of its city.
    #[must_use]
    pub fn district_of(&self, one: &Model) -> Option<&Model> {
        let path: String = one.path.split_inclusive('.').take(2).collect();
        self.all.iter().find(|other| other.path == path && other.depth == 1)
    }

    /// The district that a text or the name of a sheet calls.
    #[must_use]
    pub fn district(&self, name: &str) -> Option<&Model> {
        let name = plain(name);
        let mut found = self.all.iter().filter(|one| {
            one.depth == 1
                && !name.is_empty()
                && (plain(&one.name_short) == name || plain(&one.name_full) == name || one.code == name)
        });
        let first = found.next();
        if found.next().is_some() { None } else { first }
    }
}

/// A name without white space.
fn plain(name: &str) -> String {
    crate::transfer::sheet::folded(name).chars().filter(|c| !c.is_whitespace()).collect()
}
