//! Statements on people.

use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use twinning_entity::ids::{AccountId, OrganisationId, PersonId, PositionId};
use twinning_entity::person as row;
use twinning_entity::position;
use twinning_entity::{audit_entry, erasure};

use crate::infra::db;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::kernel::text::like_escaped;
use crate::organisation::reach::Reach;

fn visible(scope: &Reach) -> Condition {
    // Who was erased is nobody's to find any more (`reliability.md` P-05).
    Condition::all()
        .add(row::Column::OrganisationId.in_subquery(scope.organisations()))
        .add(row::Column::ErasedAt.is_null())
}

pub(super) async fn find(conn: &impl ConnectionTrait, scope: &Reach, id: PersonId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(visible(scope)).one(conn).await?.ok_or(Error::NotFound("person"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    scope: &Reach,
    name: Option<&str>,
    below: Option<&str>,
    after: Option<(String, PersonId)>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(visible(scope));
    if let Some(name) = name {
        query = query
            .filter(Expr::col(row::Column::Name).like(LikeExpr::new(format!("%{}%", like_escaped(name))).escape('\\')));
    }
    if let Some(path) = below {
        query = query.filter(visible(&Reach::below(path)));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((key, id)) = after {
        query =
            query.filter(row::Column::NameKey.gt(&key).or(row::Column::NameKey.eq(&key).and(row::Column::Id.gt(id))));
    }
    let rows = query
        .order_by_asc(row::Column::NameKey)
        .order_by_asc(row::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .all(conn)
        .await?;
    Ok((rows, total))
}

pub(super) async fn by_ids(conn: &impl ConnectionTrait, ids: Vec<PersonId>) -> Result<Vec<row::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids)).all(conn).await?)
}

/// The person of a name and one of the indexes of a phone.
pub(super) async fn same(
    conn: &impl ConnectionTrait,
    name: &str,
    phone_indexes: Vec<String>,
) -> Result<Option<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::PhoneIndex.is_in(phone_indexes))
        .filter(row::Column::Name.eq(name))
        .one(conn)
        .await?)
}

pub(super) async fn add(tx: &impl ConnectionTrait, person: row::Model) -> Result<()> {
    let person: row::ActiveModel = person.into();
    person.reset_all().insert(tx).await?;
    Ok(())
}

/// Removes a person that `import` made and that no class, account or post uses.
pub(super) async fn remove_if_free(tx: &impl ConnectionTrait, id: PersonId, import: uuid::Uuid) -> Result<()> {
    let used = |column: &str, table: &str| {
        Expr::cust(format!("NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.{column} = people.id)"))
    };
    row::Entity::delete_many()
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::ImportId.eq(import))
        .filter(used("person_id", "enrolments"))
        .filter(used("person_id", "accounts"))
        .filter(used("person_id", "positions"))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn by_id(conn: &impl ConnectionTrait, id: PersonId) -> Result<row::Model> {
    row::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("person"))
}

/// Writes a person over the version it came from.
pub(super) async fn replace(tx: &impl ConnectionTrait, next: row::Model) -> Result<()> {
    let at = Condition::all().add(row::Column::Id.eq(next.id)).add(row::Column::Version.eq(next.version - 1));
    let next: row::ActiveModel = next.into();
    db::replace::<row::Entity>(tx, next.reset_all(), at).await
}

pub(super) async fn positions(conn: &impl ConnectionTrait, id: PersonId) -> Result<Vec<position::Model>> {
    Ok(position::Entity::find()
        .filter(position::Column::PersonId.eq(id))
        .order_by_asc(position::Column::FromOn)
        .order_by_asc(position::Column::Id)
        .all(conn)
        .await?)
}

