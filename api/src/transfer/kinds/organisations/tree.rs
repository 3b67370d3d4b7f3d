//! The tree that a file of organisations draws: codes where it gives none, superiors by code or by name.

use std::collections::{HashMap, HashSet};

use twinning_entity::organisation::OrgLevel;

use super::Context;
use crate::search::pinyin;
use crate::transfer::header::plain;
use crate::transfer::kinds::directory::{Directory, Unfound};

/// What a row says of its place.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Code as written; the tree gives one where there is none.
    pub(super) code: Option<String>,
    /// Full name.
    pub(super) name_full: String,
    /// Short name, or the full one.
    pub(super) name_short: String,
    /// City as written; the tree takes the superior's where there is none.
    pub(super) city: Option<String>,
    /// Code or name of the superior.
    pub(super) parent: Option<String>,
    /// Level by its own words.
    pub(super) level: Option<OrgLevel>,
}

impl Draft {
    /// The code; empty for a row without a name.
    pub(super) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }
}

/// Why a row has no superior although it names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unplaced {
    /// Nothing is called so.
    Unknown,
    /// Several are.
    Ambiguous,
    /// It belongs to another city.
    OtherCity,
    /// It stands below the row.
    Cycle,
}

/// A superior: a row of the file or an organisation that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Above {
    Row(usize),
    Known(String),
}

/// The rows of a file with their places.
pub(super) struct Tree {
    drafts: Vec<Draft>,
    above: Vec<Result<Option<Above>, Unplaced>>,
    known_levels: HashMap<String, OrgLevel>,
}

impl Tree {
    pub(super) fn new(mut drafts: Vec<Draft>, context: &Context<'_>) -> Self {
        // 云岚 in one row and 云岚市 in another are one city.
        let long: HashSet<String> =
            drafts.iter().filter_map(|one| one.city.clone()).filter(|name| name.ends_with('市')).collect();
        for draft in &mut drafts {
            draft.city = draft.city.take().map(|written| {
                let written = Some(format!("{written}市")).filter(|name| long.contains(name)).unwrap_or(written);
                city_name(written, context)
            });
        }
        let names = Names::new(&drafts);
        let mut above: Vec<Result<Option<Above>, Unplaced>> =
            (0..drafts.len()).map(|at| names.above(at, &drafts, context)).collect();
        cut_cycles(&mut above);
        let mut tree = Self { drafts, above, known_levels: HashMap::new() };
        for at in 0..tree.drafts.len() {
            tree.take_city(at, context);
        }
        tree.refuse_other_cities(context);
        tree.give_codes(context);
        for above in tree.above.iter().flatten().flatten() {
            if let Above::Known(code) = above
                && let Some(known) = context.directory.code(code)
            {
                tree.known_levels.insert(code.clone(), known.level);
            }
        }
        tree
    }

    /// The row at a place among the rows of data.
    pub(super) fn draft(&self, at: usize) -> Option<&Draft> {
        self.drafts.get(at)
    }

    /// Code of the superior; none for a root.
    pub(super) fn parent(&self, at: usize) -> Result<Option<String>, Unplaced> {
        match self.above.get(at) {
            Some(Ok(Some(above))) => Ok(Some(self.code_of(above))),
            Some(Err(why)) => Err(*why),
            _ => Ok(None),
        }
    }

    /// 内设机构 stand at the level of their superior.
    pub(super) fn inherited(&self, mut at: usize, written: &str) -> Option<OrgLevel> {
        if !is_section(written) {
            return None;
        }
        for _ in 0..64 {
            match self.above.get(at)?.as_ref().ok()?.as_ref()? {
                Above::Known(code) => return self.known_levels.get(code).copied(),
                Above::Row(row) => match self.drafts.get(*row)?.level {
                    Some(level) => return Some(level),
                    None => at = *row,
                },
            }
        }
        None
    }

    /// The level of the superior, where it is a row of the file that tells its own.
    pub(super) fn level_above(&self, at: usize) -> Option<OrgLevel> {
        match self.above.get(at)?.as_ref().ok()?.as_ref()? {
            Above::Row(row) => self.drafts.get(*row)?.level,
            Above::Known(code) => self.known_levels.get(code).copied(),
        }
    }

    fn code_of(&self, above: &Above) -> String {
        match above {
            Above::Row(row) => self.drafts.get(*row).map(|one| one.code().to_owned()).unwrap_or_default(),
            Above::Known(code) => code.clone(),
        }
    }

