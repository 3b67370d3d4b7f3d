//! Statements on classes, lessons, enrolments, quotas and materials.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use twinning_entity::class::{self as row, ClassStatus};
use twinning_entity::ids::{ClassId, EnrolmentId, FileId, LessonId, OrganisationId, PersonId};
use twinning_entity::{class_quota, course, enrolment, lesson, material, organisation};

use super::policy::RosterScope;
use crate::kernel::error::{Error, Result};
use crate::kernel::page::PageRequest;
use crate::organisation::model::path_end;

/// States in which a class is nobody's business but its makers'.
const HIDDEN: &[ClassStatus] = &[ClassStatus::Draft, ClassStatus::PendingApproval];

fn open() -> Condition {
    Condition::all().add(row::Column::Status.is_not_in(HIDDEN.iter().copied()))
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: ClassId) -> Result<row::Model> {
    row::Entity::find_by_id(id).filter(open()).one(conn).await?.ok_or(Error::NotFound("class"))
}

pub(super) async fn page(
    conn: &impl ConnectionTrait,
    status: Option<ClassStatus>,
    at: &PageRequest,
) -> Result<(Vec<row::Model>, Option<u64>)> {
    let mut query = row::Entity::find().filter(open());
    if let Some(status) = status {
        query = query.filter(row::Column::Status.eq(status));
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((day, id)) = at.after::<(NaiveDate, ClassId)>()? {
        query =
            query.filter(row::Column::StartsOn.lt(day).or(row::Column::StartsOn.eq(day).and(row::Column::Id.lt(id))));
    }
    let rows = query
        .order_by_desc(row::Column::StartsOn)
        .order_by_desc(row::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .all(conn)
        .await?;
    Ok((rows, total))
}

#[derive(FromQueryResult)]
struct Size {
    class_id: ClassId,
    number: i64,
}

pub(super) async fn sizes(conn: &impl ConnectionTrait, ids: &[ClassId]) -> Result<HashMap<ClassId, u64>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = enrolment::Entity::find()
        .select_only()
        .column(enrolment::Column::ClassId)
        .column_as(enrolment::Column::Id.count(), "number")
        .filter(enrolment::Column::ClassId.is_in(ids.iter().copied()))
        .group_by(enrolment::Column::ClassId)
        .into_model::<Size>()
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|one| (one.class_id, u64::try_from(one.number).unwrap_or(0))).collect())
}

pub(super) async fn lessons(conn: &impl ConnectionTrait, id: ClassId) -> Result<Vec<lesson::Model>> {
    Ok(lesson::Entity::find()
        .filter(lesson::Column::ClassId.eq(id))
        .order_by_asc(lesson::Column::OnDate)
        .order_by_asc(lesson::Column::Starts)
        .order_by_asc(lesson::Column::No)
        .all(conn)
        .await?)
}

pub(super) async fn by_no(conn: &impl ConnectionTrait, class_no: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::ClassNo.eq(class_no)).one(conn).await?)
}

pub(super) async fn quotas(conn: &impl ConnectionTrait, id: ClassId) -> Result<Vec<class_quota::Model>> {
    Ok(class_quota::Entity::find().filter(class_quota::Column::ClassId.eq(id)).all(conn).await?)
}

#[derive(FromQueryResult)]
struct DistrictSize {
    district_id: Option<OrganisationId>,
    number: i64,
}

pub(super) async fn district_sizes(conn: &impl ConnectionTrait, id: ClassId) -> Result<HashMap<OrganisationId, u64>> {
    let found = enrolment::Entity::find()
        .select_only()
        .column(enrolment::Column::DistrictId)
        .column_as(enrolment::Column::Id.count(), "number")
        .filter(enrolment::Column::ClassId.eq(id))
        .group_by(enrolment::Column::DistrictId)
        .into_model::<DistrictSize>()
        .all(conn)
        .await?;
    Ok(found.into_iter().filter_map(|one| Some((one.district_id?, u64::try_from(one.number).unwrap_or(0)))).collect())
}

