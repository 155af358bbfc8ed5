//! The little of GraphQL that gh speaks: a document to a tree of fields, and an object to what was asked of it.
//! Not a check of types. An answer must hold exactly what was asked for: gh's decoder refuses more.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value, json};

/// What is asked of an object.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// A field under a name.
    Field { key: String, name: String, arguments: Map<String, Value>, below: Vec<Asked> },
    /// `... on Type { … }`
    On(String, Vec<Asked>),
    /// `...name`
    Spread(String),
}

/// Gives a field of an object that depends on arguments.
pub(crate) type Compute<'a> = dyn Fn(&Value, &str, &Map<String, Value>) -> Option<Value> + 'a;

/// A document, read.
#[derive(Debug)]
pub(crate) struct Query {
    /// Whether it changes something.
    pub(crate) is_mutation: bool,
    /// The name of the operation.
    pub(crate) name: String,
    /// What is asked of the root.
    pub(crate) root: Vec<Asked>,
    fragments: BTreeMap<String, Vec<Asked>>,
}

struct Reader<'a> {
    words: Vec<String>,
    at: usize,
    variables: &'a mut Map<String, Value>,
}

impl Query {
    /// Reads a document; the values of arguments are resolved.
    pub(crate) fn read(text: &str, variables: &mut Map<String, Value>) -> Self {
        let word = r#""(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_]\w*|-?\d+|[{}()\[\]:!=$@]"#;
        let word = Regex::new(word).expect("an expression");
        let words = word.find_iter(text);
        let mut reader =
            Reader { words: words.map(|word| word.as_str().to_owned()).collect(), at: 0, variables };
        let mut query =
            Self { is_mutation: false, name: String::new(), root: Vec::new(), fragments: BTreeMap::new() };
        while reader.at < reader.words.len() {
            let kind = if reader.peek() == "{" { "query".to_owned() } else { reader.next() };
            let name = if ["{", "("].contains(&reader.peek()) { String::new() } else { reader.next() };
            if kind == "fragment" {
                reader.at += 2;
                let below = reader.selection();
                query.fragments.insert(name, below);
                continue;
            }
            if reader.peek() == "(" {
                reader.declarations();
            }
            (query.is_mutation, query.name, query.root) = (kind == "mutation", name, reader.selection());
        }
        query
    }

    /// What was asked of `object`; `compute` gives fields that depend on arguments.
    pub(crate) fn answer(&self, object: &Value, asked: &[Asked], compute: &Compute<'_>) -> Value {
        if let Value::Array(items) = object {
            return items.iter().map(|item| self.answer(item, asked, compute)).collect();
        }
        if !object.is_object() || asked.is_empty() {
            return object.clone();
        }
        let mut answer = Map::new();
        for one in asked {
            match one {
                Asked::Field { key, name, arguments, below } => {
                    let value =
                        compute(object, name, arguments).unwrap_or_else(|| object[name.as_str()].clone());
                    answer.insert(key.clone(), self.answer(&value, below, compute));
                }
                Asked::On(kind, below) if object["__typename"] == json!(kind) => {
                    merge(&mut answer, self.answer(object, below, compute));
                }
                Asked::On(..) => {}
                Asked::Spread(name) => {
                    merge(&mut answer, self.answer(object, &self.fragments[name], compute));
                }
            }
        }
        Value::Object(answer)
    }
}

fn merge(answer: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        answer.extend(more);
    }
}

impl Reader<'_> {
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.at += 1;
        self.words[self.at - 1].clone()
    }

    /// `($a: T = 1, …)`, for the values that hold where none is sent.
    fn declarations(&mut self) {
        self.at += 1;
        let mut name = String::new();
        while self.peek() != ")" {
            match self.next().as_str() {
                "$" => name = self.next(),
                "=" => {
                    let value = self.value();
                    self.variables.entry(name.clone()).or_insert(value);
                }
                _ => {}
            }
        }
        self.at += 1;
    }

    fn value(&mut self) -> Value {
        match self.next().as_str() {
            "$" => {
                let name = self.next();
                self.variables.get(&name).cloned().unwrap_or(Value::Null)
            }
            "[" => {
                let mut items = Vec::new();
                while self.peek() != "]" {
                    items.push(self.value());
                }
                self.at += 1;
                Value::Array(items)
            }
            "{" => {
                self.at -= 1;
                Value::Object(self.arguments("{", "}"))
            }
            // A word of an enumeration is a text.
            word => serde_json::from_str(word).unwrap_or_else(|_| json!(word)),
        }
    }

    fn arguments(&mut self, opening: &str, closing: &str) -> Map<String, Value> {
        let mut arguments = Map::new();
        if self.peek() == opening {
            self.at += 1;
            while self.peek() != closing {
                let name = self.next();
                self.at += 1;
                let value = self.value();
                arguments.insert(name, value);
            }
            self.at += 1;
        }
        arguments
    }

    fn selection(&mut self) -> Vec<Asked> {
        let mut asked = Vec::new();
        self.at += 1;
        while self.peek() != "}" {
            let word = self.next();
            if word == "..." {
                let name = self.next();
                asked.push(if name == "on" {
                    let kind = self.next();
                    Asked::On(kind, self.selection())
                } else {
                    Asked::Spread(name)
                });
                continue;
            }
            let is_alias = self.peek() == ":";
            let name = if is_alias {
                self.at += 1;
                self.next()
            } else {
                word.clone()
            };
            let arguments = self.arguments("(", ")");
            let below = if self.peek() == "{" { self.selection() } else { Vec::new() };
            asked.push(Asked::Field { key: word, name, arguments, below });
        }
        self.at += 1;
        asked
    }
}
