//! The schemas in the repository are those of the types.

use tta_promote::app::schema::DOCUMENTS;

use super::{files, root, text_of};

#[test]
fn the_schemas_in_the_repository_are_those_of_the_types() {
    for document in DOCUMENTS {
        let kept = text_of(&root().join("schemas").join(document.file()));
        assert!(
            kept == document.text(),
            "{} is not what the types say: write it anew with\n  cargo run -- schema --all --output schemas",
            document.file()
        );
    }
    assert_eq!(files("schemas", "").len(), DOCUMENTS.len(), "a schema in schemas/ is of no document");
}

#[test]
fn every_schema_is_one_and_says_what_each_table_is() {
    for document in DOCUMENTS {
        let schema = document.schema();
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(schema["$id"], document.address());
        assert!(schema["description"].as_str().is_some_and(|text| !text.is_empty()), "{}", document.name);
    }
}
