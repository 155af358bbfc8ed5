//! A fake of GitHub: one repository with labels and issues in memory, enough for the real gh.
//! Not the wire (`server`), and not a model of GitHub's rights or search.

use serde_json::{Map, Value, json};

use crate::graphql::{Asked, Query};

/// An issue.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) open: bool,
    pub(crate) locked: bool,
    pub(crate) labels: Vec<String>,
    pub(crate) comments: Vec<Comment>,
    /// Who opened it.
    pub(crate) author: String,
}

/// A comment, which reads as its text.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) text: String,
    /// Who wrote it.
    pub(crate) author: String,
    /// What the author is to the repository.
    pub(crate) association: &'static str,
}

impl std::ops::Deref for Comment {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Whose token it is that gh has.
const VIEWER: &str = "octo";

/// The repository.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) repository: String,
    pub(crate) has_issues: bool,
    pub(crate) labels: Vec<String>,
    pub(crate) issues: Vec<Issue>,
}

impl Hub {
    /// A repository with one label, as a new one has.
    pub(crate) fn new(repository: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            has_issues: true,
            labels: vec!["bug".to_owned()],
            issues: Vec::new(),
        }
    }

    /// Opens an issue by hand.
    pub(crate) fn open(&mut self, title: &str, body: &str, labels: &[&str]) -> u64 {
        let number = self.issues.len() as u64 + 1;
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        let (title, body) = (title.to_owned(), body.to_owned());
        let comments = Vec::new();
        let author = VIEWER.to_owned();
        self.issues.push(Issue { number, title, body, open: true, locked: false, labels, comments, author });
        number
    }

    /// Comments on an issue by another hand.
    pub(crate) fn comment(&mut self, number: u64, text: &str, author: &str, association: &'static str) {
        let issue = self.issues.iter_mut().find(|issue| issue.number == number).expect("an issue");
        let (text, author) = (text.to_owned(), author.to_owned());
        issue.comments.push(Comment { text, author, association });
    }

    fn url(&self, number: u64) -> String {
        format!("https://github.com/{}/issues/{number}", self.repository)
    }

    fn user(login: &str) -> Value {
        json!({"__typename": "User", "id": format!("U_{login}"), "login": login, "name": login, "databaseId": 1})
    }

    fn label(name: &str) -> Value {
        json!({"__typename": "Label", "id": format!("LA_{name}"), "name": name, "color": "ededed", "description": "",
               "createdAt": "2025-10-14T09:00:00Z", "isDefault": false, "url": ""})
    }

    fn issue(&self, issue: &Issue) -> Value {
        let labels: Vec<Value> = issue.labels.iter().map(|name| Self::label(name)).collect();
        let comment = |(index, one): (usize, &Comment)| {
            json!({"__typename": "IssueComment", "id": format!("IC_{index}"), "body": one.text,
                   "author": Self::user(&one.author), "createdAt": "2025-10-14T09:00:00Z",
                   "authorAssociation": one.association, "includesCreatedEdit": false, "isMinimized": false,
                   "minimizedReason": "", "reactionGroups": [], "viewerDidAuthor": one.author == VIEWER,
                   "url": format!("{}#issuecomment-{}", self.url(issue.number), index + 1)})
        };
        let comments: Vec<Value> = issue.comments.iter().enumerate().map(comment).collect();
        let state = if issue.open { "OPEN" } else { "CLOSED" };
        json!({"__typename": "Issue", "id": format!("I_{}", issue.number), "number": issue.number, "title": issue.title,
               "body": issue.body, "state": state, "stateReason": "", "closed": !issue.open, "closedAt": null,
               "url": self.url(issue.number), "author": Self::user(&issue.author), "createdAt": "2025-10-14T09:00:00Z",
               "updatedAt": "2025-10-14T09:00:00Z", "isPinned": false, "milestone": null, "reactionGroups": [],
               "labels": connection(&labels, &Map::new()), "comments": connection(&comments, &Map::new()),
               "assignees": connection(&[], &Map::new()), "projectCards": connection(&[], &Map::new()),
               "projectItems": connection(&[], &Map::new())})
    }

    /// The fields of a repository that depend on arguments.
    fn compute(&self, object: &Value, name: &str, arguments: &Map<String, Value>) -> Option<Value> {
        if object["__typename"] != "Repository" {
            return None;
        }
        match name {
            "issues" => {
                let wanted = arguments.get("states").and_then(Value::as_array).cloned();
                let newest = self.issues.iter().rev().map(|issue| self.issue(issue));
                let issues: Vec<Value> = newest
                    .filter(|issue| wanted.as_ref().is_none_or(|wanted| wanted.contains(&issue["state"])))
                    .collect();
                Some(connection(&issues, arguments))
            }
            "issue" | "issueOrPullRequest" => {
                let number = arguments["number"].as_u64()?;
                self.issues.iter().find(|issue| issue.number == number).map(|issue| self.issue(issue))
            }
            "labels" => {
                let labels: Vec<Value> = self.labels.iter().map(|name| Self::label(name)).collect();
                Some(connection(&labels, arguments))
            }
            "label" => {
                let name = arguments["name"].as_str()?;
                self.labels
                    .iter()
                    .find(|known| known.eq_ignore_ascii_case(name))
                    .map(|name| Self::label(name))
            }
            "assignableUsers" | "milestones" | "projects" | "projectsV2" => Some(connection(&[], arguments)),
            _ => None,
        }
    }

    fn root(&self, name: &str, arguments: &Map<String, Value>) -> Result<Value, String> {
        match name {
            "viewer" => Ok(Self::user(VIEWER)),
            "node" => {
                let is_meant = |issue: &&Issue| arguments["id"] == json!(format!("I_{}", issue.number));
                let found = self.issues.iter().find(is_meant).map(|issue| self.issue(issue));
                found.ok_or_else(|| "Could not resolve to a node".to_owned())
            }
            "repository" => {
                let text =
                    |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let asked = format!("{}/{}", text("owner"), text("name"));
                if asked != self.repository {
                    return Err(format!("Could not resolve to a Repository with the name '{asked}'."));
                }
                let (owner, name) = self.repository.split_once('/').unwrap_or_default();
                Ok(
                    json!({"__typename": "Repository", "id": "R_1", "name": name, "nameWithOwner": self.repository,
                          "owner": {"__typename": "User", "id": "U_1", "login": owner}, "url": "", "description": "",
                          "hasIssuesEnabled": self.has_issues, "isPrivate": false, "isArchived": false,
                          "viewerPermission": "ADMIN", "viewerCanTriage": true, "parent": null,
                          "defaultBranchRef": {"name": "main"}, "issueTemplates": [], "pullRequestTemplates": []}),
                )
            }
            other => Err(format!("fake: no field {other}")),
        }
    }

    /// Answers a document, and does what it says.
    pub(crate) fn graphql(&mut self, text: &str, mut variables: Map<String, Value>) -> Value {
        let query = Query::read(text, &mut variables);
        let (mut data, mut errors) = (Map::new(), Vec::new());
        for asked in &query.root {
            let Asked::Field { key, name, arguments, below } = asked else { continue };
            let object = if query.is_mutation {
                self.mutate(name, &arguments["input"])
            } else {
                self.root(name, arguments)
            };
            // An issue that is not there is an error, and not only nothing.
            let missing = below.iter().find_map(|one| match one {
                Asked::Field { name, arguments, .. } if name.starts_with("issue") && name != "issues" => {
                    let number = arguments.get("number")?.as_u64()?;
                    (!self.issues.iter().any(|issue| issue.number == number)).then_some(number)
                }
                _ => None,
            });
            match (object, missing) {
                (Ok(object), None) => {
                    let compute = |object: &Value, name: &str, arguments: &Map<String, Value>| {
                        self.compute(object, name, arguments)
                    };
                    data.insert(key.clone(), query.answer(&object, below, &compute));
                }
                (Ok(_), Some(number)) => {
                    data.insert(key.clone(), Value::Null);
                    let message =
                        format!("Could not resolve to an issue or pull request with the number of {number}.");
                    errors.push(json!({"type": "NOT_FOUND", "path": [key], "message": message}));
                }
                (Err(message), _) => {
                    data.insert(key.clone(), Value::Null);
                    errors.push(json!({"type": "NOT_FOUND", "path": [key], "message": message}));
                }
            }
        }
        let mut answer = json!({"data": data});
        if !errors.is_empty() {
            answer["errors"] = Value::Array(errors);
        }
        answer
    }

    fn mutate(&mut self, name: &str, input: &Value) -> Result<Value, String> {
        let text = |name: &str| input[name].as_str().map(str::to_owned);
        let names = |ids: &Value| -> Vec<String> {
            let ids = ids.as_array().cloned().unwrap_or_default();
            ids.iter().filter_map(|id| id.as_str()?.strip_prefix("LA_").map(str::to_owned)).collect()
        };
        for (field, limit) in [("title", 256), ("body", 65_536)] {
            if text(field).is_some_and(|text| text.chars().count() > limit) {
                let field = if field == "title" { "Title" } else { "Body" };
                return Err(format!("{field} is too long (maximum is {limit} characters)"));
            }
        }
        if name == "createIssue" {
            let (title, body) = (text("title").unwrap_or_default(), text("body").unwrap_or_default());
            let labels = names(&input["labelIds"]);
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            let number = self.open(&title, &body, &labels);
            let issue = self.issue(self.issues.last().expect("the new one"));
            return Ok(json!({"issue": issue, "number": number}));
        }
        let id = ["id", "subjectId", "labelableId", "issueId"]
            .iter()
            .find_map(|name| text(name))
            .unwrap_or_default();
        let issue = self.issues.iter_mut().find(|issue| format!("I_{}", issue.number) == id);
        let issue =
            issue.ok_or_else(|| format!("Could not resolve to a node with the global id of '{id}'"))?;
        match name {
            "updateIssue" => {
                issue.title = text("title").unwrap_or_else(|| issue.title.clone());
                issue.body = text("body").unwrap_or_else(|| issue.body.clone());
            }
            "addComment" if issue.locked => {
                return Err("Unable to create comment because issue is locked.".to_owned());
            }
            "addComment" => {
                let (text, author) = (text("body").unwrap_or_default(), VIEWER.to_owned());
                issue.comments.push(Comment { text, author, association: "OWNER" });
            }
            "addLabelsToLabelable" => {
                for name in names(&input["labelIds"]) {
                    if !issue.labels.contains(&name) {
                        issue.labels.push(name);
                    }
                }
            }
            "removeLabelsFromLabelable" => {
                let gone = names(&input["labelIds"]);
                issue.labels.retain(|label| !gone.contains(label));
            }
            "closeIssue" => issue.open = false,
            other => return Err(format!("fake: no mutation {other}")),
        }
        let changed = issue.clone();
        let issue = self.issue(&changed);
        let comment = issue["comments"]["nodes"].as_array().and_then(|all| all.last()).cloned();
        Ok(json!({"__typename": name, "issue": issue, "commentEdge": {"node": comment}}))
    }

    /// Answers what does not go through GraphQL: the status and the body.
    pub(crate) fn rest(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let labels = format!("/repos/{}/labels", self.repository);
        match (method, path) {
            ("POST", path) if path == labels => {
                let name = body["name"].as_str().unwrap_or_default().to_owned();
                if self.labels.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                    let error = json!({"resource": "Label", "code": "already_exists", "field": "name"});
                    return (422, json!({"message": "Validation Failed", "errors": [error]}));
                }
                self.labels.push(name.clone());
                (201, Self::label(&name))
            }
            _ => (404, json!({"message": "Not Found"})),
        }
    }
}

/// A page of nodes.
fn connection(nodes: &[Value], arguments: &Map<String, Value>) -> Value {
    let number = |name: &str| arguments.get(name).and_then(Value::as_u64);
    let after = arguments.get("after").or_else(|| arguments.get("endCursor")).and_then(Value::as_str);
    let start = after.and_then(|after| after.parse::<usize>().ok()).unwrap_or(0).min(nodes.len());
    let first = number("first").and_then(|first| usize::try_from(first).ok()).unwrap_or(100);
    let end = (start + first).min(nodes.len());
    let page = &nodes[start..end];
    let edges: Vec<Value> = page.iter().map(|node| json!({"node": node})).collect();
    json!({"nodes": page, "edges": edges, "totalCount": nodes.len(),
           "pageInfo": {"hasNextPage": end < nodes.len(), "endCursor": end.to_string()}})
}