    /// Gives a row without a city that of the nearest superior with one, and a root that of whoever imports.
    fn take_city(&mut self, at: usize, context: &Context<'_>) {
        let mut city = None;
        let mut look = at;
        for _ in 0..64 {
            if let Some(own) = self.drafts.get(look).and_then(|one| one.city.clone()) {
                city = Some(own);
                break;
            }
            match self.above.get(look) {
                Some(Ok(Some(Above::Row(row)))) => look = *row,
                Some(Ok(Some(Above::Known(code)))) => {
                    city = context.directory.code(code).and_then(|known| name_of(known.city_id, context));
                    break;
                }
                _ => {
                    city = context.home.and_then(|home| name_of(home, context));
                    break;
                }
            }
        }
        if let Some(draft) = self.drafts.get_mut(at) {
            draft.city = city;
        }
    }

    fn refuse_other_cities(&mut self, context: &Context<'_>) {
        for at in 0..self.drafts.len() {
            let Some(Ok(Some(above))) = self.above.get(at) else { continue };
            let theirs = match above {
                Above::Row(row) => self.drafts.get(*row).and_then(|one| one.city.clone()),
                Above::Known(code) => context.directory.code(code).and_then(|known| name_of(known.city_id, context)),
            };
            let own = self.drafts.get(at).and_then(|one| one.city.clone());
            if let (Some(own), Some(theirs)) = (own, theirs)
                && own != theirs
                && let Some(place) = self.above.get_mut(at)
            {
                *place = Err(Unplaced::OtherCity);
            }
        }
    }

    /// Gives codes to rows without: that of the organisation which is there already under the same superior, or else
    /// the superior's with the initials of the name. Superiors go first.
    fn give_codes(&mut self, context: &Context<'_>) {
        let mut taken: HashSet<String> = self.drafts.iter().filter_map(|one| one.code.clone()).collect();
        let mut given: HashMap<(Option<String>, String, Option<String>), String> = HashMap::new();
        for at in self.superiors_first() {
            let Some(draft) = self.drafts.get(at).filter(|one| one.code.is_none() && !one.name_full.is_empty()) else {
                continue;
            };
            let parent = match self.above.get(at) {
                Some(Ok(above)) => above.as_ref().map(|above| self.code_of(above)),
                _ => None,
            };
            let same = (parent.clone(), draft.name_full.clone(), draft.city.clone());
            let code = match given.get(&same) {
                Some(code) => code.clone(),
                None => known_code(draft, parent.as_deref(), context).unwrap_or_else(|| {
                    let code = new_code(draft, parent.as_deref(), &taken, context.directory);
                    taken.insert(code.clone());
                    code
                }),
            };
            given.insert(same, code.clone());
            if let Some(draft) = self.drafts.get_mut(at) {
                draft.code = Some(code);
            }
        }
    }

    fn superiors_first(&self) -> Vec<usize> {
        let depth = |at: usize| {
            let mut look = at;
            let mut depth = 0_usize;
            while let Some(Ok(Some(Above::Row(row)))) = self.above.get(look) {
                look = *row;
                depth += 1;
                if depth > self.above.len() {
                    break;
                }
            }
            depth
        };
        let mut order: Vec<(usize, usize)> = (0..self.drafts.len()).map(|at| (depth(at), at)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, at)| at).collect()
    }
}

/// Whether the words of a level say that the row is a section of its superior.
pub(super) fn is_section(written: &str) -> bool {
    ["内设机构", "科室", "section"].contains(&plain(written).as_str())
}

/// Rows by what they can be called.
struct Names {
    by_code: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Names {
    fn new(drafts: &[Draft]) -> Self {
        let mut by_code = HashMap::new();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            if let Some(code) = &draft.code {
                by_code.entry(code.clone()).or_insert(at);
            }
            for name in [&draft.name_full, &draft.name_short] {
                let known = by_name.entry(plain(name)).or_default();
                if !known.contains(&at) {
                    known.push(at);
                }
            }
        }
        Self { by_code, by_name }
    }

    /// The superior that a row names: by code, then by name in the file, then by name among those that are known.
    fn above(&self, at: usize, drafts: &[Draft], context: &Context<'_>) -> Result<Option<Above>, Unplaced> {
        let Some(draft) = drafts.get(at) else { return Ok(None) };
        let Some(written) = draft.parent.as_deref().filter(|text| !is_none(text)) else { return Ok(None) };
        let code = written.to_uppercase();
        if let Some(row) = self.by_code.get(&code) {
            return Ok(Some(Above::Row(*row)));
        }
        if context.directory.code(&code).is_some() {
            return Ok(Some(Above::Known(code)));
        }
        let found: Vec<usize> = self.by_name.get(&plain(written)).cloned().unwrap_or_default();
        let mut rows: Vec<usize> = found.into_iter().filter(|row| *row != at).collect();
        if rows.len() > 1 {
            let near = |row: &usize| drafts.get(*row).is_some_and(|one| one.city == draft.city);
            let close: Vec<usize> = rows.iter().copied().filter(|row| near(row)).collect();
            if !close.is_empty() {
                rows = close;
            }
        }
        match rows.as_slice() {
            [row] => return Ok(Some(Above::Row(*row))),
            [] => {}
            // The same organisation twice is a duplicate, not two superiors.
            [first, rest @ ..] if rest.iter().all(|row| same(drafts, *first, *row)) => {
                return Ok(Some(Above::Row(*first)));
            }
            _ => return Err(Unplaced::Ambiguous),
        }
        let near = draft.city.as_deref().and_then(|city| id_of(city, context)).or(context.home);
        match context.directory.name(written, None, near) {
            Ok(known) => Ok(Some(Above::Known(known.code.clone()))),
            Err(Unfound::Unknown) => Err(Unplaced::Unknown),
            Err(Unfound::Ambiguous) => Err(Unplaced::Ambiguous),
        }
    }
}

