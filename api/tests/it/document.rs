//! Documents and files: who may read, and how bytes are served.

use twinning_api::on_each_engine;
use twinning_api::testkit::Bench;

use crate::caller::{nobody, signed_in};

on_each_engine! {
    async fn materials_are_for_the_class(bench: &Bench, demo) {
        // REQ Z-02 Z-03
        let class = nobody().get(bench, "/classes").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/classes/{class}/materials");
        let trainee = signed_in(bench, "trainee001").await;
        let materials = trainee.get(bench, &path).await;
        assert_eq!(materials.status, 200, "{}", materials.body);
        let first = &materials.body["items"][0]["file"];
        let content = format!("/files/{}/content", first["id"].as_str().unwrap());
        let whole = trainee.get(bench, &content).await;
        assert_eq!((whole.status, whole.bytes.len() as i64), (200, first["size"].as_i64().unwrap()));
        assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
        assert!(whole.header("content-disposition").unwrap().starts_with("attachment"));
        let tag = whole.header("etag").unwrap().to_owned();
        let part = trainee.send(bench, actix_web::http::Method::GET, &content, None, &[("range", "bytes=2-5")]).await;
        assert_eq!((part.status, part.bytes), (206, whole.bytes[2..6].to_vec()));
        let known = trainee.send(bench, actix_web::http::Method::GET, &content, None, &[("if-none-match", &tag)]).await;
        assert_eq!(known.status, 304);
        let beyond = trainee.send(bench, actix_web::http::Method::GET, &content, None, &[("range", "bytes=999999999-")]).await;
        assert_eq!((beyond.status, beyond.code()), (416, "file.range"));
        assert_eq!(nobody().get(bench, &path).await.status, 401);
        assert_eq!(nobody().get(bench, &content).await.status, 404);
        let weidong = signed_in(bench, "weidong").await;
        assert_eq!(weidong.get(bench, &path).await.status, 403);
        assert_eq!(weidong.get(bench, &content).await.status, 404, "a branch is not in the class");
        let admin = signed_in(bench, "admin").await;
        assert_eq!(admin.get(bench, &content).await.status, 404, "administrators read no content");
    }

    async fn search_never_counts_what_the_caller_may_not_read(bench: &Bench, demo) {
        // A phrase of a document that only the class may read.
        let path = format!("/search?q={}", crate::demo::encoded("能画出本社区的事项流转图"));
        assert_eq!(nobody().get(bench, &path).await.body["total"], 0);
        let trainee = signed_in(bench, "trainee001").await;
        assert_eq!(trainee.get(bench, &path).await.body["total"], 1);
    }

    async fn hostile_uploads_are_refused(bench: &Bench, demo) {
        let weidong = signed_in(bench, "weidong").await;
        for (name, bytes, status, code) in [
            ("空.pdf", b"".as_slice(), 422, "file.empty"),
            ("页面.pdf", b"<html>".as_slice(), 415, "file.unsupported_type"),
            ("名.exe", b"MZ\x90\x00".as_slice(), 415, "file.unsupported_type"),
            ("秘密★5年.pdf", b"%PDF-1.4".as_slice(), 422, "file.classified"),
            ("图.jpg", b"\xFF\xD8\xFF rubbish".as_slice(), 422, "file.bad_picture"),
        ] {
            let kind = if name.ends_with("jpg") { "photo" } else { "document" };
            let answer = weidong.upload(bench, "/files", &[("kind", kind)], name, bytes).await;
            assert_eq!((answer.status, answer.code()), (status, code), "{name}");
        }
        assert_eq!(nobody().upload(bench, "/files", &[("kind", "document")], "a.pdf", b"%PDF-1.4").await.status, 401);
        let good = weidong.upload(bench, "/files", &[("kind", "document")], "../说明.pdf", b"%PDF-1.4 x").await;
        assert_eq!((good.status, good.body["name"].as_str()), (201, Some("说明.pdf")));
        let path = format!("/files/{}", good.body["id"].as_str().unwrap());
        assert_eq!(weidong.get(bench, &path).await.status, 200);
        assert_eq!(signed_in(bench, "xinhua").await.get(bench, &path).await.status, 404);
    }
}
