//! People, their posts, and invitations.

use sea_orm::ConnectionTrait;
use twinning_entity::import_row as line;
use twinning_entity::provenance::Provenance;

use super::{Work, value};
use crate::invitation::{self, wire::NewInvitation};
use crate::kernel::error::{Error, Result};
use crate::person;
use crate::transfer::kinds::people::Listed;
use crate::transfer::model::ImportRule;
use crate::{account, organisation};

pub(super) async fn people(work: &Work<'_>, tx: &impl ConnectionTrait, lines: Vec<line::Model>) -> Result<()> {
    let (app, call) = (work.app, work.call);
    for one in lines {
        let read: Listed = value(&one)?;
        let at = organisation::ops::name_of(tx, read.unit).await?;
        // Asked again inside the write: rights may have ended since the check.
        if !person::policy::changes(&call.actor, at.id, &at.path, at.city) {
            return Err(Error::Denied);
        }
        let new = person::ops::NewPerson {
            name: read.name,
            phone: read.phone,
            gender: None,
            organisation: Some(read.unit),
            is_synthetic: false,
            provenance: Provenance::Entered,
            import: Some(work.import),
        };
        let (id, _) = person::ops::ensure_in(tx, app, &new).await?;
        if let Some(kind) = read.post_kind {
            person::ops::acts::ensure_post(tx, app, id, read.unit, kind, read.post.clone()).await?;
        }
        if let Some(email) = read.email {
            if account::ops::find_by_login(tx, &email).await?.is_some() {
                return Err(ImportRule::Outdated.into());
            }
            let invited = NewInvitation {
                email,
                name: None,
                person_id: Some(id),
                organisation_id: read.unit,
                role: read.role,
                post: read.post,
                class_id: None,
                identity_check: read.identity_check.unwrap_or_else(|| "批量导入名单，由导入人核验".to_owned()),
                language: None,
            };
            invitation::ops::invite_with(tx, app, call, &invited).await?;
        }
        work.made(tx, one.id, "person", id.0).await?;
    }
    Ok(())
}
