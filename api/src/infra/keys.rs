//! The ring of keys: what is sealed or signed now uses the current one; what former ones sealed still opens
//! (`reliability.md` X-01, P-02).

use super::secrets::{self, MasterKey};
use crate::kernel::error::{Error, Result};

/// Keys of the purposes, derived from one master key.
pub struct Purposes {
    /// Access tokens.
    pub jwt: [u8; 32],
    /// Form tokens of visitors without a session.
    pub csrf: [u8; 32],
    /// Sealed fields.
    pub field: [u8; 32],
    /// Blind indexes.
    pub index: [u8; 32],
    /// Signed links.
    pub links: [u8; 32],
    /// Heads of the audit chain.
    pub audit: [u8; 32],
}

impl Purposes {
    fn of(master: &MasterKey) -> Result<Self> {
        Ok(Self {
            jwt: master.derive("jwt")?,
            csrf: master.derive("csrf")?,
            field: master.derive("field")?,
            index: master.derive("blind-index")?,
            links: master.derive("links")?,
            audit: master.derive("audit")?,
        })
    }

    /// Name of this master key's token key, for the header of tokens.
    #[must_use]
    pub fn name(&self) -> String {
        secrets::hex(&secrets::name_of(&self.jwt))
    }
}

/// The current keys, and former ones in the order of their age.
pub struct Keys {
    current: Purposes,
    former: Vec<Purposes>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl std::ops::Deref for Keys {
    type Target = Purposes;

    fn deref(&self) -> &Purposes {
        &self.current
    }
}

impl Keys {
    /// The ring of a current and former master keys.
    ///
    /// # Errors
    /// An internal fault, should the library refuse.
    pub fn new(current: &MasterKey, former: &[MasterKey]) -> Result<Self> {
        let former = former.iter().map(Purposes::of).collect::<Result<_>>()?;
        Ok(Self { current: Purposes::of(current)?, former })
    }

    /// Every set of keys, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &Purposes> {
        std::iter::once(&self.current).chain(&self.former)
    }

    /// Seals a value for a record with the current key.
    ///
    /// # Errors
    /// As [`secrets::seal`].
    pub fn seal(&self, record: &str, value: &str) -> Result<Vec<u8>> {
        secrets::seal(&self.current.field, record, value)
    }

    /// Opens a value with the key that sealed it.
    ///
    /// # Errors
    /// As [`secrets::open`].
    pub fn open(&self, record: &str, sealed: &[u8]) -> Result<String> {
        let name = secrets::sealed_by(sealed);
        self.all()
            .filter(|keys| name.is_none_or(|name| name == secrets::name_of(&keys.field)))
            .find_map(|keys| secrets::open(&keys.field, record, sealed).ok())
            .ok_or_else(|| Error::broken("a sealed value does not open"))
    }

    /// Whether a value was sealed with the current key.
    #[must_use]
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        secrets::sealed_by(sealed) == Some(secrets::name_of(&self.current.field))
    }

    /// Index under which a value is found, with the current key.
    #[must_use]
    pub fn indexed(&self, value: &str) -> String {
        secrets::blind_index(&self.current.index, value)
    }

    /// Every index under which a value may still be found.
    #[must_use]
    pub fn indexes(&self, value: &str) -> Vec<String> {
        self.all().map(|keys| secrets::blind_index(&keys.index, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_former_key_sealed_still_opens() {
        // REQ P-02 X-01
        let old = MasterKey::new(vec![1; 32]).unwrap();
        let new = MasterKey::new(vec![2; 32]).unwrap();
        let before = Keys::new(&old, &[]).unwrap();
        let sealed = before.seal("people/1", "19900000001").unwrap();
        let after = Keys::new(&new, std::slice::from_ref(&old)).unwrap();
        assert_eq!(after.open("people/1", &sealed).unwrap(), "19900000001");
        assert!(!after.is_current(&sealed));
        assert!(after.is_current(&after.seal("people/1", "x").unwrap()));
        assert!(Keys::new(&new, &[]).unwrap().open("people/1", &sealed).is_err());
        assert!(after.indexes("x").contains(&before.indexed("x")));
    }
}
