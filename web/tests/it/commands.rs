//! Commands at the console of the server, run as the operator runs them.

use std::path::Path;
use std::process::{Command, Output};

fn twinning(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinning"))
        .args(arguments)
        .env_clear()
        .env("TWINNING_ENV", "test")
        .env("TWINNING_DATA_DIR", folder)
        .env("TWINNING_PUBLIC_URL", "http://127.0.0.1:8080")
        .env("TWINNING_LOG", "error")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_first_administrator_gets_a_link_and_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let create = |email: &str, role: &str| {
        twinning(folder.path(), &["admin", "create", "--email", email, "--name", "示例管理员", "--role", role])
    };
    let made = create("first@example.org", "sys_admin");
    assert!(made.status.success(), "{}", said(&made));
    let link = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    assert!(link.starts_with("http://127.0.0.1:8080/invitation/"), "{link}");
    // Each kind has a first one; nobody is two of them, and the next come by invitation and two persons.
    assert!(create("second@example.org", "sec_admin").status.success());
    for (email, role) in [("first@example.org", "audit_admin"), ("not an address", "audit_admin")] {
        let refused = create(email, role);
        assert_eq!(refused.status.code(), Some(1), "{email} {role}: {}", said(&refused));
    }
    let unknown = twinning(folder.path(), &["admin", "reset-password", "--email", "nobody@example.org"]);
    assert_eq!(unknown.status.code(), Some(1), "{}", said(&unknown));
    assert!(twinning(folder.path(), &["verify"]).status.success());
}

#[test]
fn verify_tells_what_is_missing_and_what_is_left_over() {
    let folder = tempfile::tempdir().unwrap();
    assert!(twinning(folder.path(), &["seed", "demo"]).status.success());
    let whole = twinning(folder.path(), &["verify"]);
    assert!(whole.status.success(), "{}", said(&whole));
    let reset = twinning(folder.path(), &["admin", "reset-password", "--email", "admin@example.org"]);
    assert!(String::from_utf8_lossy(&reset.stdout).contains("/password/"), "{}", said(&reset));

    let stored = every_file(&folder.path().join("files"));
    let (kept, lost) = (stored.first().unwrap(), stored.last().unwrap());
    let leftover = kept.with_file_name("0".repeat(64));
    std::fs::copy(kept, &leftover).unwrap();
    // One that was just written may belong to an upload that is not finished.
    assert!(twinning(folder.path(), &["verify"]).status.success());
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7_200);
    std::fs::File::options().append(true).open(&leftover).unwrap().set_modified(long_ago).unwrap();
    std::fs::remove_file(lost).unwrap();
    let broken = twinning(folder.path(), &["verify"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(said(&broken).matches("fail  ").count() >= 2, "{}", said(&broken));
    // Bytes without a file are set aside, never deleted; bytes that are lost stay told.
    let mended = twinning(folder.path(), &["verify", "--repair"]);
    assert_eq!(mended.status.code(), Some(1));
    assert!(said(&mended).contains("1 stored without a file"), "{}", said(&mended));
    assert!(!leftover.exists());
}

#[test]
fn a_key_is_replaced_and_the_old_one_is_kept_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    assert!(twinning(folder.path(), &["seed", "demo"]).status.success());
    let turned = twinning(folder.path(), &["admin", "rotate-key"]);
    assert!(turned.status.success(), "{}", said(&turned));
    let early = twinning(folder.path(), &["admin", "rotate-key", "--finish"]);
    assert_eq!(early.status.code(), Some(1));
    assert!(said(&early).contains("31 days"), "{}", said(&early));

    // A month later nothing needs it any more: phones and secrets were sealed anew.
    let file = folder.path().join(twinning_api::infra::settings::FORMER_FILE);
    let text = std::fs::read_to_string(&file).unwrap();
    let key = text.split_once(' ').unwrap().1;
    std::fs::write(&file, format!("2020-01-01T00:00:00+00:00 {key}")).unwrap();
    let done = twinning(folder.path(), &["admin", "rotate-key", "--finish"]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(!file.exists());
    assert!(twinning(folder.path(), &["verify"]).status.success());
}

fn every_file(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(every_file(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
