//! Files that are written from the code, so that they cannot say something else than the code does.

mod alarms;
mod catalogue;
mod checks;
mod containment;
mod deploy;
mod inventory;
mod operators;
mod pack;
mod pages;
mod pattern;
mod readme;
mod rules;
mod techniques;
mod template;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use riposte_core::catalogue::all_metas;

/// A generated file: where it is, and what must stand in it.
#[derive(Debug)]
pub struct Generated {
    /// Its path below the workspace's root.
    pub path: PathBuf,
    /// Its whole content.
    pub content: String,
}

/// All generated files, as they must be.
///
/// # Errors
/// Where a file that is generated in part cannot be read, or lacks its markers.
pub fn all(root: &Path) -> Result<Vec<Generated>> {
    let template = PathBuf::from("infra/template.yaml");
    let text = read(&root.join(&template))?;
    let mut all = vec![
        Generated { content: deploy::page(&text)?, path: PathBuf::from("docs/deploy.md") },
        Generated { content: template::filled(&text, &[])?, path: template },
        Generated { content: catalogue::page(), path: PathBuf::from("docs/catalogue.md") },
        Generated { content: checks::page(), path: PathBuf::from("docs/checks.md") },
        Generated { content: inventory::page(), path: PathBuf::from("docs/inventory.md") },
    ];
    let readme = PathBuf::from("README.md");
    all.push(Generated { content: readme::filled(&read(&root.join(&readme))?)?, path: readme });
    all.push(Generated { content: containment::page(root)?, path: PathBuf::from("docs/containment.md") });
    all.extend(pages::all()?);
    Ok(all)
}

/// The template with the rules that deliver what a user's own Sigma rules read, beside the catalogue's.
///
/// # Errors
/// Where a rule is broken, or the template cannot be read.
pub fn template_with(root: &Path, rules: &Path) -> Result<String> {
    let loaded =
        riposte_aws::rules::load(rules, &all_metas().map(|meta| meta.id).collect::<Vec<_>>()).map_err(|errors| {
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            anyhow::anyhow!(errors.join("\n"))
        })?;
    let metas: Vec<_> = loaded.iter().map(|rule| rule.meta()).collect();
    template::filled(&read(&root.join("infra/template.yaml"))?, &metas)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Writes what differs, removes pages of detectors that are no more, and returns the paths of what did. With `check`,
/// changes nothing.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn run(root: &Path, check: bool) -> Result<Vec<PathBuf>> {
    let mut differing = Vec::new();
    let all = all(root)?;
    for path in pages::stale(root, &all)? {
        if !check {
            std::fs::remove_file(root.join(&path)).with_context(|| path.display().to_string())?;
        }
        differing.push(path);
    }
    for Generated { path, content } in all {
        let file = root.join(&path);
        let current = if file.exists() { read(&file)? } else { String::new() };
        if current != content {
            if !check {
                std::fs::create_dir_all(file.parent().unwrap_or(root))?;
                std::fs::write(&file, content).with_context(|| file.display().to_string())?;
            }
            differing.push(path);
        }
    }
    Ok(differing)
}
