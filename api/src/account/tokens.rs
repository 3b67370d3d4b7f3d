//! Access tokens: signed, short, without roles or personal data (`reliability.md` S-03).

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use twinning_entity::ids::AccountId;
use uuid::Uuid;

use super::model::{self, AuthRule};
use crate::app::App;
use crate::kernel::error::{Error, Result};

const AUDIENCE: &str = "twinning-api";
const KIND: &str = "access";

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub sub: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    typ: String,
    /// The sign-in it belongs to; ended, the token is worth nothing.
    pub sid: Uuid,
}

/// A new access token for one sign-in of an account.
///
/// # Errors
/// An internal fault, should signing fail.
pub fn issue(app: &App, account: AccountId, family: Uuid) -> Result<String> {
    let now = app.now().timestamp();
    let claims = Claims {
        iss: app.settings.public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: account.0,
        iat: now,
        nbf: now,
        exp: now + model::access_life().num_seconds(),
        jti: app.new_id(),
        typ: KIND.to_owned(),
        sid: family,
    };
    let header = Header { kid: Some(app.keys.name()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&app.keys.jwt)).map_err(Error::internal)
}

/// What a token says, if it is ours and not over.
///
/// # Errors
/// [`AuthRule::TokenInvalid`] for anything else; why is not told.
pub fn read(app: &App, token: &str) -> Result<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[&app.settings.public_url]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // Times are compared with the app's own clock below, so that tests can move it.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let invalid = || Error::from(AuthRule::TokenInvalid);
    if token.len() > 2_048 {
        return Err(invalid());
    }
    // The name of the key is looked up in the ring and nowhere else; the algorithm is ours, whatever the header says.
    let named = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or_else(invalid)?;
    let keys = app.keys.all().find(|keys| keys.name() == named).ok_or_else(invalid)?;
    let read = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&keys.jwt), &validation)
        .map_err(|_| invalid())?;
    let claims = read.claims;
    let now = app.now().timestamp();
    const LEEWAY: i64 = 60;
    let in_time = claims.nbf <= now + LEEWAY && now < claims.exp + LEEWAY && claims.iat <= now + LEEWAY;
    if in_time && claims.typ == KIND { Ok(claims) } else { Err(invalid()) }
}