pub(super) async fn add_position(tx: &impl ConnectionTrait, new: position::Model) -> Result<()> {
    let new: position::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

/// Whether a person holds a post of a kind at an organisation.
pub(super) async fn holds_post(
    conn: &impl ConnectionTrait,
    person: PersonId,
    organisation: OrganisationId,
    kind: position::PositionKind,
) -> Result<bool> {
    Ok(position::Entity::find()
        .filter(position::Column::PersonId.eq(person))
        .filter(position::Column::OrganisationId.eq(organisation))
        .filter(position::Column::Kind.eq(kind))
        .filter(position::Column::ToOn.is_null())
        .limit(1)
        .one(conn)
        .await?
        .is_some())
}

pub(super) async fn position(conn: &impl ConnectionTrait, person: PersonId, id: PositionId) -> Result<position::Model> {
    position::Entity::find_by_id(id)
        .filter(position::Column::PersonId.eq(person))
        .one(conn)
        .await?
        .ok_or(Error::NotFound("position"))
}

pub(super) async fn replace_position(tx: &impl ConnectionTrait, next: position::Model) -> Result<()> {
    let at = Condition::all().add(position::Column::Id.eq(next.id)).add(position::Column::Version.eq(next.version - 1));
    let next: position::ActiveModel = next.into();
    db::replace::<position::Entity>(tx, next.reset_all(), at).await
}

/// Full numbers that an account was shown since `from`.
pub(super) async fn reveals(
    conn: &impl ConnectionTrait,
    account: AccountId,
    from: chrono::DateTime<chrono::Utc>,
) -> Result<u64> {
    Ok(audit_entry::Entity::find()
        .filter(audit_entry::Column::At.gte(from))
        .filter(audit_entry::Column::Operation.eq("person.reveal"))
        .filter(audit_entry::Column::AccountId.eq(account.0))
        .count(conn)
        .await?)
}

pub(super) async fn add_erasure(tx: &impl ConnectionTrait, new: erasure::Model) -> Result<()> {
    let new: erasure::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

/// People of the journal of erasures.
pub(super) async fn erased(conn: &impl ConnectionTrait) -> Result<Vec<PersonId>> {
    Ok(erasure::Entity::find()
        .select_only()
        .column(erasure::Column::PersonId)
        .distinct()
        .into_tuple()
        .all(conn)
        .await?)
}

/// Those of `ids` who still have a name.
pub(super) async fn with_a_name(conn: &impl ConnectionTrait, ids: &[PersonId]) -> Result<Vec<PersonId>> {
    let mut named = Vec::new();
    // Engines take only so many values at a time.
    for some in ids.chunks(500) {
        let found: Vec<PersonId> = row::Entity::find()
            .select_only()
            .column(row::Column::Id)
            .filter(row::Column::Id.is_in(some.iter().copied()))
            .filter(row::Column::ErasedAt.is_null())
            .into_tuple()
            .all(conn)
            .await?;
        named.extend(found);
    }
    Ok(named)
}

/// People whose phone was sealed with another key than the current one, as far as its name tells.
pub(super) async fn sealed_after(
    conn: &impl ConnectionTrait,
    after: Option<PersonId>,
    limit: u64,
) -> Result<Vec<row::Model>> {
    let mut query = row::Entity::find().filter(row::Column::PhoneSealed.is_not_null());
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after));
    }
    Ok(query.order_by_asc(row::Column::Id).limit(limit).all(conn).await?)
}

/// Writes a phone that was sealed anew; the version stays, for nothing that anybody sees has changed.
pub(super) async fn put_sealed(
    tx: &impl ConnectionTrait,
    id: PersonId,
    before: &[u8],
    sealed: Vec<u8>,
    index: String,
) -> Result<()> {
    row::Entity::update_many()
        .set(row::ActiveModel { phone_sealed: Set(Some(sealed)), phone_index: Set(Some(index)), ..Default::default() })
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::PhoneSealed.eq(before.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}

/// People with a phone who were in classes that ended before `before`, in none since, and have neither account nor post.
pub(super) async fn stale_phones(conn: &impl ConnectionTrait, before: chrono::NaiveDate) -> Result<Vec<PersonId>> {
    let clause = |text: &str| Expr::cust(text.to_owned());
    let since = format!(
        "NOT EXISTS (SELECT 1 FROM enrolments JOIN classes ON classes.id = enrolments.class_id \
         WHERE enrolments.person_id = people.id AND classes.ends_on >= '{before}')"
    );
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::PhoneSealed.is_not_null())
        .filter(clause("EXISTS (SELECT 1 FROM enrolments WHERE enrolments.person_id = people.id)"))
        .filter(clause(&since))
        .filter(clause("NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.person_id = people.id)"))
        .filter(clause("NOT EXISTS (SELECT 1 FROM positions WHERE positions.person_id = people.id)"))
        .order_by_asc(row::Column::Id)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Names of people with their organisations.
pub(super) async fn names_by_unit(conn: &impl ConnectionTrait) -> Result<Vec<(String, OrganisationId)>> {
    Ok(row::Entity::find()
        .select_only()
        .columns([row::Column::Name, row::Column::OrganisationId])
        .filter(row::Column::OrganisationId.is_not_null())
        .filter(row::Column::ErasedAt.is_null())
        .into_tuple()
        .all(conn)
        .await?)
}

/// Removes the posts of a person.
pub(super) async fn remove_positions(tx: &impl ConnectionTrait, person: PersonId) -> Result<()> {
    position::Entity::delete_many().filter(position::Column::PersonId.eq(person)).exec(tx).await?;
    Ok(())
}
