//! Transfer.
pub mod rest {
    pub const OPERATIONS: &[crate::rest::Operation] = &[];
    pub fn mount(_: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {}
}
