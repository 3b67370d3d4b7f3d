//! The example, loaded once for each engine and run of the tests, and copied for every test that wants it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Engine, database_url, in_cluster, opened, sqlite_url};

/// Copies the example into `folder` and names the database that belongs to it.
pub(super) async fn copy(engine: Engine, folder: &Path) -> String {
    let template = loaded(engine).await;
    copy_all(&template, folder);
    match engine {
        Engine::Sqlite => sqlite_url(folder),
        Engine::Postgres => {
            let name = format!("t{}", uuid::Uuid::new_v4().simple());
            in_cluster(&format!("CREATE DATABASE {name} TEMPLATE {}", template_name())).await;
            database_url(&name)
        }
    }
}

/// Folder that all processes of one run of the tests share: the test command names it, else each has its own.
fn shared() -> PathBuf {
    let named = std::env::var_os("TWINNING_TEST_FOLDER").map(PathBuf::from);
    named.unwrap_or_else(|| std::env::temp_dir().join(format!("twinning-tests-{}", std::process::id())))
}

/// Processes that share no folder share no template either.
fn template_name() -> String {
    match std::env::var_os("TWINNING_TEST_FOLDER") {
        Some(_) => "example".to_owned(),
        None => format!("example_{}", std::process::id()),
    }
}

/// The folder of the loaded example; whoever comes first loads it, the others wait.
#[expect(clippy::expect_used, reason = "tests may stop here")]
async fn loaded(engine: Engine) -> PathBuf {
    let home = shared().join(format!("{engine:?}").to_lowercase());
    let (data, ready) = (home.join("data"), home.join("ready"));
    fs::create_dir_all(&data).expect("a shared folder");
    let turn = fs::File::create(home.join("lock")).expect("a lock");
    turn.lock().expect("the turn");
    if !ready.exists() {
        let url = match engine {
            Engine::Sqlite => sqlite_url(&data),
            Engine::Postgres => {
                in_cluster(&format!("CREATE DATABASE {}", template_name())).await;
                database_url(&template_name())
            }
        };
        let app = opened(&data, &url).await;
        app.db().migrate().await.expect("a schema");
        crate::demo::seed(&app).await.expect("the example");
        app.db().clone().close().await;
        fs::write(ready, "").expect("a mark");
    }
    data
}

#[expect(clippy::expect_used, reason = "tests may stop here")]
fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the example") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
