//! How people get accounts and keep them safe: invitations, passwords, the second factor, sign-ins.

use actix_web::http::Method;
use serde_json::{Value, json};
use twinning_api::infra::jobs;
use twinning_api::testkit::{Bench, Engine};
use twinning_api::{JOBS, on_each_engine};

use crate::caller::{Caller, nobody, signed_in, with_token};
use crate::mailbox::{letters, token};

pub const PASSWORD: &str = "Lantern-7-river";

/// The organisation of a code.
pub async fn organisation(bench: &Bench, code: &str) -> String {
    let found = nobody().get(bench, "/organisations?limit=100").await.body;
    let found = found["items"].as_array().unwrap().iter().find(|one| one["code"] == code).unwrap()["id"].clone();
    found.as_str().unwrap().to_owned()
}

/// An invitation to a branch of a code.
pub async fn invitation(bench: &Bench, code: &str, email: &str, role: &str) -> Value {
    json!({ "email": email, "name": "示例受邀人", "organisation_id": organisation(bench, code).await, "role": role,
        "identity_check": "当面核验工作证", "language": "en" })
}

/// Invites, accepts and signs in.
pub async fn invited(bench: &Bench, by: &str, code: &str, email: &str, role: &str) -> Caller {
    let by = signed_in(bench, by).await;
    let made = by.post(bench, "/invitations", invitation(bench, code, email, role).await).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let token = token(bench, email, "/invitation/").await;
    let accepted = json!({ "token": token, "password": PASSWORD, "accept_notice": true });
    let answer = nobody().post(bench, "/auth/invitation/accept", accepted).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    sign_in(bench, email, PASSWORD, None).await.unwrap()
}

/// Signs in, or gives the code of the refusal.
pub async fn sign_in(bench: &Bench, login: &str, password: &str, totp: Option<&str>) -> Result<Caller, String> {
    let body = json!({ "login": login, "password": password, "totp": totp });
    let answer = nobody().post(bench, "/auth/login", body).await;
    match answer.body["access_token"].as_str() {
        Some(token) => Ok(with_token(token)),
        None => Err(answer.code().to_owned()),
    }
}

/// The code of a secret in base 32 at the time of the bench.
pub fn totp(bench: &Bench, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(bench.app.now().timestamp()).unwrap()).to_string()
}

