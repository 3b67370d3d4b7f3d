//! Statements on documents and their versions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::class;
use twinning_entity::document::{self as row, DocumentKind, DocumentStatus, Visibility};
use twinning_entity::document_version::{self as version, TextState};
use twinning_entity::ids::{DocumentId, DocumentVersionId, OrganisationId};

use super::policy::Scope;
use super::wire::DocumentFilter;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::kernel::text::like_escaped;
use crate::organisation::within;

/// States in which a document is read by those it is visible to.
const OPEN: &[DocumentStatus] = &[DocumentStatus::Published, DocumentStatus::Archived];

pub(super) fn visible(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let mut shared = Condition::any().add(row::Column::Visibility.eq(Visibility::Public));
    if !scope.programmes.is_empty() {
        shared = shared.add(
            row::Column::Visibility
                .eq(Visibility::Programme)
                .and(row::Column::ProgrammeId.is_in(scope.programmes.iter().copied())),
        );
    }
    if !scope.classes.is_empty() {
        shared = shared.add(
            row::Column::Visibility
                .eq(Visibility::Class)
                .and(row::Column::ClassId.is_in(scope.classes.iter().copied())),
        );
    }
    if !scope.classes_of.is_empty() {
        let held = class::Entity::find()
            .select_only()
            .column(class::Column::Id)
            .filter(class::Column::OrganiserId.in_subquery(within(&[], &scope.classes_of).into_query()));
        shared = shared.add(
            row::Column::Visibility.eq(Visibility::Class).and(row::Column::ClassId.in_subquery(held.into_query())),
        );
    }
    if !scope.cities.is_empty() {
        shared = shared.add(
            Condition::all()
                .add(row::Column::Visibility.eq(Visibility::City))
                .add(row::Column::OrganisationId.in_subquery(within(&[], &scope.cities).into_query())),
        );
    }
    let open = Condition::all().add(row::Column::Status.is_in(OPEN.iter().copied())).add(shared);
    let mut any = Condition::any().add(open);
    if !scope.paths.is_empty() || !scope.staff_of.is_empty() {
        any = any.add(row::Column::OrganisationId.in_subquery(within(&scope.paths, &scope.staff_of).into_query()));
    }
    any
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: DocumentId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?.ok_or(Error::NotFound("document"))
}

pub(super) async fn among(conn: &impl ConnectionTrait, scope: &Scope, ids: &[DocumentId]) -> Result<Vec<row::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = row::Column::Id.is_in(ids.iter().copied());
    Ok(row::Entity::find().filter(visible(scope)).filter(wanted).all(conn).await?)
}

