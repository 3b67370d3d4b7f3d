//! A real S3-compatible server in process: it checks signatures and keeps its buckets in a folder.

use std::net::SocketAddr;

use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use twinning_api::testkit::{Bench, Engine};

const NAME: &str = "twinning-test";
const KEY: &str = "a key that signs requests of tests";
const BUCKET: &str = "portal";

/// The server with its folder; it ends with the test.
pub struct Bucket {
    folder: tempfile::TempDir,
    address: SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Bucket {
    /// Starts a server with one empty bucket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = serve(listener, folder.path());
        Self { folder, address, serving }
    }

    /// Stops answering: connections are refused from now on.
    pub async fn stop(&mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }

    /// Answers again at the same address.
    pub async fn resume(&mut self) {
        let listener = tokio::net::TcpListener::bind(self.address).await.unwrap();
        self.serving = serve(listener, self.folder.path());
    }

    /// An empty app that keeps its files here.
    pub async fn bench(&self, engine: Engine, key: &str) -> Bench {
        let endpoint = format!("http://{}", self.address);
        let settings = [
            ("TWINNING_STORAGE_URL", "s3://portal/files"),
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", NAME),
            ("AWS_SECRET_ACCESS_KEY", key),
        ];
        Bench::with(engine, &settings).await
    }

    /// As [`Bucket::bench`], with the right key.
    pub async fn with_key(&self, engine: Engine) -> Bench {
        self.bench(engine, KEY).await
    }

    /// Objects in the bucket.
    pub fn objects(&self) -> usize {
        let folder = self.folder.path().join(BUCKET).join("files");
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }
}

fn serve(listener: tokio::net::TcpListener, folder: &std::path::Path) -> tokio::task::JoinHandle<()> {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(NAME, KEY));
    let service = service.build();
    tokio::spawn(async move {
        // Dropped with the task, so that stopping cuts what is under way.
        let mut open = tokio::task::JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            open.spawn(async move {
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
            });
        }
    })
}