on_each_engine! {
    async fn an_invitation_is_one_letter_one_link_and_one_account(bench: &Bench, demo) {
        // REQ C-06 A-06 Z-08
        let staff = signed_in(bench, "pds.staff").await;
        let asked = invitation(bench, "PDS-WD", "new@example.com", "branch_admin").await;
        let made = staff.post(bench, "/invitations", asked.clone()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.header("location").unwrap(), format!("/api/v1/invitations/{}", made.body["id"].as_str().unwrap()));
        assert_eq!(letters(bench).await.len(), 1);
        // Invited is not confirmed: no password fits.
        assert_eq!(sign_in(bench, "new@example.com", PASSWORD, None).await.err().unwrap(), "auth.failed");
        let link = token(bench, "new@example.com", "/invitation/").await;
        let accept = |token: &str, password: &str, notice: bool| {
            json!({ "token": token, "password": password, "accept_notice": notice })
        };
        let path = "/auth/invitation/accept";
        let refused = [
            (accept(&link, PASSWORD, false), "invitation.notice_needed"),
            (accept(&link, "short", true), "input.invalid"),
            (accept(&link, "weidong-NEW-1", true), ""),
            (accept("x", PASSWORD, true), "auth.link_invalid"),
        ];
        for (body, code) in refused.iter().filter(|(_, code)| !code.is_empty()) {
            let answer = nobody().post(bench, path, body.clone()).await;
            assert_eq!((answer.status, answer.code()), (422, *code), "{}", answer.body);
        }
        assert_eq!(nobody().post(bench, path, accept(&link, PASSWORD, true)).await.status, 204);
        let again = nobody().post(bench, path, accept(&link, PASSWORD, true)).await;
        assert_eq!((again.status, again.code()), (422, "auth.link_invalid"));
        let me = sign_in(bench, "new@example.com", PASSWORD, None).await.unwrap().get(bench, "/me").await.body;
        assert_eq!(me["appointments"][0]["role"], "branch_admin");
        assert_eq!(me["appointments"][0]["organisation_name"], "卫东区");
        let twice = staff.post(bench, "/invitations", asked).await;
        assert_eq!((twice.status, twice.code()), (409, "invitation.login_taken"));
        let done = signed_in(bench, "audit").await.get(bench, "/audit-entries?operation=invitation").await.body;
        let operations: Vec<&str> =
            done["items"].as_array().unwrap().iter().map(|one| one["operation"].as_str().unwrap()).collect();
        assert!(operations.contains(&"invitation.accept") && operations.contains(&"invitation.send"), "{operations:?}");
        // What was refused is on record, too (REQ G-01).
        let refused = signed_in(bench, "audit").await.get(bench, "/audit-entries?result=refused&limit=100").await.body;
        let codes: Vec<&str> =
            refused["items"].as_array().unwrap().iter().filter_map(|one| one["detail"]["code"].as_str()).collect();
        assert!(codes.contains(&"auth.link_invalid") && codes.contains(&"invitation.login_taken"), "{codes:?}");
    }

    async fn a_link_of_another_kind_and_an_old_one_open_nothing(bench: &Bench, demo) {
        // REQ S-05 A-06
        let staff = signed_in(bench, "pds.staff").await;
        let made = staff.post(bench, "/invitations", invitation(bench, "PDS-WD", "old@example.com", "branch_admin").await).await.body;
        let link = token(bench, "old@example.com", "/invitation/").await;
        let reset = json!({ "token": link, "password": PASSWORD });
        assert_eq!(nobody().post(bench, "/auth/password/reset", reset).await.code(), "auth.link_invalid");
        // Sent again, the first link is dead; both letters went out.
        let path = format!("/invitations/{}/actions/resend", made["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &path, 1, None).await.status, 200);
        let fresh = token(bench, "old@example.com", "/invitation/").await;
        assert_ne!(link, fresh);
        let accept = |token: &str| json!({ "token": token, "password": PASSWORD, "accept_notice": true });
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept(&link)).await.code(), "auth.link_invalid");
        bench.app.clock().advance(chrono::Duration::hours(25));
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept(&fresh)).await.code(), "auth.link_invalid");
        // Revoked, the address is free for another try.
        let staff = signed_in(bench, "pds.staff").await;
        assert_eq!(staff.act(bench, &path, 2, None).await.status, 200);
        let revoke = format!("/invitations/{}/actions/revoke", made["id"].as_str().unwrap());
        assert_eq!(staff.act(bench, &revoke, 3, None).await.status, 200);
        assert_eq!(staff.act(bench, &revoke, 4, None).await.code(), "invitation.not_open");
        let again = invitation(bench, "PDS-WD", "old@example.com", "branch_admin").await;
        assert_eq!(staff.post(bench, "/invitations", again).await.status, 201);
    }

    async fn nobody_invites_beyond_their_reach(bench: &Bench, demo) {
        // REQ Z-11
        let tries = [
            ("weidong", "PDS-WD", "street_reviewer", "invitation.out_of_reach"),
            ("weidong", "PDS-XH", "branch_admin", "invitation.out_of_reach"),
            ("pds.staff", "WH-BBT-KHY", "branch_admin", "invitation.out_of_reach"),
            ("pds.staff", "PDS-WD", "org_dept_city", "invitation.out_of_reach"),
            ("pds.staff", "PDS-WD", "sys_admin", "invitation.not_by_invitation"),
            ("admin", "PDS-WD", "sec_admin", "invitation.not_by_invitation"),
            ("pds.staff", "PDS-WD", "trainee", "appointment.bad_class"),
        ];
        for (who, code, role, refusal) in tries {
            let body = invitation(bench, code, "far@example.com", role).await;
            let answer = signed_in(bench, who).await.post(bench, "/invitations", body).await;
            assert_eq!((answer.status, answer.code()), (422, refusal), "{who} {code} {role}");
        }
        for email in ["a@example.com\r\nBcc: b@example.com", "a@example.com,b@example.com", "a", "A <a@example.com>"] {
            let body = invitation(bench, "PDS-WD", email, "branch_admin").await;
            let answer = signed_in(bench, "pds.staff").await.post(bench, "/invitations", body).await;
            assert_eq!((answer.status, answer.code()), (422, "field.email"), "{email:?}");
        }
        assert!(letters(bench).await.is_empty());
    }

    async fn a_forgotten_password_is_set_anew_once(bench: &Bench, demo) {
        // REQ A-04 A-06 A-07
        let member = invited(bench, "pds.staff", "PDS-WD", "forgot@example.com", "branch_admin").await;
        for email in ["forgot@example.com", "unknown@example.com", "no address"] {
            assert_eq!(nobody().post(bench, "/auth/password/forgot", json!({ "email": email })).await.status, 202);
        }
        jobs::run_until_idle(&bench.app, JOBS).await.unwrap();
        let before = letters(bench).await.len();
        let link = token(bench, "forgot@example.com", "/password/").await;
        assert_eq!(before, 2, "the invitation and one link, none to strangers");
        let reset = |password: &str| json!({ "token": link, "password": password });
        let same = nobody().post(bench, "/auth/password/reset", reset(PASSWORD)).await;
        assert_eq!((same.status, same.code()), (422, "password.used_before"));
        assert_eq!(nobody().post(bench, "/auth/password/reset", reset("Harbour-9-lamp")).await.status, 204);
        assert_eq!(member.get(bench, "/me").await.status, 401, "every sign-in has ended");
        assert_eq!(nobody().post(bench, "/auth/password/reset", reset("Harbour-8-lamp")).await.code(), "auth.link_invalid");
        assert!(sign_in(bench, "forgot@example.com", "Harbour-9-lamp", None).await.is_ok());
        assert_eq!(sign_in(bench, "forgot@example.com", PASSWORD, None).await.err().unwrap(), "auth.failed");
        assert_eq!(letters(bench).await.len(), 3, "the owner hears of the change");
        // Five an hour and no more.
        for _ in 0..8 {
            nobody().post(bench, "/auth/password/forgot", json!({ "email": "forgot@example.com" })).await;
        }
        jobs::run_until_idle(&bench.app, JOBS).await.unwrap();
        assert_eq!(letters(bench).await.len(), 3 + 4);
    }

    async fn a_password_is_changed_with_the_old_one_and_ends_other_sign_ins(bench: &Bench, demo) {
        // REQ A-02 A-07
        let here = invited(bench, "pds.staff", "PDS-WD", "change@example.com", "branch_admin").await;
        let there = sign_in(bench, "change@example.com", PASSWORD, None).await.unwrap();
        let change = |old: &str, new: &str| json!({ "current_password": old, "new_password": new });
        let path = "/me/actions/change_password";
        assert_eq!(here.post(bench, path, change("wrong", "Harbour-9-lamp")).await.code(), "auth.password_wrong");
        assert_eq!(here.post(bench, path, change(PASSWORD, PASSWORD)).await.code(), "password.used_before");
        assert_eq!(here.post(bench, path, change(PASSWORD, "卫东区Abc-1234")).await.code(), "password.contains_name");
        let mut password = PASSWORD.to_owned();
        for turn in 0..6 {
            let next = format!("Harbour-{turn}-lamp-Q");
            assert_eq!(here.post(bench, path, change(&password, &next)).await.status, 204, "{turn}");
            password = next;
        }
        assert_eq!(here.get(bench, "/me").await.status, 200);
        assert_eq!(there.get(bench, "/me").await.status, 401);
        // The last five may not come back, the one before them may.
        assert_eq!(here.post(bench, path, change(&password, "Harbour-2-lamp-Q")).await.code(), "password.used_before");
        assert_eq!(here.post(bench, path, change(&password, PASSWORD)).await.status, 204);
    }

    async fn an_address_changes_with_a_link_that_went_there(bench: &Bench, demo) {
        // REQ A-07
        let here = invited(bench, "pds.staff", "PDS-WD", "from@example.com", "branch_admin").await;
        let ask = |email: &str| json!({ "current_password": PASSWORD, "email": email });
        let path = "/me/actions/change_address";
        assert_eq!(here.post(bench, path, ask("to@example.com\r\nBcc: x@example.com")).await.code(), "field.email");
        assert_eq!(here.post(bench, path, ask("to@example.com")).await.status, 202);
        let link = token(bench, "to@example.com", "/address/").await;
        assert!(sign_in(bench, "to@example.com", PASSWORD, None).await.is_err());
        assert_eq!(nobody().post(bench, "/auth/address/confirm", json!({ "token": link })).await.status, 204);
        assert_eq!(here.get(bench, "/me").await.status, 401);
        assert!(sign_in(bench, "to@example.com", PASSWORD, None).await.is_ok());
        assert!(sign_in(bench, "from@example.com", PASSWORD, None).await.is_err());
        let told = letters(bench).await;
        assert!(told.iter().any(|one| one.contains("To: from@example.com") && one.contains("t***@example.com")));
    }

    async fn a_second_factor_is_asked_for_and_each_code_works_once(bench: &Bench, demo) {
        // REQ A-05
        let me = invited(bench, "pds.staff", "PDS-WD", "factor@example.com", "branch_admin").await;
        let proof = |password: &str| json!({ "current_password": password });
        assert_eq!(me.post(bench, "/me/totp", proof("wrong")).await.code(), "auth.password_wrong");
        assert_eq!(me.post(bench, "/me/totp/actions/confirm", json!({ "code": "123456" })).await.code(), "factor.not_begun");
        let setup = me.post(bench, "/me/totp", proof(PASSWORD)).await.body;
        let secret = setup["secret"].as_str().unwrap().to_owned();
        assert!(setup["otpauth_url"].as_str().unwrap().starts_with("otpauth://totp/"));
        assert_eq!(me.post(bench, "/me/totp/actions/confirm", json!({ "code": "000000" })).await.code(), "factor.code_wrong");
        let codes = me.post(bench, "/me/totp/actions/confirm", json!({ "code": totp(bench, &secret) })).await.body;
        assert_eq!(codes["codes"].as_array().unwrap().len(), 10);
        let login = "factor@example.com";
        assert_eq!(sign_in(bench, login, PASSWORD, None).await.err().unwrap(), "auth.totp_required");
        let used = totp(bench, &secret);
        assert_eq!(sign_in(bench, login, PASSWORD, Some(&used)).await.err().unwrap(), "auth.totp_wrong", "used at set-up");
        bench.app.clock().advance(chrono::Duration::seconds(30));
        let code = totp(bench, &secret);
        assert!(sign_in(bench, login, PASSWORD, Some(&code)).await.is_ok());
        assert_eq!(sign_in(bench, login, PASSWORD, Some(&code)).await.err().unwrap(), "auth.totp_wrong");
        assert_eq!(sign_in(bench, login, "wrong", Some(&code)).await.err().unwrap(), "auth.failed");
        let recovery = codes["codes"][0].as_str().unwrap();
        assert!(sign_in(bench, login, PASSWORD, Some(recovery)).await.is_ok());
        assert_eq!(sign_in(bench, login, PASSWORD, Some(recovery)).await.err().unwrap(), "auth.totp_wrong");
        // Locked by a stranger, the owner still comes in with the factor (REQ A-03).
        for _ in 0..6 {
            let _ = sign_in(bench, login, "wrong", None).await;
        }
        assert_eq!(sign_in(bench, login, PASSWORD, None).await.err().unwrap(), "auth.failed");
        bench.app.clock().advance(chrono::Duration::seconds(90));
        let me = sign_in(bench, login, PASSWORD, Some(&totp(bench, &secret))).await.unwrap();
        // Removed with password and code, and by a security administrator for somebody who lost it.
        bench.app.clock().advance(chrono::Duration::seconds(60));
        let remove = json!({ "current_password": PASSWORD, "code": totp(bench, &secret) });
        assert_eq!(me.post(bench, "/me/totp/actions/remove", remove).await.status, 204);
        assert!(sign_in(bench, login, PASSWORD, None).await.is_ok());
    }

    async fn codes_cannot_be_guessed_by_who_has_the_password(bench: &Bench, demo) {
        // REQ A-05 A-03
        let login = "guess@example.com";
        let me = invited(bench, "pds.staff", "PDS-WD", login, "branch_admin").await;
        let setup = me.post(bench, "/me/totp", json!({ "current_password": PASSWORD })).await.body;
        let secret = setup["secret"].as_str().unwrap().to_owned();
        let codes = me.post(bench, "/me/totp/actions/confirm", json!({ "code": totp(bench, &secret) })).await.body;
        bench.app.clock().advance(chrono::Duration::seconds(60));
        for turn in 0..5 {
            let refusal = sign_in(bench, login, PASSWORD, Some("000000")).await.err().unwrap();
            assert!(["auth.totp_wrong", "auth.failed"].contains(&refusal.as_str()), "{turn}: {refusal}");
        }
        // The sixth is not looked at, be it right, and neither is a recovery code.
        for code in [totp(bench, &secret), codes["codes"][0].as_str().unwrap().to_owned()] {
            assert_eq!(sign_in(bench, login, PASSWORD, Some(&code)).await.err().unwrap(), "auth.failed");
        }
        bench.app.clock().advance(chrono::Duration::minutes(31));
        let me = sign_in(bench, login, PASSWORD, Some(&totp(bench, &secret))).await.unwrap();
        // A right code gave the tries back; removing the factor has as few.
        let remove = |code: String| json!({ "current_password": PASSWORD, "code": code });
        for _ in 0..5 {
            let answer = me.post(bench, "/me/totp/actions/remove", remove("000000".to_owned())).await;
            assert_eq!(answer.code(), "factor.code_wrong");
        }
        bench.app.clock().advance(chrono::Duration::seconds(60));
        let answer = me.post(bench, "/me/totp/actions/remove", remove(totp(bench, &secret))).await;
        assert_eq!(answer.code(), "factor.code_wrong", "the tries are used up");
    }

    async fn a_stranger_cannot_keep_the_owner_from_changing_the_password(bench: &Bench, demo) {
        // REQ A-03
        let login = "owner@example.com";
        let me = invited(bench, "pds.staff", "PDS-WD", login, "branch_admin").await;
        for _ in 0..6 {
            let _ = sign_in(bench, login, "wrong", None).await;
        }
        assert_eq!(sign_in(bench, login, PASSWORD, None).await.err().unwrap(), "auth.failed");
        let change = json!({ "current_password": PASSWORD, "new_password": "Harbour-9-lantern" });
        assert_eq!(me.post(bench, "/me/actions/change_password", change).await.status, 204);
    }

    async fn an_account_that_was_disabled_before_it_was_opened_has_one_invitation(bench: &Bench, demo) {
        // REQ A-06
        let staff = signed_in(bench, "pds.staff").await;
        let made = staff.post(bench, "/invitations", invitation(bench, "PDS-WD", "once@example.com", "branch_admin").await).await.body;
        let first = token(bench, "once@example.com", "/invitation/").await;
        let path = format!("/accounts/{}", made["account_id"].as_str().unwrap());
        let version = staff.get(bench, &path).await.body["version"].as_i64().unwrap();
        // A role that is asked for waits until the account is open: the invitation gives the first one.
        let ask = json!({ "account_id": made["account_id"], "organisation_id": organisation(bench, "PDS-WD").await,
            "role": "street_reviewer", "reason": "示例：工作需要" });
        assert_eq!(staff.post(bench, "/appointments", ask).await.code(), "account.wrong_state");
        let security = signed_in(bench, "security").await;
        let reason = Some(json!({ "reason": "示例：邀请有误" }));
        assert_eq!(security.act(bench, &format!("{path}/actions/disable"), version, reason).await.status, 200);
        let closed = format!("/invitations/{}", made["id"].as_str().unwrap());
        let closed = staff.get(bench, &closed).await.body;
        assert_eq!((closed["state"].as_str(), closed["email"].as_str()), (Some("revoked"), Some("")));
        assert_eq!(closed["allowed_actions"], json!([]));
        assert_eq!(staff.get(bench, "/accounts?q=once@&count=true").await.body["total"], 0, "the address is free");
        bench.app.clock().advance(chrono::Duration::minutes(1));
        let again = json!({ "email": "once@example.com", "person_id": made["person_id"], "role": "street_reviewer",
            "language": "en", "organisation_id": organisation(bench, "PDS-WD").await, "identity_check": "当面核验工作证" });
        let again = staff.post(bench, "/invitations", again).await;
        assert_eq!(again.status, 201, "{}", again.body);
        let accept = |token: &str| json!({ "token": token, "password": PASSWORD, "accept_notice": true });
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept(&first)).await.code(), "auth.link_invalid");
        let second = token(bench, "once@example.com", "/invitation/").await;
        assert_ne!(first, second);
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept(&second)).await.status, 204);
        let me = sign_in(bench, "once@example.com", PASSWORD, None).await.unwrap();
        assert_eq!(me.get(bench, "/me").await.body["scopes"], json!(["street_reviewer"]), "the role of the second");
    }

    async fn the_console_makes_one_first_administrator_however_often_it_is_asked(bench: &Bench, empty) {
        use twinning_api::RoleCode;
        use twinning_api::invitation::ops::first_administrator;
        let make = async |email: &str| first_administrator(&bench.app, email, "示例管理员", RoleCode::SysAdmin).await;
        let one = make("one@example.com").await.unwrap();
        // Over and swept, the address can still be used, and nobody sends an administrator's link a second time.
        bench.app.clock().advance(chrono::Duration::minutes(31));
        twinning_api::invitation::ops::expire(&bench.app).await.unwrap();
        let two = make("one@example.com").await.unwrap();
        let accept = |path: &str| json!({ "token": path.rsplit('/').next().unwrap(), "password": PASSWORD, "accept_notice": true });
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept(&one)).await.code(), "auth.link_invalid");
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept(&two)).await.status, 204);
        assert!(make("three@example.com").await.is_err());
    }

    async fn sign_ins_are_listed_and_ended(bench: &Bench, demo) {
        // REQ S-01
        let first = signed_in(bench, "weidong").await;
        let second = signed_in(bench, "weidong").await;
        let listed = first.get(bench, "/me/sessions").await.body;
        let listed = listed["items"].as_array().unwrap();
        assert_eq!(listed.len(), 2);
        let other = listed.iter().find(|one| one["current"] == false).unwrap()["id"].as_str().unwrap();
        let stranger = signed_in(bench, "xinhua").await;
        let path = format!("/me/sessions/{other}");
        assert_eq!(stranger.send(bench, Method::DELETE, &path, None, &[]).await.status, 404);
        assert_eq!(first.send(bench, Method::DELETE, &path, None, &[]).await.status, 204);
        assert_eq!(second.get(bench, "/me").await.status, 401);
        assert_eq!(first.get(bench, "/me").await.status, 200);
    }

    async fn accounts_are_disabled_at_once_and_the_last_administrator_stays(bench: &Bench, demo) {
        // REQ Z-08 Z-11
        let security = signed_in(bench, "security").await;
        let weidong = signed_in(bench, "weidong").await;
        let find = async |login: &str| {
            security.get(bench, &format!("/accounts?q={login}")).await.body["items"][0].clone()
        };
        let account = find("weidong").await;
        let path = format!("/accounts/{}/actions/disable", account["id"].as_str().unwrap());
        let reason = json!({ "reason": "示例：调离岗位" });
        let version = account["version"].as_i64().unwrap();
        assert_eq!(security.act(bench, &path, version, Some(reason.clone())).await.status, 200);
        assert_eq!(weidong.get(bench, "/me").await.status, 401);
        assert_eq!(sign_in(bench, "weidong@example.org", twinning_api::demo::PASSWORD, None).await.err().unwrap(), "auth.failed");
        assert_eq!(security.act(bench, &path, version, Some(reason.clone())).await.code(), "account.wrong_state");
        let enable = path.replace("disable", "enable");
        assert_eq!(security.act(bench, &enable, version + 1, None).await.status, 200);
        assert!(sign_in(bench, "weidong@example.org", twinning_api::demo::PASSWORD, None).await.is_ok());
        let audit = find("audit@").await;
        let path = format!("/accounts/{}/actions/disable", audit["id"].as_str().unwrap());
        let answer = security.act(bench, &path, audit["version"].as_i64().unwrap(), Some(reason.clone())).await;
        assert_eq!((answer.status, answer.code()), (409, "account.last_administrator"));
        let own = find("security@").await;
        let path = format!("/accounts/{}/actions/disable", own["id"].as_str().unwrap());
        assert_eq!(security.act(bench, &path, 1, Some(reason)).await.code(), "account.own");
    }
}

