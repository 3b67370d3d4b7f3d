//! Which organisations somebody's care reaches, as a part of a query (`reliability.md` Z-02).

use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _};
use twinning_entity::ids::CityId;
use twinning_entity::organisation as row;

use super::model::path_end;
use crate::kernel::actor::{Actor, RoleCode};

/// Organisations that an actor's roles reach: parts of the tree, whole cities, or everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Every organisation.
    pub all: bool,
    /// Paths; each stands for the organisation and all below it.
    pub paths: Vec<String>,
    /// Cities as a whole.
    pub cities: Vec<CityId>,
}

impl Reach {
    /// What the actor's `roles` reach: staff of a city the city, everybody else their organisation and what is below.
    #[must_use]
    pub fn of(actor: &Actor, roles: &[RoleCode]) -> Self {
        let mut reach = Self::default();
        for held in actor.holding(roles) {
            if held.role == RoleCode::OrgDeptCity {
                reach.cities.push(held.city);
            } else {
                reach.paths.push(held.path.clone());
            }
        }
        reach
    }

    /// One organisation and all below it.
    #[must_use]
    pub fn below(path: &str) -> Self {
        Self { paths: vec![path.to_owned()], ..Self::default() }
    }

    /// Identifiers of the organisations, as a part of a query.
    pub(crate) fn organisations(&self) -> SelectStatement {
        let mut any = Condition::any();
        // An empty `any` would be true for every row; nobody without a role may reach anything.
        any = any.add(Expr::value(self.all));
        for path in &self.paths {
            any = any.add(row::Column::Path.gte(path).and(row::Column::Path.lt(path_end(path))));
        }
        if !self.cities.is_empty() {
            any = any.add(row::Column::CityId.is_in(self.cities.iter().copied()));
        }
        row::Entity::find().select_only().column(row::Column::Id).filter(any).into_query()
    }

    /// Whether it reaches the organisation with this path and city.
    #[must_use]
    pub fn covers(&self, path: &str, city: CityId) -> bool {
        self.all || self.cities.contains(&city) || self.paths.iter().any(|above| path.starts_with(above))
    }
}
