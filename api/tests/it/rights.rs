//! Roles: given by two persons, ended at once, never one's own; tokens of programs within their scopes.

use actix_web::http::Method;
use serde_json::{Value, json};
use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::accounts::{invited, organisation};
use crate::caller::{Caller, nobody, signed_in, with_token};
use crate::mailbox::letters;

async fn account(bench: &Bench, login: &str) -> String {
    let found = signed_in(bench, "security").await.get(bench, &format!("/accounts?q={login}")).await.body;
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn ask(bench: &Bench, by: &Caller, login: &str, code: &str, role: &str) -> (u16, Value) {
    let body = json!({ "account_id": account(bench, login).await, "organisation_id": organisation(bench, code).await,
        "role": role, "reason": "示例：工作需要" });
    let answer = by.post(bench, "/appointments", body).await;
    (answer.status, answer.body)
}

fn act(approval: &Value, act: &str) -> String {
    format!("/approvals/{}/actions/{act}", approval["id"].as_str().unwrap())
}

on_each_engine! {
    async fn a_role_is_given_by_two_persons_and_begins_with_a_new_sign_in(bench: &Bench, demo) {
        // REQ Z-08 Z-15 S-01
        let staff = signed_in(bench, "pds.staff").await;
        let security = signed_in(bench, "security").await;
        let weidong = signed_in(bench, "weidong").await;
        let (status, asked) = ask(bench, &staff, "weidong@", "PDS-WD", "street_reviewer").await;
        assert_eq!((status, asked["state"].as_str()), (202, Some("open")));
        assert_eq!(ask(bench, &staff, "weidong@", "PDS-WD", "street_reviewer").await.1["code"], "approval.asked_already");
        let roles = weidong.get(bench, "/me").await.body["scopes"].clone();
        assert_eq!(roles, json!(["branch_admin"]), "asked is not given");
        let own = staff.act(bench, &act(&asked, "approve"), 1, None).await;
        assert_eq!((own.status, own.code()), (422, "approval.own_request"));
        assert_eq!(signed_in(bench, "wuhan.staff").await.act(bench, &act(&asked, "approve"), 1, None).await.status, 404);
        assert_eq!(security.act(bench, &act(&asked, "approve"), 9, None).await.status, 412);
        let approved = security.act(bench, &act(&asked, "approve"), 1, None).await;
        assert_eq!(approved.status, 200, "{}", approved.body);
        assert_eq!(security.act(bench, &act(&asked, "approve"), 1, None).await.code(), "approval.not_open");
        assert_eq!(weidong.get(bench, "/me").await.status, 401, "a rise of rights begins anew");
        let weidong = signed_in(bench, "weidong").await;
        assert_eq!(weidong.get(bench, "/me").await.body["scopes"], json!(["branch_admin", "street_reviewer"]));
        // Ended, the right is gone with the next request, and the other post stays.
        let held = security.get(bench, &format!("/appointments?account_id={}&role=street_reviewer", account(bench, "weidong@").await)).await.body;
        let held = &held["items"][0];
        let path = format!("/appointments/{}/actions/end", held["id"].as_str().unwrap());
        let reason = json!({ "reason": "示例：不再兼任" });
        assert_eq!(weidong.act(bench, &path, 1, Some(reason.clone())).await.code(), "appointment.own");
        assert_eq!(staff.act(bench, &path, 1, Some(reason.clone())).await.status, 200);
        assert_eq!(weidong.get(bench, "/me").await.body["scopes"], json!(["branch_admin"]));
        assert_eq!(staff.act(bench, &path, 2, Some(reason)).await.code(), "appointment.ended");
        let told = weidong.get(bench, "/me/messages").await.body;
        let kinds: Vec<&str> = told["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"appointment.given") && kinds.contains(&"appointment.ended"), "{kinds:?}");
    }

    async fn nobody_asks_for_more_than_they_may_give(bench: &Bench, demo) {
        // REQ Z-11 Z-07
        let tries = [
            ("pds.staff", "pds.staff@", "PDS-ZZB", "org_dept_city", "appointment.own"),
            ("pds.staff", "weidong@", "PDS-WD", "org_dept_city", "appointment.out_of_reach"),
            ("pds.staff", "weidong@", "PDS-WD", "sys_admin", "appointment.out_of_reach"),
            ("pds.staff", "weidong@", "WH-BBT-KHY", "branch_admin", "appointment.out_of_reach"),
            ("weidong", "kangheyuan@", "PDS-WD", "branch_admin", "object.not_found"),
            ("security", "security@", "PDS-ZZB", "sys_admin", "appointment.own"),
            ("admin", "security@", "PDS-ZZB", "sys_admin", "appointment.two_administrators"),
            ("admin", "weidong@", "PDS-WD", "sec_admin", "appointment.two_administrators"),
            ("pds.staff", "weidong@", "PDS-WD", "branch_admin", "appointment.held"),
            ("pds.staff", "weidong@", "PDS-WD", "trainee", "appointment.bad_class"),
        ];
        for (who, whom, code, role, refusal) in tries {
            let (_, body) = ask(bench, &signed_in(bench, who).await, whom, code, role).await;
            assert_eq!(body["code"], refusal, "{who} {whom} {code} {role}: {body}");
        }
    }

    async fn an_administrator_takes_two_persons_and_the_last_one_stays(bench: &Bench, demo) {
        // REQ Z-11
        let security = signed_in(bench, "security").await;
        let admin = signed_in(bench, "admin").await;
        let new = signed_in(bench, "admin").await;
        let invitation = json!({ "email": "second@example.com", "name": "示例管理员", "language": "en",
            "organisation_id": organisation(bench, "PDS-ZZB").await, "identity_check": "当面核验工作证" });
        assert_eq!(new.post(bench, "/invitations", invitation).await.status, 201);
        let link = crate::mailbox::token(bench, "second@example.com", "/invitation/").await;
        let accept = json!({ "token": link, "password": crate::accounts::PASSWORD, "accept_notice": true });
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept).await.status, 204);
        let (status, asked) = ask(bench, &admin, "second@", "PDS-ZZB", "sys_admin").await;
        assert_eq!(status, 202, "{asked}");
        // A sole security administrator cannot end the last one of a kind, be it with a second person.
        let of = async |login: &str| {
            let path = format!("/appointments?account_id={}", account(bench, login).await);
            security.get(bench, &path).await.body["items"][0].clone()
        };
        let held = of("admin@").await;
        let path = format!("/appointments/{}/actions/end", held["id"].as_str().unwrap());
        let reason = json!({ "reason": "示例：轮换岗位" });
        assert_eq!(security.act(bench, &path, 1, Some(reason.clone())).await.code(), "appointment.last_administrator");
        assert_eq!(security.act(bench, &act(&asked, "approve"), 1, None).await.status, 200);
        let ending = security.act(bench, &path, 1, Some(reason)).await;
        assert_eq!(ending.status, 202, "{}", ending.body);
        assert_eq!(admin.get(bench, "/settings").await.status, 200, "asked is not ended");
        let own = security.act(bench, &act(&ending.body, "approve"), 1, None).await;
        assert_eq!(own.code(), "approval.own_request");
        assert_eq!(security.act(bench, &act(&ending.body, "withdraw"), 1, None).await.status, 200);
    }

    async fn two_administrators_cannot_end_each_other_at_once(bench: &Bench, demo) {
        // REQ Z-11: of two approvals that come at the same time, the second finds the last one and is refused.
        let security = signed_in(bench, "security").await;
        let second = invited(bench, "admin", "PDS-ZZB", "twin@example.com", "branch_admin").await;
        let id = account(bench, "twin@").await;
        let held = security.get(bench, &format!("/appointments?account_id={id}")).await.body["items"][0].clone();
        let path = format!("/appointments/{}/actions/end", held["id"].as_str().unwrap());
        let reason = json!({ "reason": "示例：改任管理员" });
        assert_eq!(security.act(bench, &path, 1, Some(reason.clone())).await.status, 200);
        drop(second);
        let (status, asked) = ask(bench, &signed_in(bench, "admin").await, "twin@", "PDS-ZZB", "sys_admin").await;
        assert_eq!(status, 202, "{asked}");
        assert_eq!(security.act(bench, &act(&asked, "approve"), 1, None).await.status, 200);
        let disable = async |login: &str| {
            let found = security.get(bench, &format!("/accounts?q={login}")).await.body["items"][0].clone();
            let path = format!("/accounts/{}/actions/disable", found["id"].as_str().unwrap());
            (path, found["version"].as_i64().unwrap())
        };
        let (one, two) = (disable("admin@").await, disable("twin@").await);
        let reason = Some(json!({ "reason": "示例：同时停用" }));
        let (one, two) = futures_util::join!(
            security.act(bench, &one.0, one.1, reason.clone()),
            security.act(bench, &two.0, two.1, reason.clone())
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.body, two.body);
    }

    async fn who_asked_must_still_be_able_to_give(bench: &Bench, demo) {
        // REQ Z-08
        let asker = invited(bench, "pds.staff", "PDS-WD", "asker@example.com", "org_dept_district").await;
        let security = signed_in(bench, "security").await;
        let id = account(bench, "weidong@").await;
        let body = json!({ "account_id": id, "organisation_id": organisation(bench, "PDS-WD").await,
            "role": "street_reviewer", "reason": "示例：工作需要" });
        let asked = asker.post(bench, "/appointments", body).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let asked = asked.body;
        let held = security.get(bench, &format!("/appointments?account_id={}", account(bench, "asker@").await)).await;
        let path = format!("/appointments/{}/actions/end", held.body["items"][0]["id"].as_str().unwrap());
        assert_eq!(security.act(bench, &path, 1, Some(json!({ "reason": "示例：调离岗位" }))).await.status, 200);
        let refused = security.act(bench, &act(&asked, "approve"), 1, None).await;
        assert_eq!((refused.status, refused.code()), (422, "appointment.asker_out"), "{asked}");
    }

    async fn a_role_whose_last_day_passed_while_it_waited_is_not_given(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let body = json!({ "account_id": account(bench, "weidong@").await, "ends_on": "2021-03-02",
            "organisation_id": organisation(bench, "PDS-WD").await, "role": "street_reviewer", "reason": "示例：临时代班" });
        let asked = staff.post(bench, "/appointments", body).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        bench.app.clock().advance(chrono::Duration::days(3));
        let security = signed_in(bench, "security").await;
        let answer = security.act(bench, &act(&asked.body, "approve"), 1, None).await;
        assert_eq!((answer.status, answer.code()), (409, "appointment.ended"));
    }

    async fn an_invitation_gives_its_role_only_while_the_inviter_could(bench: &Bench, demo) {
        // REQ Z-08
        let inviter = invited(bench, "pds.staff", "PDS-WD", "inviter@example.com", "branch_admin").await;
        let body = crate::accounts::invitation(bench, "PDS-WD", "late@example.com", "branch_admin").await;
        assert_eq!(inviter.post(bench, "/invitations", body).await.status, 201);
        let security = signed_in(bench, "security").await;
        let found = security.get(bench, "/accounts?q=inviter@").await.body["items"][0].clone();
        let path = format!("/accounts/{}/actions/disable", found["id"].as_str().unwrap());
        let reason = Some(json!({ "reason": "示例：调离岗位" }));
        assert_eq!(security.act(bench, &path, found["version"].as_i64().unwrap(), reason).await.status, 200);
        let link = crate::mailbox::token(bench, "late@example.com", "/invitation/").await;
        let accept = json!({ "token": link, "password": crate::accounts::PASSWORD, "accept_notice": true });
        assert_eq!(nobody().post(bench, "/auth/invitation/accept", accept).await.status, 204);
        let me = crate::accounts::sign_in(bench, "late@example.com", crate::accounts::PASSWORD, None).await.unwrap();
        assert_eq!(me.get(bench, "/me").await.body["scopes"], json!([]));
    }

    async fn what_nobody_decides_ends_by_itself(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let (_, asked) = ask(bench, &staff, "weidong@", "PDS-WD", "street_reviewer").await;
        bench.app.clock().advance(chrono::Duration::days(8));
        let security = signed_in(bench, "security").await;
        assert_eq!(security.act(bench, &act(&asked, "approve"), 1, None).await.code(), "approval.not_open");
        twinning_api::approval::ops::expire(&bench.app).await.unwrap();
        let path = format!("/approvals/{}", asked["id"].as_str().unwrap());
        assert_eq!(security.get(bench, &path).await.body["state"], "expired");
    }

    async fn a_token_of_a_program_stays_within_its_scopes(bench: &Bench, demo) {
        // REQ S-05 Z-08
        let me = invited(bench, "pds.staff", "PDS-WD", "program@example.com", "branch_admin").await;
        let bad = json!({ "name": "台账", "scopes": ["accounts", "me"], "days": 30 });
        assert_eq!(me.post(bench, "/me/api-tokens", bad).await.status, 422);
        let body = json!({ "name": "台账", "scopes": ["activities", "organisations"], "days": 30 });
        let made = me.post(bench, "/me/api-tokens", body).await;
        assert_eq!(made.status, 201);
        let program = with_token(made.body["token"].as_str().unwrap());
        assert_eq!(program.get(bench, "/activities").await.status, 200);
        let denied = program.post(bench, "/activities", json!({ "title": "x" })).await;
        assert_eq!((denied.status, denied.code()), (403, "auth.denied"), "reading is not writing");
        for path in ["/me", "/people", "/accounts", "/me/api-tokens", "/me/data", "/approvals"] {
            assert_eq!(program.get(bench, path).await.status, 403, "{path}");
        }
        let listed = me.get(bench, "/me/api-tokens").await.body;
        assert_eq!(listed["items"][0]["last_used_on"], "2021-03-01");
        assert!(!listed.to_string().contains(made.body["token"].as_str().unwrap()));
        let path = format!("/me/api-tokens/{}", made.body["id"].as_str().unwrap());
        assert_eq!(signed_in(bench, "xinhua").await.send(bench, Method::DELETE, &path, None, &[]).await.status, 404);
        assert_eq!(me.send(bench, Method::DELETE, &path, None, &[]).await.status, 204);
        assert_eq!(program.get(bench, "/activities").await.status, 401);
    }

    async fn a_token_sees_no_rosters_invites_nobody_and_ends_with_the_sign_ins(bench: &Bench, demo) {
        // REQ S-05 S-04
        let staff = signed_in(bench, "pds.staff").await;
        let body = json!({ "name": "台账", "scopes": ["classes", "imports:write"], "days": 30 });
        let made = staff.post(bench, "/me/api-tokens", body.clone()).await;
        let program = with_token(made.body["token"].as_str().unwrap());
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(program.get(bench, "/classes").await.status, 200);
        assert_eq!(program.get(bench, &format!("/classes/{class}/enrolments")).await.status, 403);
        assert_eq!(program.get(bench, &format!("/classes/{class}")).await.body["may_see_roster"], false);
        let people = "姓名,单位,邮箱\n示例甲,PDS-WD,token@example.com\n";
        for kind in ["people", "enrolments"] {
            let fields = [("kind", kind), ("class_id", class.as_str())];
            let answer = program.upload(bench, "/imports", &fields, "people.csv", people.as_bytes()).await;
            assert_eq!(answer.status, 403, "{kind}: {}", answer.body);
        }
        let own = staff.upload(bench, "/imports", &[("kind", "people")], "people.csv", people.as_bytes()).await;
        assert_eq!(own.status, 202, "{}", own.body);
        let path = format!("/imports/{}", own.body["id"].as_str().unwrap());
        assert_eq!(program.get(bench, &path).await.status, 403, "what a person brought in is not shown to a program");
        assert_eq!(program.act(bench, &format!("{path}/actions/confirm"), 1, None).await.status, 403);
        // What ends the sign-ins of an account ends its programs.
        let security = signed_in(bench, "security").await;
        let found = security.get(bench, "/accounts?q=pds.staff@").await.body["items"][0].clone();
        let path = format!("/accounts/{}/actions/end_sessions", found["id"].as_str().unwrap());
        assert_eq!(security.act(bench, &path, found["version"].as_i64().unwrap(), None).await.status, 200);
        assert_eq!(program.get(bench, "/classes").await.status, 401);
        let staff = signed_in(bench, "pds.staff").await;
        let made = staff.post(bench, "/me/api-tokens", body).await;
        let program = with_token(made.body["token"].as_str().unwrap());
        let path = format!("/accounts/{}/actions/disable", found["id"].as_str().unwrap());
        let reason = Some(json!({ "reason": "示例：调离岗位" }));
        assert_eq!(security.act(bench, &path, found["version"].as_i64().unwrap(), reason).await.status, 200);
        assert_eq!(program.get(bench, "/classes").await.status, 401);
    }

    async fn the_inbox_has_what_is_mailed_and_choices_are_kept(bench: &Bench, demo) {
        let staff = signed_in(bench, "pds.staff").await;
        let security = signed_in(bench, "security").await;
        let off = json!({ "mail": { "approval.asked": "off" } });
        assert_eq!(security.send(bench, Method::PUT, "/subscriptions", Some(off), &[]).await.status, 200);
        let wrong = json!({ "mail": { "account.locked": "off" } });
        assert_eq!(security.send(bench, Method::PUT, "/subscriptions", Some(wrong), &[]).await.code(), "field.unknown");
        ask(bench, &staff, "weidong@", "PDS-WD", "street_reviewer").await;
        assert!(letters(bench).await.is_empty(), "no letter, for it was chosen so");
        let inbox = security.get(bench, "/me/messages?unread=true&count=true").await.body;
        assert_eq!(inbox["total"], 1);
        let path = format!("/me/messages/{}/actions/read", inbox["items"][0]["id"].as_str().unwrap());
        assert_eq!(security.post(bench, &path, json!({})).await.status, 200);
        assert_eq!(security.get(bench, "/me").await.body["unread"], 0);
    }
}