pub(super) async fn roster(
    conn: &impl ConnectionTrait,
    id: ClassId,
    scope: &RosterScope,
    at: &PageRequest,
) -> Result<(Vec<enrolment::Model>, Option<u64>)> {
    let mut query = enrolment::Entity::find().filter(enrolment::Column::ClassId.eq(id));
    if let RosterScope::Trees(paths) = scope {
        let trees = paths.iter().fold(Condition::any().add(Expr::value(false)), |any, path| {
            any.add(organisation::Column::Path.gte(path).and(organisation::Column::Path.lt(path_end(path))))
        });
        let mine = organisation::Entity::find().select_only().column(organisation::Column::Id).filter(trees);
        query = query.filter(
            Condition::any()
                .add(enrolment::Column::OrganisationId.in_subquery(mine.clone().into_query()))
                .add(enrolment::Column::DistrictId.in_subquery(mine.into_query())),
        );
    }
    let total = if at.count { Some(query.clone().count(conn).await?) } else { None };
    if let Some((position, id)) = at.after::<(i32, EnrolmentId)>()? {
        query = query.filter(
            enrolment::Column::Position
                .gt(position)
                .or(enrolment::Column::Position.eq(position).and(enrolment::Column::Id.gt(id))),
        );
    }
    let rows = query
        .order_by_asc(enrolment::Column::Position)
        .order_by_asc(enrolment::Column::Id)
        .offset(at.skip)
        .limit(at.limit + 1)
        .all(conn)
        .await?;
    Ok((rows, total))
}

pub(super) async fn everybody(conn: &impl ConnectionTrait, id: ClassId) -> Result<Vec<enrolment::Model>> {
    Ok(enrolment::Entity::find()
        .filter(enrolment::Column::ClassId.eq(id))
        .order_by_asc(enrolment::Column::Position)
        .all(conn)
        .await?)
}

pub(super) async fn elsewhere(conn: &impl ConnectionTrait, class: &row::Model) -> Result<Vec<(PersonId, String)>> {
    use twinning_entity::enrolment::EnrolmentStatus as S;
    let joined = enrolment::Entity::belongs_to(row::Entity).from(enrolment::Column::ClassId).to(row::Column::Id);
    Ok(enrolment::Entity::find()
        .select_only()
        .column(enrolment::Column::PersonId)
        .column(row::Column::Title)
        .join(JoinType::InnerJoin, joined.into())
        .filter(row::Column::Id.ne(class.id))
        .filter(row::Column::Status.ne(ClassStatus::Cancelled))
        .filter(row::Column::StartsOn.lte(class.ends_on))
        .filter(row::Column::EndsOn.gte(class.starts_on))
        .filter(enrolment::Column::Status.is_not_in([S::Declined, S::Replaced, S::NoShow, S::WithdrawnByRule]))
        .into_tuple()
        .all(conn)
        .await?)
}

pub(super) async fn of_person(
    conn: &impl ConnectionTrait,
    id: ClassId,
    person: PersonId,
) -> Result<Option<enrolment::Model>> {
    Ok(enrolment::Entity::find()
        .filter(enrolment::Column::ClassId.eq(id))
        .filter(enrolment::Column::PersonId.eq(person))
        .one(conn)
        .await?)
}

pub(super) async fn materials(conn: &impl ConnectionTrait, id: ClassId) -> Result<Vec<material::Model>> {
    Ok(material::Entity::find()
        .filter(material::Column::ClassId.eq(id))
        .order_by_asc(material::Column::Position)
        .all(conn)
        .await?)
}

/// Classes by id.
pub(super) async fn among(conn: &impl ConnectionTrait, ids: &[ClassId]) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Id.is_in(ids.iter().copied())).all(conn).await?)
}

/// Lessons of several classes.
pub(super) async fn lessons_of(conn: &impl ConnectionTrait, ids: &[ClassId]) -> Result<Vec<lesson::Model>> {
    Ok(lesson::Entity::find()
        .filter(lesson::Column::ClassId.is_in(ids.iter().copied()))
        .order_by_asc(lesson::Column::No)
        .all(conn)
        .await?)
}

/// Classes that hand out a file.
pub(super) async fn classes_of_file(conn: &impl ConnectionTrait, file: FileId) -> Result<Vec<ClassId>> {
    let found = material::Entity::find().filter(material::Column::FileId.eq(file)).all(conn).await?;
    Ok(found.into_iter().map(|one| one.class_id).collect())
}

