//! One throw-away PostgreSQL a test process, from the distribution's own binaries, with a fresh database a test.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

struct Cluster {
    port: u16,
    tools: PathBuf,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static SERVER: Mutex<Option<(Child, tempfile::TempDir)>> = Mutex::new(None);
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The address of a fresh, empty database.
pub fn database() -> String {
    let cluster = CLUSTER.get_or_init(start_apart);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let made = Command::new(cluster.tools.join("createdb"))
        .args(["-h", "127.0.0.1", "-p", &cluster.port.to_string(), "-U", "postgres", &name])
        .output()
        .expect("createdb runs");
    assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
    format!("postgres://postgres@127.0.0.1:{}/{name}", cluster.port)
}

/// Where the server's programs are: the newest version that is installed.
fn tools() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    found.sort();
    found
        .into_iter()
        .rev()
        .find(|bin| bin.join("initdb").exists())
        .expect("PostgreSQL's server programs are installed: on Debian, apt-get install postgresql")
}

/// The server is told to die with its parent, and for the kernel the parent is the thread that started it: so a
/// thread of its own starts it and stays as long as the process.
fn start_apart() -> Cluster {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _ = tell.send(start());
        loop {
            std::thread::park();
        }
    });
    told.recv().expect("PostgreSQL starts")
}

fn start() -> Cluster {
    let tools = tools();
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    if is_root {
        // The server refuses to run as root: it gets a directory of its own.
        let chown = Command::new("chown").args(["-R", "postgres"]).arg(dir.path()).status();
        assert!(chown.is_ok_and(|status| status.success()), "the directory goes to the user postgres");
    }
    let as_server = |program: &Path| {
        if is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--clear-groups", "--pdeathsig=KILL"]).arg(program);
            command
        } else {
            Command::new(program)
        }
    };
    let made = as_server(&tools.join("initdb"))
        .args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
        .arg(&data)
        .output()
        .expect("initdb runs");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let server = as_server(&tools.join("postgres"))
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
        .args(["-c", "max_connections=300", "-k"])
        .arg(dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("postgres runs");
    let begun = Instant::now();
    let answers = || {
        Command::new(tools.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
    };
    while !answers() {
        assert!(begun.elapsed() < Duration::from_secs(30), "PostgreSQL answers within 30 s");
        std::thread::sleep(Duration::from_millis(50));
    }
    *SERVER.lock().expect("one starter") = Some((server, dir));
    Cluster { port, tools }
}