fn same(drafts: &[Draft], one: usize, other: usize) -> bool {
    match (drafts.get(one), drafts.get(other)) {
        (Some(one), Some(other)) => {
            one.name_full == other.name_full && one.parent == other.parent && one.code == other.code
        }
        _ => false,
    }
}

/// What people write where a root has no superior.
fn is_none(text: &str) -> bool {
    ["无", "-", "/", "—", "none", "n/a"].contains(&text.to_lowercase().as_str())
}

/// Marks the rows of every circle.
fn cut_cycles(above: &mut [Result<Option<Above>, Unplaced>]) {
    let next = |at: usize| match above.get(at) {
        Some(Ok(Some(Above::Row(row)))) => Some(*row),
        _ => None,
    };
    let mut done = vec![false; above.len()];
    let mut circles = Vec::new();
    for start in 0..above.len() {
        let mut walked = Vec::new();
        let mut on_walk = HashSet::new();
        let mut look = Some(start);
        while let Some(at) = look.filter(|at| !done.get(*at).copied().unwrap_or(true)) {
            if !on_walk.insert(at) {
                circles.extend(walked.iter().copied().skip_while(|one| *one != at));
                break;
            }
            walked.push(at);
            look = next(at);
        }
        for at in walked {
            if let Some(done) = done.get_mut(at) {
                *done = true;
            }
        }
    }
    for at in circles {
        if let Some(place) = above.get_mut(at) {
            *place = Err(Unplaced::Cycle);
        }
    }
}

/// The known name of a city that is written with or without 市.
fn city_name(written: String, context: &Context<'_>) -> String {
    let bare = |name: &str| name.strip_suffix('市').unwrap_or(name).to_owned();
    let known = context.cities.iter().find(|(_, name)| bare(name) == bare(&written));
    known.map_or(written, |(_, name)| name.clone())
}

fn name_of(city: twinning_entity::ids::CityId, context: &Context<'_>) -> Option<String> {
    context.cities.iter().find(|(id, _)| *id == city).map(|(_, name)| name.clone())
}

fn id_of(name: &str, context: &Context<'_>) -> Option<twinning_entity::ids::CityId> {
    context.cities.iter().find(|(_, known)| known == name).map(|(id, _)| *id)
}

/// The code of the organisation that is there already.
fn known_code(draft: &Draft, parent: Option<&str>, context: &Context<'_>) -> Option<String> {
    let city = id_of(draft.city.as_deref()?, context)?;
    let parent = match parent {
        Some(code) => Some(context.directory.code(code)?.id),
        None => None,
    };
    context.directory.child(&draft.name_full, parent, city).map(|known| known.code.clone())
}

/// A new code: the superior's, a dash, initials; a number behind it when that is taken.
fn new_code(draft: &Draft, parent: Option<&str>, taken: &HashSet<String>, directory: &Directory) -> String {
    let letters = |text: &str, most: usize| -> String {
        let initials = pinyin::initials(text).to_uppercase();
        initials.chars().filter(char::is_ascii_alphanumeric).take(most).collect()
    };
    let own = match parent {
        None => letters(draft.city.as_deref().unwrap_or(&draft.name_short).trim_end_matches('市'), 8),
        Some(_) => letters(&draft.name_short, 10),
    };
    let own = if own.is_empty() { "X".to_owned() } else { own };
    // Codes hold 40 characters; far down the tree the beginning of the superior's says enough.
    let parent: String = parent.unwrap_or_default().chars().take(24).collect();
    let parent = parent.trim_end_matches('-');
    let wanted = if parent.is_empty() { own } else { format!("{parent}-{own}") };
    let is_free = |code: &str| !taken.contains(code) && directory.code(code).is_none();
    if is_free(&wanted) {
        return wanted;
    }
    (2_u32..).map(|number| format!("{wanted}{number}")).find(|code| is_free(code)).unwrap_or(wanted)
}
