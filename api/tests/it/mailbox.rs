//! Letters as tests read them: files of an installation without a mail server.

use twinning_api::letter::ops::outbox;
use twinning_api::testkit::Bench;

/// Hands over what waits and gives every letter so far, plain enough to look for a link: line ends joined, the newest
/// last.
pub async fn letters(bench: &Bench) -> Vec<String> {
    outbox::send_due(&bench.app).await.unwrap();
    let folder = bench.app.settings.data_dir.join("mail");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap().replace("=\r\n", "").replace("=3D", "=")).collect()
}

/// The token of the newest letter to an address whose link begins with a path.
pub async fn token(bench: &Bench, address: &str, path: &str) -> String {
    let letters = letters(bench).await;
    let letter = letters.iter().rev().find(|one| one.contains(&format!("To: {address}")) && one.contains(path));
    let letter = letter.unwrap_or_else(|| panic!("no letter to {address} with {path} among {}", letters.len()));
    let after = letter.split(path).nth(1).unwrap();
    after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}
