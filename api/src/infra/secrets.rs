//! Keys: one master key, a derived key for every purpose, and sealing of single values.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac, rand};

use crate::kernel::error::{Error, Result};

/// The master key. It signs nothing itself (`reliability.md` X-01); its `Debug` shows nothing.
#[derive(Clone)]
pub struct MasterKey(Vec<u8>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

struct KeyBytes;

impl hkdf::KeyType for KeyBytes {
    fn len(&self) -> usize {
        32
    }
}

impl MasterKey {
    /// A master key of at least 32 bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= 32).then_some(Self(bytes))
    }

    /// The 32-byte key of one purpose, derived with HKDF-SHA-256.
    ///
    /// # Errors
    /// An internal fault, should the library refuse.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32]> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"twinning/1");
        let mut out = [0_u8; 32];
        salt.extract(&self.0)
            .expand(&[purpose.as_bytes()], KeyBytes)
            .and_then(|key| key.fill(&mut out))
            .map_err(|_| Error::broken("key derivation failed"))?;
        Ok(out)
    }
}

/// Random bytes from the system.
///
/// # Errors
/// An internal fault when the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    rand::fill(&mut bytes).map_err(|_| Error::broken("no randomness"))?;
    Ok(bytes)
}

/// A random token of 256 bits, for people to carry; only its [`fingerprint`] is stored.
///
/// # Errors
/// As [`random`].
pub fn token() -> Result<String> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// SHA-256 of a text, hexadecimal.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The bytes of a hexadecimal text.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// Whether two secrets are the same, in time that does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

/// Keyed hash of a normalised value, for exact search of what is stored sealed (`reliability.md` P-02).
#[must_use]
pub fn blind_index(key: &[u8; 32], value: &str) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), value.as_bytes()).as_ref())
}

/// Keyed signature of a text, hexadecimal.
#[must_use]
pub fn signature(key: &[u8; 32], text: &str) -> String {
    blind_index(key, text)
}

/// AES-256-GCM without the name of its key, as values were sealed before keys could be rotated.
const AES_256_GCM_PLAIN: u8 = 1;
/// AES-256-GCM with the four bytes that name its key.
const AES_256_GCM_NAMED: u8 = 2;

/// Which of the keys sealed a value: four bytes of a hash of it.
pub type KeyName = [u8; 4];

/// The name of a key.
#[must_use]
pub fn name_of(key: &[u8; 32]) -> KeyName {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(key);
    let mut name = [0; 4];
    name.copy_from_slice(hash.get(..4).unwrap_or(&[0; 4]));
    name
}

/// Name of the key that sealed a value, where the value says so.
#[must_use]
pub fn sealed_by(sealed: &[u8]) -> Option<KeyName> {
    match sealed {
        [AES_256_GCM_NAMED, name @ ..] => name.get(..4)?.try_into().ok(),
        _ => None,
    }
}

/// Seals a value for one record: algorithm, name of the key, nonce, then AES-256-GCM bound to all of them and to
/// `record` (`reliability.md` P-02).
///
/// # Errors
/// An internal fault, should the library refuse.
pub fn seal(key: &[u8; 32], record: &str, value: &str) -> Result<Vec<u8>> {
    let nonce = random::<12>()?;
    let mut out = vec![AES_256_GCM_NAMED];
    out.extend_from_slice(&name_of(key));
    let bound = [out.as_slice(), record.as_bytes()].concat();
    let mut bytes = value.as_bytes().to_vec();
    aead(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut bytes)
        .map_err(|_| Error::broken("sealing failed"))?;
    out.extend_from_slice(&nonce);
    out.append(&mut bytes);
    Ok(out)
}

/// Opens what [`seal`] sealed for the same record.
///
/// # Errors
/// An internal fault for another key, another record or changed bytes.
pub fn open(key: &[u8; 32], record: &str, sealed: &[u8]) -> Result<String> {
    let broken = || Error::broken("a sealed value does not open");
    let (bound, rest) = match sealed {
        [AES_256_GCM_NAMED, rest @ ..] => {
            let (name, rest) = rest.split_at_checked(4).ok_or_else(broken)?;
            ([&[AES_256_GCM_NAMED], name, record.as_bytes()].concat(), rest)
        }
        [AES_256_GCM_PLAIN, rest @ ..] => (record.as_bytes().to_vec(), rest),
        _ => return Err(broken()),
    };
    let (nonce, body) = rest.split_at_checked(12).ok_or_else(broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
    let mut bytes = body.to_vec();
    let plain = aead(key)?.open_in_place(nonce, Aad::from(bound), &mut bytes).map_err(|_| broken())?;
    String::from_utf8(plain.to_vec()).map_err(|_| broken())
}

fn aead(key: &[u8; 32]) -> Result<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| Error::broken("bad key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_for_its_own_record_only() {
        let key = MasterKey::new(vec![7; 32]).unwrap().derive("field").unwrap();
        let sealed = seal(&key, "people/1", "19900000001").unwrap();
        assert_eq!(open(&key, "people/1", &sealed).unwrap(), "19900000001");
        assert!(open(&key, "people/2", &sealed).is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(open(&key, "people/1", &changed).is_err());
        assert!(open(&key, "people/1", &[]).is_err());
    }

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let master = MasterKey::new(vec![7; 32]).unwrap();
        assert_ne!(master.derive("jwt").unwrap(), master.derive("csrf").unwrap());
        assert!(MasterKey::new(vec![7; 31]).is_none());
        assert_eq!(format!("{master:?}"), "***");
    }
}