#[actix_web::test]
async fn staff_without_a_second_factor_have_no_rights_where_one_is_required() {
    // REQ A-05
    let bench = Bench::demo_with(Engine::Sqlite, &[("TWINNING_SECOND_FACTOR", "required_for_staff")]).await;
    let staff = signed_in(&bench, "pds.staff").await;
    let me = staff.get(&bench, "/me").await.body;
    assert_eq!((me["must_enrol"].clone(), me["appointments"].as_array().unwrap().len()), (json!(true), 0));
    assert_eq!(staff.get(&bench, "/people").await.status, 403);
    assert_eq!(signed_in(&bench, "weidong").await.get(&bench, "/people").await.status, 200, "branches may go without");
    let secret = staff.post(&bench, "/me/totp", json!({ "current_password": twinning_api::demo::PASSWORD })).await.body;
    let code = json!({ "code": totp(&bench, secret["secret"].as_str().unwrap()) });
    assert_eq!(staff.post(&bench, "/me/totp/actions/confirm", code).await.status, 200);
    assert_eq!(staff.get(&bench, "/people").await.status, 200);
}

#[actix_web::test]
async fn staff_rights_hold_only_in_the_networks_that_are_named() {
    let bench = Bench::demo_with(Engine::Sqlite, &[("TWINNING_STAFF_NETWORKS", "10.0.0.0/8")]).await;
    // Calls of tests come from no network at all.
    assert_eq!(signed_in(&bench, "pds.staff").await.get(&bench, "/people").await.status, 403);
    assert_eq!(signed_in(&bench, "weidong").await.get(&bench, "/people").await.status, 200);
}

#[actix_web::test]
async fn a_password_is_due_after_ninety_days_in_the_national_profile_alone() {
    // REQ A-02
    for (profile, due) in [("gbt-l3", true), ("modern", false)] {
        let bench = Bench::demo_with(Engine::Sqlite, &[("TWINNING_PASSWORD_PROFILE", profile)]).await;
        invited(&bench, "pds.staff", "PDS-WD", "due@example.com", "branch_admin").await;
        bench.app.clock().advance(chrono::Duration::days(91));
        let me = sign_in(&bench, "due@example.com", PASSWORD, None).await.unwrap();
        assert_eq!(me.get(&bench, "/me").await.body["password_due"], json!(due), "{profile}");
    }
}
