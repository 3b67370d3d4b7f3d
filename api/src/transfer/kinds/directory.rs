//! The organisations that are known, and finding one by what a file calls it.

use std::collections::HashMap;

use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::{Model, OrgForm, OrgLevel, OrgStatus};

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
        // What was merged or abolished bears its name no more; its code stays taken.
        for (at, one) in all.iter().enumerate().filter(|(_, one)| one.status == OrgStatus::Active) {
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

    /// The organisation of a code, if it goes on.
    #[must_use]
    pub fn active(&self, code: &str) -> Option<&Model> {
        self.code(code).filter(|one| one.status == OrgStatus::Active)
    }

    /// The organisation of an identifier.
    #[must_use]
    pub fn id(&self, id: OrganisationId) -> Option<&Model> {
        self.by_id.get(&id).and_then(|at| self.all.get(*at))
    }

    /// The organisation of a name, below `within` when that is given; where several have it, the one in the city
    /// `near` goes first.
    ///
    /// # Errors
    /// [`Unfound`].
    pub fn name(&self, name: &str, within: Option<&Model>, near: Option<CityId>) -> Result<&Model, Unfound> {
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
            if let [only] = inside.as_slice() {
                return Ok(only);
            }
            let close: Vec<&&Model> = inside.iter().filter(|one| Some(one.city_id) == near).collect();
            match close.as_slice() {
                [only] => return Ok(only),
                _ if inside.is_empty() => {}
                _ => answer = Unfound::Ambiguous,
            }
        }
        Err(answer)
    }

    /// The organisation that a text calls by its code, or else by its name.
    ///
    /// # Errors
    /// [`Unfound`].
    pub fn called(&self, text: &str, near: Option<CityId>) -> Result<&Model, Unfound> {
        match self.active(&text.trim().to_uppercase()) {
            Some(found) => Ok(found),
            None => self.name(text, None, near),
        }
    }

    /// The organisation of this full name directly below a superior, or at the root of a city.
    #[must_use]
    pub fn child(&self, name_full: &str, parent: Option<OrganisationId>, city: CityId) -> Option<&Model> {
        let found = self.by_name.get(&plain(name_full))?;
        let mut same = found
            .iter()
            .filter_map(|at| self.all.get(*at))
            .filter(|one| one.parent_id == parent && one.city_id == city && one.name_full == name_full);
        let first = same.next();
        if same.next().is_some() { None } else { first }
    }

    /// The district an organisation lies in: the highest of those at or above it that stand at the level of a county
    /// or are a functional zone (`domain.md` 2.2); where a city has none, the step below its root.
    #[must_use]
    pub fn district_of(&self, one: &Model) -> Option<&Model> {
        let mut district = None;
        let mut step = None;
        let mut at = self.id(one.id);
        for _ in 0..64 {
            let Some(found) = at else { break };
            if is_district(found) {
                district = Some(found);
            }
            if found.depth == 1 {
                step = Some(found);
            }
            at = found.parent_id.and_then(|id| self.id(id));
        }
        district.or(step)
    }

    /// The district that a text or the name of a sheet calls; where several are called so, the one in `near`.
    #[must_use]
    pub fn district(&self, name: &str, near: Option<CityId>) -> Option<&Model> {
        let name = plain(name);
        if name.is_empty() {
            return None;
        }
        let calls = |one: &Model| {
            one.code == name.to_uppercase()
                || [&one.name_short, &one.name_full, &one.name_display].into_iter().any(|own| {
                    let own = plain(own);
                    // 新华 for 新华区, but never less than two characters.
                    own == name
                        || own
                            .strip_suffix(['区', '县', '市'])
                            .is_some_and(|bare| bare == name && own.chars().count() > 2)
                })
        };
        let called: Vec<&Model> = self
            .all
            .iter()
            .filter(|one| one.status == OrgStatus::Active && (is_district(one) || one.depth == 1) && calls(one))
            .filter(|one| self.district_of(one).is_some_and(|district| district.id == one.id))
            .collect();
        let close: Vec<&&Model> = called.iter().filter(|one| Some(one.city_id) == near).collect();
        match (called.as_slice(), close.as_slice()) {
            ([only], _) => Some(only),
            (_, [only]) => Some(only),
            _ => None,
        }
    }
}

/// Whether an organisation is the committee of a district, a county or a functional zone; departments of one are not.
fn is_district(one: &Model) -> bool {
    let heads = !matches!(one.form, OrgForm::Department | OrgForm::Section | OrgForm::LeadingGroup);
    heads && (one.level == OrgLevel::County || one.functional_zone)
}

/// A name without white space.
fn plain(name: &str) -> String {
    crate::transfer::sheet::folded(name).chars().filter(|c| !c.is_whitespace()).collect()
}
