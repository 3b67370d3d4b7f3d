//! Who looks after webhooks: staff of a city those of the city, system administrators all (`domain.md` 3.7).

use twinning_entity::ids::CityId;

use crate::kernel::actor::{Actor, RoleCode, Who};

/// Acts on webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookAct {
    /// See, make, change and end webhooks; see deliveries and send them again.
    Manage,
}

impl WebhookAct {
    /// Callers that may ever do the act.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::Manage => Who::roles(&[RoleCode::OrgDeptCity, RoleCode::SysAdmin]),
        }
    }
}

/// Cities whose webhooks are the actor's to look after; none stands for all.
#[must_use]
pub fn cities(actor: &Actor) -> Option<Vec<CityId>> {
    if actor.is_system() || actor.holds(&[RoleCode::SysAdmin]) {
        return None;
    }
    Some(actor.holding(&[RoleCode::OrgDeptCity]).filter(|held| !held.read_only).map(|held| held.city).collect())
}
