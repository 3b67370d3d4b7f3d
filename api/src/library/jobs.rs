//! Later work of the library: reading the text of a file.

use std::future::Future;
use std::pin::Pin;

use serde::Deserialize;
use twinning_entity::ids::DocumentVersionId;

use super::ops;
use crate::app::App;
use crate::infra::jobs::Kind;
use crate::kernel::call::Call;
use crate::kernel::error::Result;

/// Job of this feature.
pub const KIND: Kind = Kind { name: ops::READ_TEXT, work: read_text };

#[derive(Deserialize)]
struct ReadText {
    version_id: DocumentVersionId,
}

fn read_text(app: App, payload: serde_json::Value) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move {
        let work: ReadText = serde_json::from_value(payload)?;
        ops::read_text(&app, &Call::system("read text"), work.version_id).await
    })
}
