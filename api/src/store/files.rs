//! Bytes of documents: files on disk, each under the hash of its content, so that the same bytes lie there once and
//! nothing that lies there ever changes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::make_closed_directory;

/// Where the files are. Nodes of one service share the directory.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
}

/// What can go wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The directory cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What lies there are other bytes than those that were put there.
    #[error("{0} holds other bytes than were put there: restore it from a backup")]
    Changed(PathBuf),
    /// Not a hash.
    #[error("'{0}' is no SHA-256 in hex")]
    Name(String),
    /// The task was cut off.
    #[error("the work on a file was cut off")]
    CutOff,
}

/// SHA-256 of bytes, in hex.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Files {
    /// Files in a directory, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Keeps bytes, and is done when they are on disk. Bytes that are there already become young again, which keeps a
    /// sweep from them.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, FileError> {
        let files = self.clone();
        apart(move || files.write(&bytes)).await
    }

    /// The bytes of a hash, none where there are none.
    ///
    /// # Errors
    /// The directory cannot be read, or the bytes are not those of the hash.
    pub async fn get(&self, sha256: &str) -> Result<Option<Vec<u8>>, FileError> {
        let (path, wanted) = (self.path(sha256)?, sha256.to_owned());
        apart(move || {
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(source) => return Err(FileError::Io { path, source }),
            };
            if hash(&bytes) == wanted { Ok(Some(bytes)) } else { Err(FileError::Changed(path)) }
        })
        .await
    }

    /// Hashes of the files that have lain there for longer than an age, and the halves of files that were cut off.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub async fn older_than(&self, age: Duration) -> Result<Vec<String>, FileError> {
        let files = self.clone();
        apart(move || files.old(age)).await
    }

    /// Takes a file away, if it is there and still older than an age.
    ///
    /// # Errors
    /// It cannot be taken away.
    pub async fn remove(&self, sha256: &str, age: Duration) -> Result<(), FileError> {
        let path = self.path(sha256)?;
        apart(move || if is_older(&path, age)? { gone(&path) } else { Ok(()) }).await
    }

    /// `ab/abcd…`: a directory holds a 256th of all files.
    fn path(&self, sha256: &str) -> Result<PathBuf, FileError> {
        let is_hash = sha256.len() == 64
            && sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        match sha256.get(..2).filter(|_| is_hash) {
            Some(first) => Ok(self.root.join(first).join(sha256)),
            None => Err(FileError::Name(sha256.chars().take(80).collect())),
        }
    }

    /// Halves of files lie here until they are whole.
    fn halves(&self) -> PathBuf {
        self.root.join("tmp")
    }

    fn write(&self, bytes: &[u8]) -> Result<String, FileError> {
        let sha256 = hash(bytes);
        let path = self.path(&sha256)?;
        let half = self.halves().join(Uuid::now_v7().simple().to_string());
        let directory = path.parent().unwrap_or(&self.root);
        for made in [directory, &self.halves()] {
            make_closed_directory(made).map_err(at(made))?;
        }
        let written = (|| {
            let mut file = fs::File::create_new(&half)?;
            io::Write::write_all(&mut file, bytes)?;
            file.sync_all()?;
            fs::rename(&half, &path)?;
            // The name is as durable as the bytes only once its directory is.
            fs::File::open(directory)?.sync_all()
        })();
        if let Err(source) = written {
            // What could not be kept leaves nothing behind; if this fails too, the sweep does it.
            let _ = fs::remove_file(&half);
            return Err(FileError::Io { path, source });
        }
        Ok(sha256)
    }

    fn old(&self, age: Duration) -> Result<Vec<String>, FileError> {
        let mut found = Vec::new();
        for directory in entries(&self.root)? {
            let is_halves = directory == self.halves();
            for file in entries(&directory)? {
                if !is_older(&file, age)? {
                    continue;
                }
                if is_halves {
                    gone(&file)?;
                } else if let Some(name) = file.file_name().and_then(|name| name.to_str())
                    && self.path(name).is_ok_and(|path| path == file)
                {
                    found.push(name.to_owned());
                }
            }
        }
        Ok(found)
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> FileError {
    move |source| FileError::Io { path: path.to_owned(), source }
}

/// What is in a directory; nothing where there is no directory.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let listed = match fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(directory)(error)),
    };
    listed.map(|entry| entry.map(|entry| entry.path()).map_err(at(directory))).collect()
}

fn is_older(path: &Path, age: Duration) -> Result<bool, FileError> {
    match fs::metadata(path).and_then(|known| known.modified()) {
        // A file of the future is young.
        Ok(changed) => Ok(SystemTime::now().duration_since(changed).is_ok_and(|past| past > age)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at(path)(error)),
    }
}

fn gone(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// Disks are slow: their work is done beside the requests.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| FileError::CutOff)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_lie_under_their_hash_once_and_are_told_from_others() {
        let place = tempfile::tempdir().unwrap();
        let files = Files::at(place.path().join("files"));
        let name = files.put(b"a letter".to_vec()).await.unwrap();
        assert_eq!(files.put(b"a letter".to_vec()).await.unwrap(), name);
        assert_eq!(files.get(&name).await.unwrap().unwrap(), b"a letter");
        assert_eq!(files.get(&hash(b"none")).await.unwrap(), None);
        let path = files.path(&name).unwrap();
        assert!(path.ends_with(format!("{}/{name}", &name[..2])));
        assert_eq!(entries(&files.halves()).unwrap(), Vec::<PathBuf>::new());
        fs::write(&path, b"a lettre").unwrap();
        assert!(matches!(files.get(&name).await, Err(FileError::Changed(_))));
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_directory() {
        let files = Files::at("nowhere");
        for name in
            ["", "../../etc/passwd", "AB", &"A".repeat(64), &"é".repeat(32), &format!("{}/", "a".repeat(63))]
        {
            assert!(matches!(files.get(name).await, Err(FileError::Name(_))), "{name}");
        }
    }

    #[tokio::test]
    async fn the_young_is_not_swept() {
        let place = tempfile::tempdir().unwrap();
        let files = Files::at(place.path());
        let name = files.put(b"a letter".to_vec()).await.unwrap();
        let day = Duration::from_hours(24);
        assert!(files.older_than(day).await.unwrap().is_empty());
        files.remove(&name, day).await.unwrap();
        assert!(files.get(&name).await.unwrap().is_some());
        let past = SystemTime::now().checked_sub(day * 2).unwrap();
        fs::File::open(files.path(&name).unwrap()).unwrap().set_modified(past).unwrap();
        assert_eq!(files.older_than(day).await.unwrap(), std::slice::from_ref(&name));
        // Who hands the same bytes in again has them.
        files.put(b"a letter".to_vec()).await.unwrap();
        files.remove(&name, day).await.unwrap();
        assert!(files.get(&name).await.unwrap().is_some());
        fs::File::open(files.path(&name).unwrap()).unwrap().set_modified(past).unwrap();
        files.remove(&name, day).await.unwrap();
        assert_eq!(files.get(&name).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_directory_that_cannot_be_written_is_said() {
        let place = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Files::at(place.path()).put(vec![1]).await, Err(FileError::Io { .. })));
    }
}
