//! Every link leads somewhere, and every guide is one click from its README.

use std::path::Path;

use super::super::source::root;
use super::markdown::{anchor, headings, read, targets};
use super::{READMES, guides};

/// Every document that people read on the forge.
fn documents() -> Vec<String> {
    let others = [
        "CHANGELOG.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
        ".github/ISSUE_TEMPLATE/report.md",
        "infra/hubspot/README.md",
    ];
    READMES.into_iter().chain(others).map(str::to_owned).chain(guides()).collect()
}

/// The path from the root of what `target` names in `document`.
fn resolved(document: &str, target: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop().unwrap_or_else(|| panic!("{document}: {target} leaves the repository"));
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What is wrong with a link, if anything.
fn broken(document: &str, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
    let path = if path.is_empty() { document.to_owned() } else { resolved(document, path) };
    if !Path::new(&root()).join(&path).exists() {
        return Some(format!("{document}: {target} leads nowhere"));
    }
    let fragment = fragment?;
    let text = read(&path);
    let found = headings(&text).iter().filter(|(_, heading)| anchor(heading) == fragment).count();
    (found != 1).then(|| format!("{document}: {target} names {found} headings"))
}

#[test]
fn every_link_and_every_picture_leads_somewhere() {
    let mut looked_at = 0;
    for document in documents() {
        let targets = targets(&read(&document));
        looked_at += targets.len();
        let broken: Vec<String> = targets.iter().filter_map(|target| broken(&document, target)).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }
    assert!(looked_at > 100, "{looked_at} links");
}

#[test]
fn every_guide_is_one_click_from_the_readme_of_its_language_and_leads_back_and_across() {
    let readmes = READMES.map(|path| targets(&read(path)));
    for guide in guides() {
        let is_japanese = guide.ends_with(".ja.md");
        assert!(readmes[usize::from(is_japanese)].contains(&guide), "{guide} is not linked from its README");
        let name = guide.strip_prefix("infra/guide/").unwrap();
        let (sibling, readme) = match name.strip_suffix(".ja.md") {
            Some(stem) => (format!("{stem}.md"), "../../README.ja.md#"),
            None => (name.replace(".md", ".ja.md"), "../../README.md#"),
        };
        let targets = targets(&read(&guide));
        assert!(targets.contains(&sibling), "{guide} does not lead to {sibling}");
        assert!(targets.iter().any(|target| target.starts_with(readme)), "{guide} does not lead back to {readme}");
    }
    assert!(readmes.iter().all(|links| links.iter().any(|link| link == "infra/hubspot/README.md")));
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let document = "infra/guide/line.md";
    assert_eq!(broken(document, "https://example.com/anything"), None);
    assert_eq!(broken(document, "../../README.md"), None);
    assert_eq!(broken(document, "deploy.md#2-the-stack"), None);
    for target in ["nowhere.md", "deploy.md#no-such-heading", "#no-such-heading", "../README.md"] {
        assert!(broken(document, target).is_some(), "{target}");
    }
}
