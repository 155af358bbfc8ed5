//! The key of a result: a digest of what it depends on besides the state of the project, which the entry stands for.

use sha2::{Digest, Sha256};

use crate::model::check::Check;
use crate::model::component::Component;
use crate::model::gate::Criterion;

use super::entry::hexadecimal;

/// What a result of one check of one component depends on.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The component; where it is declared makes no difference.
    pub component: &'a Component,
    /// What was asked.
    pub criterion: &'a Criterion,
    /// The environment and the tool, or what the check looked at.
    pub witness: &'a str,
}

impl Question<'_> {
    /// The check.
    pub fn check(&self) -> Check {
        self.criterion.check()
    }

    /// The key.
    pub fn key(&self) -> String {
        let component = self.component;
        let mut digest = Sha256::new();
        let mut add = |text: &str| {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        };
        let mut list = |texts: Vec<&str>| {
            add(&texts.len().to_string());
            texts.into_iter().for_each(&mut add);
        };
        let tests = &component.tests;
        list(vec![self.check().id(), self.witness, &component.name]);
        list(component.paths.iter().map(|path| path.path.as_str()).collect());
        list(component.readme.iter().map(|path| path.path.as_str()).collect());
        list(tests.paths.iter().map(|path| path.path.as_str()).collect());
        list(tests.select.iter().map(String::as_str).collect());
        list(tests.args.iter().map(String::as_str).collect());
        // The words of a criterion are the same as long as this program is, which is part of the project's state.
        list(vec![&format!("{:?}", self.criterion)]);
        hexadecimal(&digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::component::{DeclaredPath, Place, TestSelection};
    use crate::model::stage::Stage;

    fn component() -> Component {
        let place = Place { file: "promotion.toml".to_owned(), line: 1 };
        let path = |path: &str| DeclaredPath { path: path.to_owned(), place: place.clone() };
        Component {
            name: "a".to_owned(),
            title: "A".to_owned(),
            stage: Stage::Development,
            priority: None,
            group: None,
            owner: None,
            paths: vec![path("a")],
            readme: None,
            depends_on: Vec::new(),
            tests: TestSelection {
                paths: vec![path("tests")],
                select: None,
                select_place: None,
                args: Vec::new(),
            },
            deploy: BTreeMap::new(),
            maturity: None,
            observe: BTreeMap::new(),
            waivers: Vec::new(),
            place: place.clone(),
        }
    }

    fn key(component: &Component, criterion: &Criterion, witness: &str) -> String {
        Question { component, criterion, witness }.key()
    }

    #[test]
    fn whatever_a_result_depends_on_makes_another_key() {
        let (one, criterion) = (component(), Criterion::Lint { max_issues: 0 });
        let path = |path: &str| DeclaredPath { path: path.to_owned(), place: one.place.clone() };
        let changes: [fn(&mut Component, DeclaredPath); 6] = [
            |one, _| one.name = "b".to_owned(),
            |one, path| one.paths.push(path),
            |one, path| one.readme = Some(path),
            |one, path| one.tests.paths.push(path),
            |one, _| one.tests.select = Some("x".to_owned()),
            |one, _| one.tests.args.push("x".to_owned()),
        ];
        let mut keys = vec![key(&one, &criterion, "w"), key(&one, &criterion, "v")];
        keys.push(key(&one, &Criterion::Lint { max_issues: 1 }, "w"));
        keys.push(key(&one, &Criterion::Types { max_errors: 0, max_warnings: 0 }, "w"));
        for change in changes {
            let mut other = one.clone();
            change(&mut other, path("x"));
            keys.push(key(&other, &criterion, "w"));
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn where_a_component_is_declared_makes_no_difference() {
        let (one, criterion) = (component(), Criterion::Lint { max_issues: 0 });
        let mut moved = one.clone();
        moved.place.line = 7;
        moved.paths[0].place.line = 8;
        assert_eq!(key(&one, &criterion, "w"), key(&moved, &criterion, "w"));
    }
}
