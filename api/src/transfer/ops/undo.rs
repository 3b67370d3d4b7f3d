//! Taking back what an import made, while nothing was built on it (`contract.md` 6).

use sea_orm::{ConnectionTrait, DbErr};
use twinning_entity::ids::{EnrolmentId, LessonId, OrganisationId};
use twinning_entity::import::{self as row, ImportKind};
use twinning_entity::import_row::{self as line, RowAction};
use uuid::Uuid;

use super::Plan;
use crate::app::App;
use crate::kernel::call::Call;
use crate::kernel::error::{Error, Result};
use crate::transfer::model::ImportRule;
use crate::transfer::store;
use crate::{activity, library, organisation, pairing, person, programme, training};

/// Takes back what the rows made, and puts back what they changed; the last first.
pub(super) async fn take_back(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: &row::Model,
    plan: &Plan,
) -> Result<()> {
    let lines = store::accepted(tx, import.id).await?;
    let whole = if import.kind == ImportKind::Organisations {
        organisations(tx, app, call, lines).await
    } else {
        others(tx, app, call, import, plan, lines).await
    };
    if whole.map_err(built_upon)? { Ok(()) } else { Err(ImportRule::BuiltUpon.into()) }
}

async fn organisations(tx: &impl ConnectionTrait, app: &App, call: &Call, lines: Vec<line::Model>) -> Result<bool> {
    let mut made = Vec::new();
    for one in lines {
        let Some(object) = one.object_id.map(OrganisationId) else { continue };
        match (one.action, one.before) {
            (Some(RowAction::Update), Some(before)) => {
                let before = serde_json::from_value(before)?;
                if !organisation::ops::put_back(tx, app, call, object, &before).await? {
                    return Ok(false);
                }
            }
            (Some(RowAction::Add), _) => made.push(object),
            _ => {}
        }
    }
    organisation::ops::take_back(tx, app, call, &made).await
}

async fn others(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: &row::Model,
    plan: &Plan,
    lines: Vec<line::Model>,
) -> Result<bool> {
    for one in lines.into_iter().rev() {
        let (Some(kind), Some(object)) = (one.object_kind, one.object_id) else { continue };
        if !remove(tx, app, call, import, &kind, object).await? {
            return Ok(false);
        }
    }
    for made in &plan.programmes {
        if !programme::ops::take_back(tx, *made).await? {
            return Ok(false);
        }
    }
    if let Some(class) = import.class_id {
        match import.kind {
            ImportKind::Lessons => training::ops::take_back_course_if_free(tx, class).await?,
            ImportKind::Enrolments => {
                let given: Vec<OrganisationId> = plan.quotas.iter().map(|(organisation, _)| *organisation).collect();
                training::ops::take_back_quotas(tx, class, &given).await?;
            }
            _ => {}
        }
    }
    Ok(true)
}

async fn remove(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    import: &row::Model,
    kind: &str,
    object: Uuid,
) -> Result<bool> {
    match kind {
        "pairing" => pairing::ops::take_back(tx, object.into()).await,
        "activity" => activity::ops::take_back(tx, app, call, object.into()).await,
        "document" => library::ops::take_back(tx, app, call, object.into()).await,
        "person" => person::ops::acts::take_back(tx, app, call, object.into(), import.id).await,
        "lesson" => {
            let class = import.class_id.ok_or(ImportRule::ClassNeeded)?;
            training::ops::take_back_lesson(tx, app, call, class, LessonId(object)).await
        }
        "enrolment" => match training::ops::take_back_member(tx, EnrolmentId(object)).await? {
            Some(person) => person::ops::take_back_if_free(tx, person, import.id).await.map(|()| true),
            None => Ok(false),
        },
        _ => Err(Error::broken("an import made something unknown")),
    }
}

/// A foreign key that refuses means that something was built on the object.
fn built_upon(error: Error) -> Error {
    if let Error::Internal(source) = &error {
        let refused = source
            .downcast_ref::<DbErr>()
            .is_some_and(|error| matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))));
        if refused {
            return ImportRule::BuiltUpon.into();
        }
    }
    error
}
