//! Files of lines in the data folder: what has to be known apart from the database, because somebody may change the
//! database or bring an old one back.

use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::Path;

/// The whole lines of a file; none when it is not there. A last line without its end was being written when the power
/// went, and does not count.
///
/// # Errors
/// The file system's error.
pub fn lines(path: &Path) -> Result<Vec<String>> {
    let text = read(path)?;
    let whole = text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or_default();
    Ok(whole.lines().map(ToOwned::to_owned).collect())
}

/// Appends whole lines, and waits until they are on the disk; what is left of a line that was never ended is cut off
/// first. Only the owner of the process may read the file.
///
/// # Errors
/// The file system's error.
pub fn append(path: &Path, lines: &str) -> Result<()> {
    let before = read(path)?;
    let whole = before.rfind('\n').map_or(0, |end| end + 1);
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if whole < before.len() {
        file.set_len(u64::try_from(whole).map_err(Error::other)?)?;
    }
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

fn read(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}
