//! What there is to read: the files that the command line names, and those in folders, in a fixed order.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

/// One thing to read, or why one cannot be.
#[derive(Debug)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file, or a pipe that was named.
    File(PathBuf),
    /// What lies elsewhere, and is open already.
    Remote(Remote),
    /// It is there, and cannot be read.
    Broken {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It is there, and nothing to read.
    Passed {
        /// Where.
        path: PathBuf,
        /// What it is.
        why: &'static str,
    },
}

/// An input that is no file: an object of a bucket. All of it is there, though it may still be on its way.
pub struct Remote {
    /// For people.
    pub name: String,
    /// Its bytes.
    pub from: Box<dyn Read + Send>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote").field(&self.name).finish()
    }
}

/// Inputs from elsewhere, one after the other.
pub type Inputs = Box<dyn Iterator<Item = Input> + Send>;

/// Says which inputs a named path stands for that is no path of this machine; `None` for one that is.
pub type Elsewhere = Box<dyn FnMut(&Path) -> Option<Inputs> + Send>;

/// The inputs one after the other. Only the folders that it stands in are held, so a bucket's worth of files
/// costs no memory.
pub struct Walk {
    levels: Vec<Level>,
    elsewhere: Elsewhere,
    /// What is being read of elsewhere.
    remote: Option<Inputs>,
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("levels", &self.levels).finish_non_exhaustive()
    }
}

/// A folder that is being read.
#[derive(Debug)]
struct Level {
    left: IntoIter<PathBuf>,
    /// Its path without links; `None` for the command line.
    folder: Option<PathBuf>,
}

/// The path that stands for standard input.
const STDIN: &str = "-";

impl Walk {
    /// All that these paths name, in their order.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self::beyond(paths, Box::new(|_| None))
    }

    /// The same, where some of them may name what lies elsewhere.
    #[must_use]
    pub fn beyond(paths: Vec<PathBuf>, elsewhere: Elsewhere) -> Self {
        Self { levels: vec![Level { left: paths.into_iter(), folder: None }], elsewhere, remote: None }
    }

    fn visit(&mut self, path: PathBuf, named: bool) -> Option<Input> {
        if named && path == Path::new(STDIN) {
            return Some(Input::Stdin);
        }
        if named && let Some(inputs) = (self.elsewhere)(&path) {
            self.remote = Some(inputs);
            return None;
        }
        match fs::metadata(&path) {
            Err(error) => Some(Input::Broken { path, why: error.to_string() }),
            Ok(about) if about.is_dir() => self.enter(path),
            // A pipe that is named is read: the shell makes them. In a folder, it might never end.
            Ok(about) if named || about.is_file() => Some(Input::File(path)),
            Ok(_) => Some(Input::Passed { path, why: "it is no regular file" }),
        }
    }

    fn enter(&mut self, path: PathBuf) -> Option<Input> {
        match self.level(&path) {
            Err(error) => Some(Input::Broken { path, why: error.to_string() }),
            Ok(Some(level)) => {
                self.levels.push(level);
                None
            }
            Ok(None) => Some(Input::Passed { path, why: "it links to a folder that it stands in" }),
        }
    }

    /// A folder's entries, by name; `None` where it is read already, further up.
    fn level(&self, path: &Path) -> std::io::Result<Option<Level>> {
        let folder = path.canonicalize()?;
        if self.levels.iter().any(|level| level.folder.as_ref() == Some(&folder)) {
            return Ok(None);
        }
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        entries.sort_unstable();
        Ok(Some(Level { left: entries.into_iter(), folder: Some(folder) }))
    }
}

impl Iterator for Walk {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        loop {
            if let Some(remote) = &mut self.remote {
                match remote.next() {
                    Some(input) => return Some(input),
                    None => self.remote = None,
                }
            }
            let level = self.levels.last_mut()?;
            let named = level.folder.is_none();
            match level.left.next() {
                None => _ = self.levels.pop(),
                Some(path) => {
                    if let Some(input) = self.visit(path, named) {
                        return Some(input);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, walk: Walk) -> Vec<String> {
        walk.map(|input| match input {
            Input::Stdin => "stdin".to_owned(),
            Input::Remote(remote) => remote.name,
            Input::File(path) => path.strip_prefix(root).unwrap().display().to_string(),
            Input::Broken { path, .. } => format!("broken {}", path.strip_prefix(root).unwrap().display()),
            Input::Passed { path, why } => format!("passed {}: {why}", path.strip_prefix(root).unwrap().display()),
        })
        .collect()
    }

    #[test]
    fn what_lies_elsewhere_is_read_where_it_is_named() {
        let named = |name: &str| Input::Remote(Remote { name: name.to_owned(), from: Box::new(std::io::empty()) });
        let elsewhere = move |path: &Path| {
            let inputs = [format!("{}/1", path.display()), format!("{}/2", path.display())];
            path.starts_with("s3:").then(|| Box::new(inputs.map(|name| named(&name)).into_iter()) as Inputs)
        };
        let walk = Walk::beyond(vec!["s3://a".into(), "-".into(), "s3://b".into()], Box::new(elsewhere));
        let names = names(Path::new("/"), walk);
        assert_eq!(names, ["s3://a/1", "s3://a/2", "stdin", "s3://b/1", "s3://b/2"]);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_read_in_order_through_links_and_without_loops() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let at = |name: &str| root.join(name);
        fs::create_dir_all(at("in/b/deep")).unwrap();
        for file in ["in/c.json", "in/a.json", "in/b/2.gz", "in/b/deep/1", "elsewhere.json"] {
            fs::write(at(file), "").unwrap();
        }
        fs::create_dir(at("other")).unwrap();
        fs::write(at("other/file"), "").unwrap();
        symlink(at("elsewhere.json"), at("in/link.json")).unwrap();
        symlink(at("in"), at("in/b/deep/up")).unwrap();
        symlink(at("other"), at("in/other")).unwrap();
        symlink(at("nowhere"), at("in/z")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("in/socket")).unwrap();
        assert_eq!(
            names(root, Walk::new(vec![at("elsewhere.json"), "-".into(), at("in"), at("missing")])),
            [
                "elsewhere.json",
                "stdin",
                "in/a.json",
                "in/b/2.gz",
                "in/b/deep/1",
                "passed in/b/deep/up: it links to a folder that it stands in",
                "in/c.json",
                "in/link.json",
                "in/other/file",
                "passed in/socket: it is no regular file",
                "broken in/z",
                "broken missing",
            ]
        );
        drop(socket);
    }
}
