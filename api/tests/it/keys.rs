//! Keys that are replaced: what former ones sealed and signed goes on, and is sealed anew in the background.

use serde_json::json;
use twinning_api::audit::ops as audit;
use twinning_api::kernel::call::Call;
use twinning_api::person::ops::retention;
use twinning_api::testkit::{Bench, Engine};

use crate::caller::{nobody, signed_in, with_token};

const OLD: &str = "a key for tests that protects nothing";
const NEW: &str = "another key for tests, thirty-two bytes";

#[actix_web::test]
async fn a_new_key_takes_over_while_the_old_one_still_opens() {
    // REQ P-02 S-03 X-01
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = Bench::demo(engine).await;
        let login = json!({ "login": "pds.staff@example.org", "password": twinning_api::demo::PASSWORD });
        let before = nobody().post(&bench, "/auth/login", login).await.body;
        audit::keep_head(&bench.app).await.unwrap();
        let settings = [("TWINNING_SECRET_KEY", NEW), ("TWINNING_FORMER_SECRET_KEYS", "")];
        let lost = bench.restarted(&settings).await;
        let token = before["access_token"].as_str().unwrap();
        assert_eq!(with_token(token).get(&lost, "/me").await.status, 401, "the key is gone");
        let verdict = audit::verify(&lost.app).await.unwrap();
        assert!(verdict.problems.iter().any(|problem| problem.contains("not signed")), "{verdict:?}");
        // Former keys stand in a file of their own, as the command leaves them.
        let file = lost.app.settings.data_dir.join("secret.key.former");
        std::fs::write(&file, format!("2021-01-01T00:00:00Z {OLD}\n")).unwrap();
        let bench = lost.restarted(&[("TWINNING_SECRET_KEY", NEW)]).await;
        assert_eq!(with_token(token).get(&bench, "/me").await.status, 200);
        let staff = signed_in(&bench, "pds.staff").await;
        let people = staff.get(&bench, "/people?limit=100").await.body;
        let person =
            people["items"].as_array().unwrap().iter().find(|one| one["phone_masked"].is_string()).unwrap().clone();
        let reveal = format!("/people/{}/actions/reveal", person["id"].as_str().unwrap());
        let reason = json!({ "reason": "示例：核对号码" });
        let phone = staff.post(&bench, &reveal, reason.clone()).await.body["phone"].clone();
        assert_eq!(retention::reseal(&bench.app).await.unwrap(), 170);
        assert_eq!(retention::reseal(&bench.app).await.unwrap(), 0, "a second run has nothing to do");
        audit::sign_anew(&bench.app, &Call::system("test")).await.unwrap();
        std::fs::remove_file(&file).unwrap();
        let bench = bench.restarted(&[("TWINNING_SECRET_KEY", NEW)]).await;
        assert_eq!(audit::verify(&bench.app).await.unwrap().problems, Vec::<String>::new());
        let staff = signed_in(&bench, "pds.staff").await;
        assert_eq!(
            staff.post(&bench, &reveal, reason).await.body["phone"],
            phone,
            "the old key is not needed any more"
        );
    }
}