pub(super) async fn add(tx: &impl ConnectionTrait, new: row::Model) -> Result<()> {
    let new: row::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn add_quota(tx: &impl ConnectionTrait, new: class_quota::Model) -> Result<()> {
    let new: class_quota::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn add_course(tx: &impl ConnectionTrait, new: course::Model) -> Result<()> {
    let new: course::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn course(conn: &impl ConnectionTrait, class: ClassId, title: &str) -> Result<Option<course::Model>> {
    Ok(course::Entity::find()
        .filter(course::Column::ClassId.eq(class))
        .filter(course::Column::Title.eq(title))
        .one(conn)
        .await?)
}

pub(super) async fn add_lesson(tx: &impl ConnectionTrait, new: lesson::Model) -> Result<()> {
    let new: lesson::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

/// Removes a lesson that nobody changed since it was made; says whether it did.
pub(super) async fn remove_lesson(tx: &impl ConnectionTrait, id: LessonId) -> Result<bool> {
    let gone =
        lesson::Entity::delete_many().filter(lesson::Column::Id.eq(id)).filter(lesson::Column::Version.eq(1)).exec(tx);
    Ok(gone.await?.rows_affected == 1)
}

pub(super) async fn remove_free_courses(tx: &impl ConnectionTrait, class: ClassId) -> Result<()> {
    let unused = Expr::cust("NOT EXISTS (SELECT 1 FROM lessons WHERE lessons.course_id = courses.id)");
    course::Entity::delete_many().filter(course::Column::ClassId.eq(class)).filter(unused).exec(tx).await?;
    Ok(())
}

pub(super) async fn remove_quotas(
    tx: &impl ConnectionTrait,
    class: ClassId,
    organisations: &[OrganisationId],
) -> Result<()> {
    class_quota::Entity::delete_many()
        .filter(class_quota::Column::ClassId.eq(class))
        .filter(class_quota::Column::OrganisationId.is_in(organisations.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn add_enrolment(tx: &impl ConnectionTrait, new: enrolment::Model) -> Result<()> {
    let new: enrolment::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn remove_enrolment(tx: &impl ConnectionTrait, id: EnrolmentId) -> Result<Option<enrolment::Model>> {
    let found = enrolment::Entity::find_by_id(id).filter(enrolment::Column::Version.eq(1)).one(tx).await?;
    if found.is_some() {
        enrolment::Entity::delete_by_id(id).exec(tx).await?;
    }
    Ok(found)
}

pub(super) async fn add_material(tx: &impl ConnectionTrait, new: material::Model) -> Result<()> {
    let new: material::ActiveModel = new.into();
    new.reset_all().insert(tx).await?;
    Ok(())
}

pub(super) async fn every_id(conn: &impl ConnectionTrait) -> Result<Vec<ClassId>> {
    Ok(row::Entity::find().select_only().column(row::Column::Id).into_tuple().all(conn).await?)
}

pub(super) async fn enrolled_count(conn: &impl ConnectionTrait) -> Result<u64> {
    let open = row::Entity::find().select_only().column(row::Column::Id).filter(open());
    Ok(enrolment::Entity::find().filter(enrolment::Column::ClassId.in_subquery(open.into_query())).count(conn).await?)
}

/// Whether a person is in a class: enrolled and not left, turned away or replaced.
pub(super) async fn is_enrolled(conn: &impl ConnectionTrait, class: ClassId, person: PersonId) -> Result<bool> {
    use twinning_entity::enrolment::EnrolmentStatus as Status;
    let gone = [Status::WithdrawnByRule, Status::Declined, Status::Replaced, Status::NoShow];
    Ok(enrolment::Entity::find()
        .filter(enrolment::Column::ClassId.eq(class))
        .filter(enrolment::Column::PersonId.eq(person))
        .filter(enrolment::Column::Status.is_not_in(gone))
        .limit(1)
        .one(conn)
        .await?
        .is_some())
}

/// The organisation that holds a class.
pub(super) async fn organiser(conn: &impl ConnectionTrait, class: ClassId) -> Result<Option<OrganisationId>> {
    Ok(row::Entity::find_by_id(class).one(conn).await?.map(|found| found.organiser_id))
}

/// The enrolments of a person with the titles of their classes.
pub(super) async fn enrolments_of(
    conn: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Vec<(enrolment::Model, String)>> {
    let found = enrolment::Entity::find().filter(enrolment::Column::PersonId.eq(person)).limit(1_000).all(conn).await?;
    let classes: HashMap<ClassId, String> = row::Entity::find()
        .filter(row::Column::Id.is_in(found.iter().map(|one| one.class_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|one| (one.id, one.title))
        .collect();
    Ok(found.into_iter().map(|one| (one.clone(), classes.get(&one.class_id).cloned().unwrap_or_default())).collect())
}
