//! Servers in processes of their own, so that their processor time and memory can be told apart.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server.
pub struct Server {
    child: Child,
    /// Port on loopback.
    pub port: u16,
}

/// A port that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs a command to its end.
pub fn run(program: &str, arguments: &[&str], environment: &[(String, String)]) {
    let environment = environment.iter().map(|(name, value)| (name, value));
    let outcome =
        Command::new(program).args(arguments).envs(environment).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(outcome.unwrap().success(), "{program} {arguments:?}");
}

impl Server {
    /// Starts a server and waits until it answers.
    pub async fn start(program: &str, arguments: &[&str], environment: &[(String, String)], port: u16) -> Self {
        let environment = environment.iter().map(|(name, value)| (name, value));
        let child = Command::new(program)
            .args(arguments)
            .envs(environment)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let server = Self { child, port };
        for _ in 0..2_000 {
            if super::client::get(port, "/readyz", None).await.is_some_and(|answer| answer.0 == 200) {
                return server;
            }
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{program} does not answer");
    }

    /// Processor time used so far, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        ticks / 100.0
    }

    /// Resident memory in MiB.
    pub fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// nginx serving a file of a size with sendfile; none where it is not installed.
pub async fn nginx(folder: &Path, bytes: usize) -> Option<Server> {
    let root = folder.join("nginx");
    std::fs::create_dir_all(root.join("www")).unwrap();
    std::fs::write(root.join("www/file.bin"), vec![7; bytes]).unwrap();
    std::fs::write(root.join("www/readyz"), "ready").unwrap();
    let port = free_port();
    let configuration = format!(
        "daemon off; worker_processes 2; pid {0}/pid; error_log {0}/error.log; events {{ worker_connections 1024; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {0}/a; proxy_temp_path {0}/b; \
         fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e; \
         server {{ listen 127.0.0.1:{port}; root {0}/www; }} }}\n",
        root.display()
    );
    let file = root.join("nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().find(|path| Path::new(path).exists())?;
    // Its workers run as another user, who must be able to read the folder.
    let _ = Command::new("chmod").args(["-R", "a+rX"]).arg(folder).status();
    Some(Server::start(program, &["-c", &file.display().to_string()], &[], port).await)
}