/// Documents of each kind.
pub(super) async fn kinds(conn: &impl ConnectionTrait, scope: &Scope) -> Result<HashMap<DocumentKind, u64>> {
    let counts: Vec<(DocumentKind, i64)> = row::Entity::find()
        .select_only()
        .column(row::Column::Kind)
        .column_as(row::Column::Id.count(), "documents")
        .filter(visible(scope))
        .group_by(row::Column::Kind)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts.into_iter().map(|(kind, count)| (kind, u64::try_from(count).unwrap_or(0))).collect())
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &DocumentFilter,
    below: Option<&str>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(kind) = filter.kind {
        query = query.filter(row::Column::Kind.eq(kind));
    }
    if let Some(visibility) = filter.visibility {
        query = query.filter(row::Column::Visibility.eq(visibility));
    }
    if let Some(class) = filter.class_id {
        query = query.filter(row::Column::ClassId.eq(class));
    }
    if let Some(tag) = &filter.tag {
        // Tags are a JSON list of texts; a tag is found with its quotes, so that a part of another does not count.
        let quoted = serde_json::to_string(tag)?;
        let like = LikeExpr::new(format!("%{}%", like_escaped(&quoted))).escape('\\');
        query = query.filter(Expr::col((row::Entity, row::Column::Tags)).cast_as("TEXT").like(like));
    }
    if let Some(path) = below {
        query = query.filter(row::Column::OrganisationId.in_subquery(within(&[path.to_owned()], &[]).into_query()));
    } else if let Some(only) = filter.organisation_id {
        query = query.filter(row::Column::OrganisationId.eq(only));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((at, id)) = at.after::<(DateTime<Utc>, DocumentId)>()? {
        query =
            query.filter(row::Column::CreatedAt.lt(at).or(row::Column::CreatedAt.eq(at).and(row::Column::Id.lt(id))));
    }
    let rows = query
        .order_by_desc(row::Column::CreatedAt)
        .order_by_desc(row::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .all(conn)
        .await?;
    Ok((rows, total))
}

pub(super) async fn versions(conn: &impl ConnectionTrait, id: DocumentId) -> Result<Vec<version::Model>> {
    Ok(version::Entity::find()
        .filter(version::Column::DocumentId.eq(id))
        .order_by_desc(version::Column::No)
        .all(conn)
        .await?)
}

/// File of the current version of each document; the text is not read.
pub(super) async fn current_files(
    conn: &impl ConnectionTrait,
    documents: &[row::Model],
) -> Result<HashMap<DocumentId, Option<twinning_entity::ids::FileId>>> {
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(DocumentId, i32, Option<twinning_entity::ids::FileId>)> = version::Entity::find()
        .select_only()
        .columns([version::Column::DocumentId, version::Column::No, version::Column::FileId])
        .filter(version::Column::DocumentId.is_in(documents.iter().map(|one| one.id)))
        .into_tuple()
        .all(conn)
        .await?;
    let current: HashMap<DocumentId, Option<i32>> = documents.iter().map(|one| (one.id, one.current_version)).collect();
    Ok(found
        .into_iter()
        .filter(|(id, no, _)| current.get(id).copied().flatten() == Some(*no))
        .map(|(id, _, file)| (id, file))
        .collect())
}

/// Texts of the current versions.
pub(super) async fn current_texts(
    conn: &impl ConnectionTrait,
    documents: &[row::Model],
) -> Result<HashMap<DocumentId, Option<String>>> {
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    let current = documents.iter().fold(Condition::any(), |any, one| {
        any.add(version::Column::DocumentId.eq(one.id).and(version::Column::No.eq(one.current_version)))
    });
    let found: Vec<(DocumentId, Option<String>)> = version::Entity::find()
        .select_only()
        .columns([version::Column::DocumentId, version::Column::Text])
        .filter(current)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

pub(super) async fn version_by_id(conn: &impl ConnectionTrait, id: DocumentVersionId) -> Result<version::Model> {
    version::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("document version"))
}

pub(super) async fn put_text(
    tx: &impl ConnectionTrait,
    id: DocumentVersionId,
    text: Option<String>,
    state: TextState,
    pages: Option<i32>,
) -> Result<()> {
    version::Entity::update_many()
        .col_expr(version::Column::Text, Expr::value(text))
        .col_expr(version::Column::TextState, Expr::value(state))
        .col_expr(version::Column::Pages, Expr::value(pages))
        .filter(version::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn add_version(tx: &impl ConnectionTrait, new: version::Model) -> Result<()> {
    let new: version::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn remove(tx: &impl ConnectionTrait, id: DocumentId) -> Result<bool> {
    version::Entity::delete_many().filter(version::Column::DocumentId.eq(id)).exec(tx).await?;
    let gone = row::Entity::delete_many().filter(row::Column::Id.eq(id)).filter(row::Column::Version.eq(1)).exec(tx);
    Ok(gone.await?.rows_affected == 1)
}

/// The document of a title from an organisation with this content, so that a second import changes nothing.
pub(super) async fn same(
    conn: &impl ConnectionTrait,
    organisation: OrganisationId,
    title: &str,
    sha256: &str,
) -> Result<Option<DocumentId>> {
    let with_content = version::Entity::find()
        .select_only()
        .column(version::Column::DocumentId)
        .filter(version::Column::Sha256.eq(sha256));
    let found = row::Entity::find()
        .filter(row::Column::OrganisationId.eq(organisation))
        .filter(row::Column::Title.eq(title))
        .filter(row::Column::Id.in_subquery(with_content.into_query()))
        .one(conn)
        .await?;
    Ok(found.map(|one| one.id))
}

pub(super) async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<DocumentId>> {
    Ok(row::Entity::find().select_only().column(row::Column::Id).into_tuple().all(conn).await?)
}

pub(super) async fn public_count(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(row::Entity::find().filter(visible(&Scope::default())).count(conn).await?)
}
