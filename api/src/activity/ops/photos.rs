//! Photos of activities.

use sea_orm::ConnectionTrait;
use twinning_entity::activity_photo as photo;
use twinning_entity::ids::{ActivityId, PhotoId};

use crate::activity::model::{ActivityRule, Photo};
use crate::activity::store;
use crate::app::App;
use crate::file;
use crate::kernel::call::Call;
use crate::kernel::error::Result;

/// Gives fresh photos of the caller to an activity, in their order.
///
/// # Errors
/// [`ActivityRule::PhotoUnknown`]; the engine's error.
pub async fn attach(
    tx: &impl ConnectionTrait,
    app: &App,
    call: &Call,
    activity: ActivityId,
    photos: &[Photo],
) -> Result<()> {
    for (position, picture) in (1_i32..).zip(photos) {
        let (found, thumb) =
            file::ops::take_photo(tx, call, picture.file, activity.0).await?.ok_or(ActivityRule::PhotoUnknown)?;
        store::add_photo(
            tx,
            photo::Model {
                id: app.new_id::<PhotoId>(),
                activity_id: activity,
                file_id: found.id,
                thumb_file_id: thumb.id,
                caption: picture.caption.clone(),
                alt: picture.alt.clone(),
                width: found.width,
                height: found.height,
                position,
                created_at: app.now(),
            },
        )
        .await?;
    }
    Ok(())
}
