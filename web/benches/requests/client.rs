//! A client that costs little: plain HTTP/1.1 over kept connections.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::process::Server;

/// What a round of requests came to.
pub struct Asked {
    /// Answers.
    pub count: usize,
    /// Answers a second.
    pub per_second: f64,
    /// Median of the answer times in milliseconds.
    pub p50_ms: f64,
    /// 99th hundredth of the answer times in milliseconds.
    pub p99_ms: f64,
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    async fn open(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.set_nodelay(true).ok()?;
        Some(Self(BufReader::with_capacity(256 * 1024, stream)))
    }

    /// Sends one request and reads its answer: status and body.
    async fn send(&mut self, head: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        self.0.get_mut().write_all(head.as_bytes()).await.ok()?;
        self.0.get_mut().write_all(body).await.ok()?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        if let Some(length) = head.lines().find_map(|line| line.strip_prefix("content-length:")) {
            let mut body = vec![0; length.trim().parse().ok()?];
            self.0.read_exact(&mut body).await.ok()?;
            return Some((status, body));
        }
        let mut body = Vec::new();
        while head.contains("transfer-encoding: chunked") {
            let mut size = String::new();
            while !size.ends_with("\r\n") {
                size.push(char::from(self.0.read_u8().await.ok()?));
            }
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut part = vec![0; size + 2];
            self.0.read_exact(&mut part).await.ok()?;
            body.extend_from_slice(&part[..size]);
            if size == 0 {
                break;
            }
        }
        Some((status, body))
    }

    async fn get(&mut self, port: u16, path: &str, token: Option<&str>) -> Option<(u16, Vec<u8>)> {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{token}\r\n"), b"").await
    }
}

/// One request on a connection of its own.
pub async fn get(port: u16, path: &str, token: Option<&str>) -> Option<(u16, Vec<u8>)> {
    Connection::open(port).await?.get(port, path, token).await
}

async fn post(port: u16, path: &str, headers: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Content-Length: {length}\r\n\r\n");
    Connection::open(port).await?.send(&head, body).await
}

