//! The server's process, where it runs on this machine: its figures, and starting, stopping and killing it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use serde_json::Value;

/// Figures at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Processor time so far, microseconds.
    pub cpu_us: u64,
    /// Resident memory, kilobytes.
    pub rss_kb: u64,
    /// Open files and sockets.
    pub files: usize,
}

/// Figures of a process; none where it is gone or belongs to somebody else.
pub fn figures(pid: u32) -> Option<Figures> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let rss_kb = rss.split_whitespace().next()?.parse().ok()?;
    // Every thread's time in nanoseconds; `stat` counts in hundredths of a second, which is too coarse.
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanos = tasks.flatten().filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    let cpu_us = nanos.fold(0_u64, u64::saturating_add) / 1_000;
    let files = fs::read_dir(format!("/proc/{pid}/fd")).map(Iterator::count).unwrap_or_default();
    Some(Figures { cpu_us, rss_kb, files })
}

/// The process that listens on a port of this machine.
pub fn listener(port: u16) -> Option<u32> {
    let wanted = format!(":{port:04X}");
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| {
            table
                .lines()
                .filter_map(|line| {
                    let words: Vec<&str> = line.split_whitespace().collect();
                    // Local address, state 0A (listening), inode.
                    (words.get(1)?.ends_with(&wanted) && *words.get(3)? == "0A")
                        .then(|| format!("socket:[{}]", words.get(9).unwrap_or(&"")))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let pids = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.into_iter().find(|pid| {
        fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten().any(|fd| {
            fs::read_link(fd.path())
                .is_ok_and(|link| inodes.iter().any(|inode| link.as_os_str() == inode.as_str()))
        })
    })
}

/// A server that the runner started itself.
#[derive(Debug)]
pub struct Served {
    binary: PathBuf,
    arguments: Vec<String>,
    directory: PathBuf,
    child: Mutex<Option<Child>>,
    address: SocketAddr,
    /// The line that it printed when it was ready.
    pub ready: Value,
}

/// Why a server did not start.
pub type StartError = String;

impl Served {
    /// Starts `BINARY demo --json` over a directory, and waits until it is ready.
    ///
    /// # Errors
    /// It does not start, or says nothing that can be read.
    pub fn start(binary: &Path, directory: &Path, arguments: &[String]) -> Result<Self, StartError> {
        let mut served = Self {
            binary: binary.to_owned(),
            arguments: arguments.to_vec(),
            directory: directory.to_owned(),
            child: Mutex::new(None),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            ready: Value::Null,
        };
        served.ready = served.run(&[])?;
        let url = served.ready["url"].as_str().unwrap_or_default();
        served.address = url
            .trim_start_matches("http://")
            .parse()
            .map_err(|_| format!("the server names no address: {url}"))?;
        Ok(served)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("attacks.log")).unwrap_or_default()
    }

    /// Ends it by a signal (`TERM`, `KILL`), and starts it again at the same place with variables in its environment.
    ///
    /// # Errors
    /// It does not start.
    pub fn restart(&self, signal: &str, variables: &[(String, String)]) -> Result<(), StartError> {
        self.stop(signal);
        self.run(variables).map(drop)
    }

    /// Whether it runs.
    pub fn is_alive(&self) -> bool {
        let mut child = self.child.lock().expect("one user");
        child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|ended| ended.is_none()))
    }

    fn stop(&self, signal: &str) {
        let Some(mut child) = self.child.lock().expect("one user").take() else { return };
        let _ = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        for _ in 0..200 {
            if child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    fn run(&self, variables: &[(String, String)]) -> Result<Value, StartError> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.directory.join("attacks.log"));
        let mut command = Command::new(&self.binary);
        command
            .args(["demo", "--json", "--listen", &self.address.to_string(), "--data-dir"])
            .arg(&self.directory)
            .args(&self.arguments)
            // Cases look for what has to be logged, and for what must not be.
            .env("CARAVANSERAI_LOG", "info")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(log.map_or_else(|_| Stdio::null(), Stdio::from));
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", self.binary.display()))?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or("the server has no output")?;
        BufReader::new(out).read_line(&mut line).map_err(|error| error.to_string())?;
        *self.child.lock().expect("one user") = Some(child);
        serde_json::from_str(&line).map_err(|_| format!("the server did not start; it said: {line}"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop("TERM");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_figures_and_is_found_by_its_port() {
        let own = std::process::id();
        let figures = figures(own).unwrap();
        assert!(figures.rss_kb > 100 && figures.files > 2);
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(listener(port), Some(own));
        drop(socket);
        assert_eq!(listener(port), None);
    }
}
