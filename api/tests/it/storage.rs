//! Files behind one interface: what holds for a folder holds for a bucket of S3-compatible storage.

use actix_web::http::Method;
use futures_util::TryStreamExt as _;
use twinning_api::file::ops::check;
use twinning_api::testkit::{Bench, Engine};

use crate::bucket::Bucket;
use crate::caller::{Caller, signed_in};

/// A PDF of a size; its content does not repeat, so that a wrong part would show.
fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut state = 7_u32;
    while bytes.len() < size {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push(state.to_be_bytes()[0]);
    }
    bytes
}

async fn uploader(bench: &Bench) -> Caller {
    twinning_api::demo::seed(&bench.app).await.unwrap();
    signed_in(bench, "weidong").await
}

#[actix_web::test]
async fn a_bucket_keeps_reads_ranges_and_removes_like_a_folder() {
    // REQ U-06
    let bucket = Bucket::start().await;
    for bench in [bucket.with_key(Engine::Sqlite).await, Bench::empty(Engine::Sqlite).await] {
        let files = &bench.app.files;
        let small = files.stage_bytes(b"hello twinning".to_vec()).await.unwrap();
        files.keep(&small, "small").await.unwrap();
        let part: Vec<_> = files.read("small", 6..10).await.unwrap().try_collect().await.unwrap();
        assert_eq!(part.concat(), b"twin");
        // Past the size at which an upload is cut into parts.
        let large = pdf(20 << 20);
        let staged = files.stage_bytes(large.clone()).await.unwrap();
        files.keep(&staged, "large").await.unwrap();
        assert!(files.bytes("large", large.len() as u64, u64::MAX).await.unwrap() == large);
        files.remove("large").await.unwrap();
        files.remove("large").await.unwrap();
        assert!(matches!(files.read("large", 0..1).await.err(), Some(twinning_api::Error::NotFound(_))));
        files.ping().await.unwrap();
        files.reachable().await.unwrap();
        // REQ D-08: what no file speaks of is told once it is older than an upload takes, and set aside, not deleted.
        assert_eq!(check::check(&bench.app).await.unwrap().orphans, Vec::<String>::new());
        bench.app.clock().advance(chrono::Duration::days(36_500));
        let orphans = check::check(&bench.app).await.unwrap().orphans;
        assert_eq!(orphans, [files.path_of("small")]);
        check::set_aside(&bench.app, &orphans).await.unwrap();
        assert_eq!(check::check(&bench.app).await.unwrap().orphans, Vec::<String>::new());
        assert!(files.read("small", 0..1).await.is_err());
    }
    assert_eq!(bucket.objects(), 1, "the small one is kept aside");
}

#[actix_web::test]
async fn a_wrong_key_is_no_storage() {
    let bucket = Bucket::start().await;
    let bench = bucket.bench(Engine::Sqlite, "another key").await;
    assert!(bench.app.files.ping().await.is_err());
    assert_eq!(bucket.objects(), 0);
}

#[actix_web::test]
async fn files_are_served_from_a_bucket_with_ranges_and_tags() {
    let bucket = Bucket::start().await;
    let bench = bucket.with_key(Engine::Sqlite).await;
    let weidong = uploader(&bench).await;
    let bytes = pdf(3 << 20);
    let made = weidong.upload(&bench, "/files", &[("kind", "document")], "材料.pdf", &bytes).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/files/{}/content", made.body["id"].as_str().unwrap());
    let whole = weidong.get(&bench, &path).await;
    assert_eq!(whole.status, 200);
    assert!(whole.bytes == bytes);
    let header = whole.header("content-disposition").unwrap();
    assert!(header.starts_with("attachment;"), "{header}");
    assert!(header.ends_with("filename*=UTF-8''%E6%9D%90%E6%96%99.pdf"), "{header}");
    let tail = weidong.send(&bench, Method::GET, &path, None, &[("range", "bytes=-100")]).await;
    assert_eq!((tail.status, tail.bytes), (206, bytes[bytes.len() - 100..].to_vec()));
    let tag = whole.header("etag").unwrap().to_owned();
    assert_eq!(weidong.send(&bench, Method::GET, &path, None, &[("if-none-match", &tag)]).await.status, 304);
}

#[actix_web::test]
async fn a_storage_that_is_down_leaves_no_file_and_comes_back() {
    // REQ D-06
    let mut bucket = Bucket::start().await;
    let bench = bucket.with_key(Engine::Sqlite).await;
    let weidong = uploader(&bench).await;
    let bytes = pdf(10_000);
    let kept = weidong.upload(&bench, "/files", &[("kind", "document")], "在.pdf", &bytes).await;
    let content = format!("/files/{}/content", kept.body["id"].as_str().unwrap());
    let objects = bucket.objects();
    bucket.stop().await;
    let refused = weidong.upload(&bench, "/files", &[("kind", "document")], "不在.pdf", &bytes).await;
    assert_eq!((refused.status, refused.code()), (503, "service.unavailable"));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(weidong.get(&bench, &content).await.status, 503);
    assert_eq!(weidong.get(&bench, "/pairings").await.status, 200, "the rest works");
    assert!(bench.app.files.reachable().await.is_err());
    bucket.resume().await;
    assert!(weidong.get(&bench, &content).await.bytes == bytes);
    assert_eq!(bucket.objects(), objects);
    assert_eq!(weidong.upload(&bench, "/files", &[("kind", "document")], "在.pdf", &bytes).await.status, 201);
}