/// Asks the same again and again from several connections.
pub async fn load(server: &Server, path: &str, token: Option<&str>, clients: usize, time: Duration) -> Asked {
    let began = Instant::now();
    let asking = (0..clients).map(|_| async {
        let mut connection = Connection::open(server.port).await.unwrap();
        let mut times = Vec::new();
        while began.elapsed() < time {
            let sent = Instant::now();
            let (status, _) = connection.get(server.port, path, token).await.expect("an answer");
            assert_eq!(status, 200, "{path}");
            times.push(sent.elapsed().as_secs_f64() * 1_000.0);
        }
        times
    });
    let mut times: Vec<f64> = futures_util::future::join_all(asking).await.concat();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Asked {
        count: times.len(),
        per_second: times.len() as f64 / began.elapsed().as_secs_f64(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    }
}

/// Many fetch the same file at once; gives bytes a second over all.
pub async fn all_at_once(port: u16, path: &str, token: Option<&str>, clients: usize, bytes: usize) -> f64 {
    let began = Instant::now();
    let fetching = (0..clients).map(|_| async {
        let (status, body) = get(port, path, token).await.expect("an answer");
        assert_eq!((status, body.len()), (200, bytes));
    });
    futures_util::future::join_all(fetching).await;
    (clients * bytes) as f64 / began.elapsed().as_secs_f64()
}

/// An access token of a demo account.
pub async fn sign_in(port: u16, login: &str) -> Option<String> {
    let body = format!("{{\"login\":\"{login}@example.org\",\"password\":\"{}\"}}", twinning_api::demo::PASSWORD);
    let (status, body) =
        post(port, "/api/v1/auth/login", "Content-Type: application/json\r\n", body.as_bytes()).await?;
    let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
    (status == 200).then(|| body["access_token"].as_str().unwrap().to_owned())
}

/// Signs accounts in, some at once.
pub async fn sign_ins(port: u16, count: usize, at_once: usize) {
    let next = std::cell::Cell::new(0);
    let signing = (0..at_once).map(|_| async {
        loop {
            let number = next.get();
            if number == count {
                return;
            }
            next.set(number + 1);
            let login = format!("trainee{:03}", number % 170 + 1);
            assert!(sign_in(port, &login).await.is_some(), "{login}");
        }
    });
    futures_util::future::join_all(signing).await;
}

/// Checks and confirms a roster for the first class.
pub async fn import_roster(port: u16, token: &str, file: &[u8]) {
    let classes = get(port, "/api/v1/classes", None).await.unwrap().1;
    let classes: serde_json::Value = serde_json::from_slice(&classes).unwrap();
    let class = classes["items"][0]["id"].as_str().unwrap();
    let edge = "edge-of-the-form";
    let mut body = format!(
        "--{edge}\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\nenrolments\r\n\
         --{edge}\r\ncontent-disposition: form-data; name=\"options\"\r\n\r\n{{\"class_id\":\"{class}\"}}\r\n\
         --{edge}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"roster.xlsx\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary={edge}\r\n");
    let (status, answer) = post(port, "/api/v1/imports", &headers, &body).await.unwrap();
    assert_eq!(status, 202);
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\nIf-Match: \"1\"\r\n");
    let path = format!("/api/v1/imports/{}/actions/confirm", answer["id"].as_str().unwrap());
    assert_eq!(post(port, &path, &headers, b"{}").await.unwrap().0, 200);
}

/// What requests at a steady pace came to.
#[derive(Default)]
pub struct Paced {
    /// 95th hundredth of the answer times in milliseconds.
    pub p95_ms: f64,
    /// Answers by status.
    pub statuses: std::collections::BTreeMap<u16, usize>,
}

/// Sends a request every so often, however long the answers take.
async fn at_pace<F: Future<Output = u16>>(a_second: usize, time: Duration, send: impl Fn(usize) -> F) -> Paced {
    let began = Instant::now();
    let count = (time.as_secs_f64() * a_second as f64) as usize;
    let send = &send;
    let asking = (0..count).map(|number| async move {
        let due = Duration::from_secs_f64(number as f64 / a_second as f64);
        actix_web::rt::time::sleep(due.saturating_sub(began.elapsed())).await;
        let sent = Instant::now();
        let status = send(number).await;
        (status, sent.elapsed().as_secs_f64() * 1_000.0)
    });
    let answers = futures_util::future::join_all(asking).await;
    let mut times: Vec<f64> = answers.iter().map(|(_, time)| *time).collect();
    times.sort_by(f64::total_cmp);
    let mut statuses = std::collections::BTreeMap::new();
    for (status, _) in answers {
        *statuses.entry(status).or_insert(0) += 1;
    }
    Paced { p95_ms: times[(times.len() - 1) * 95 / 100], statuses }
}

/// Asks for the same at a pace.
pub async fn paced(port: u16, path: &str, a_second: usize, time: Duration) -> Paced {
    at_pace(a_second, time, |_| async move { get(port, path, None).await.map_or(0, |answer| answer.0) }).await
}

/// Tries wrong passwords at a pace, at known and unknown accounts.
pub async fn wrong_sign_ins(port: u16, a_second: usize, time: Duration) -> Paced {
    at_pace(a_second, time, |number| async move {
        let body =
            format!("{{\"login\":\"trainee{:03}@example.org\",\"password\":\"wrong-{number}\"}}", 100 + number % 400);
        let headers = "Content-Type: application/json\r\n";
        post(port, "/api/v1/auth/login", headers, body.as_bytes()).await.map_or(0, |answer| answer.0)
    })
    .await
}

/// Logs activities one after the other; gives the median of their times in milliseconds.
pub async fn log_activities(port: u16, token: &str, count: usize) -> f64 {
    let pairings = get(port, "/api/v1/pairings", Some(token)).await.unwrap().1;
    let pairings: serde_json::Value = serde_json::from_slice(&pairings).unwrap();
    let own = |one: &&serde_json::Value| one.to_string().contains("卫东区");
    let pairing = pairings["items"].as_array().unwrap().iter().find(own).unwrap()["id"].clone();
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let mut times = Vec::with_capacity(count);
    for number in 0..count {
        let body = serde_json::json!({
            "pairing_id": pairing, "kind": "symposium", "title": format!("座谈{number}"), "held_on": "2019-12-20",
            "place": "社区会议室", "attended_a": 12, "attended_b": 9, "summary": "交流网格议事的做法。",
        });
        let sent = Instant::now();
        let (status, answer) = post(port, "/api/v1/activities", &headers, body.to_string().as_bytes()).await.unwrap();
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        times.push(sent.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
