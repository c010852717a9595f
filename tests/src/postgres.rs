//! One throw-away PostgreSQL a test process, from the distribution's own binaries, with a fresh database a test.
//!
//! The server dies with the process, however that ends. Its directory is then left behind, and is swept away by the
//! next process that starts one.

use std::{
    fs,
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
static SERVER: Mutex<Option<Child>> = Mutex::new(None);
static NEXT: AtomicU32 = AtomicU32::new(1);

/// How the directories begin; the id of the process follows.
const PREFIX: &str = "caravanserai-postgres-";

/// The address of a fresh, empty database.
pub fn database() -> String {
    let cluster = CLUSTER.get_or_init(start_apart);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let made = cluster.tool("createdb").args(["-U", "postgres", &name]).output().expect("createdb runs");
    assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
    format!("postgres://postgres@127.0.0.1:{}/{name}", cluster.port)
}

/// Runs a statement of SQL as the superuser in the database of an address that [`database`] gave.
pub fn sql(address: &str, statement: &str) {
    let cluster = CLUSTER.get_or_init(start_apart);
    let name = address.rsplit('/').next().unwrap_or_default();
    let done = cluster
        .tool("psql")
        .args(["-U", "postgres", "-d", name, "-v", "ON_ERROR_STOP=1", "-qc", statement])
        .output()
        .expect("psql runs");
    assert!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
}

impl Cluster {
    /// A client that is told where the server listens.
    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.tools.join(name));
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command
    }
}

/// Where the server's programs are: the newest version of the distribution's, else those on the path.
fn tools() -> PathBuf {
    let version = |path: &PathBuf| -> u32 {
        path.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap_or_default()
    };
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    versions.sort_by_key(version);
    let mut places: Vec<PathBuf> = versions.into_iter().rev().map(|path| path.join("bin")).collect();
    places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    places.into_iter().find(|bin| bin.join("initdb").exists() && bin.join("postgres").exists()).expect(
        "these tests need PostgreSQL's server programs (initdb, postgres): on Debian, apt-get install postgresql",
    )
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
    told.recv().expect("PostgreSQL starts; the reason stands above")
}

/// Removes what processes left behind that are gone.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let process =
            entry.file_name().to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn start() -> Cluster {
    let tools = tools();
    let parent = std::env::temp_dir();
    sweep(&parent);
    let dir = parent.join(format!("{PREFIX}{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir(&dir).expect("a directory");
    let data = dir.join("data");
    let is_root = fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    if is_root {
        // The server refuses to run as root: it gets a directory of its own.
        let chown = Command::new("chown").arg("postgres").arg(&dir).status();
        assert!(chown.is_ok_and(|status| status.success()), "the directory goes to the user postgres");
    }
    let as_server = |program: &str| {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=KILL");
        if is_root {
            command.args(["--reuid=postgres", "--clear-groups"]);
        }
        command.arg(tools.join(program)).current_dir(&dir);
        command
    };
    let made = as_server("initdb")
        .args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
        .arg(&data)
        .output()
        .expect("initdb runs");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let log = dir.join("log");
    let mut server = as_server("postgres")
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
        // Nothing of it must last, and nothing of it outside its directory, which the sweep would not find.
        .args(["-c", "fsync=off", "-c", "dynamic_shared_memory_type=mmap", "-k"])
        .arg(&dir)
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).map_or_else(|_| Stdio::null(), Stdio::from))
        .spawn()
        .expect("postgres runs");
    let cluster = Cluster { port, tools: tools.clone() };
    let begun = Instant::now();
    let answers = || cluster.tool("pg_isready").arg("-q").status().is_ok_and(|status| status.success());
    while !answers() {
        let ended = server.try_wait().expect("its state");
        assert!(
            ended.is_none() && begun.elapsed() < Duration::from_secs(30),
            "PostgreSQL does not answer: {}",
            fs::read_to_string(&log).unwrap_or_default()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    *SERVER.lock().expect("one starter") = Some(server);
    cluster
}
