//! gh's words, as the real one (2.23) printed them.

use super::*;

const REPOSITORY: &str = "theinterneti/TTA";

fn text(argv: &[String]) -> String {
    argv.join(" ")
}

#[test]
fn the_repository_is_always_named_and_bodies_go_through_files() {
    let labels = ["component-promotion".to_owned(), "P0".to_owned()];
    assert_eq!(
        text(&list_issues(REPOSITORY)),
        "gh issue list --repo theinterneti/TTA --state all --limit 10000 --json number,title,body,state,url,labels,createdAt,author"
    );
    assert_eq!(
        text(&create_issue(REPOSITORY, "T", "/run/body.md", &labels)),
        "gh issue create --repo theinterneti/TTA --title T --body-file /run/body.md --label component-promotion --label P0"
    );
    let edit =
        Edit { title: None, body_file: Some("b.md"), add_labels: &labels[1..], remove_labels: &labels[..1] };
    assert_eq!(
        text(&edit_issue(REPOSITORY, 7, &edit)),
        "gh issue edit 7 --repo theinterneti/TTA --body-file b.md --add-label P0 --remove-label component-promotion"
    );
    assert_eq!(
        text(&comment(REPOSITORY, 7, "b.md")),
        "gh issue comment 7 --repo theinterneti/TTA --body-file b.md"
    );
    assert_eq!(
        text(&list_comments(REPOSITORY, 7)),
        "gh issue view 7 --repo theinterneti/TTA --json author,comments"
    );
    assert_eq!(
        text(&list_labels(REPOSITORY)),
        "gh label list --repo theinterneti/TTA --limit 2000 --json name"
    );
    assert_eq!(
        text(&create_label(REPOSITORY, "-P0", "d73a4a", "d")),
        "gh label create --repo theinterneti/TTA --color d73a4a --description d -- -P0"
    );
}

#[test]
fn issues_labels_and_addresses_are_read() {
    let printed =
        br#"[{"body":"b\r\n","labels":[{"id":"LA_2","name":"P0","description":"","color":"d73a4a"}],
        "author":{"is_bot":true,"login":"app/github-actions"},"createdAt":"2025-10-14T09:00:00Z","number":3,"state":"CLOSED","title":"T","url":"https://github.com/theinterneti/TTA/issues/3"}]"#;
    let issues = read_issues(Exit::Code(0), printed, "").expect("issues");
    let url = "https://github.com/theinterneti/TTA/issues/3".to_owned();
    let labels = vec!["P0".to_owned()];
    let created = "2025-10-14T09:00:00Z".parse().expect("a time");
    let issue = Issue {
        number: 3,
        title: "T".into(),
        body: "b\r\n".into(),
        open: false,
        url: url.clone(),
        labels,
        created,
        author: "github-actions".into(),
    };
    assert_eq!(issues, [issue]);
    assert_eq!(
        read_labels(Exit::Code(0), br#"[{"name":"bug"}]"#, "").as_deref(),
        Ok(["bug".to_owned()].as_slice())
    );
    let address = "https://github.com/o/n/issues/3#issuecomment-1";
    let comment = |more: &str| {
        let one = format!(r#"{{"id":"IC_1","body":"c","url":"{address}"{more}}}"#);
        let printed = format!(r#"{{"author":{{"login":"app/github-actions"}},"comments":[{one}]}}"#);
        read_comments(Exit::Code(0), printed.as_bytes(), "").expect("comments").remove(0)
    };
    let plain = Comment {
        url: address.into(),
        text: "c".into(),
        author: String::new(),
        is_insider: false,
        is_opener: false,
    };
    assert_eq!(comment(r#","author":null"#), plain);
    let by = |more: &str| comment(&format!(r#","author":{{"login":"ada"}},{more}"#));
    let ada = Comment { author: "ada".into(), ..plain };
    assert_eq!(by(r#""authorAssociation":"NONE","viewerDidAuthor":false"#), ada);
    assert!(by(r#""authorAssociation":"MEMBER""#).is_insider);
    assert!(by(r#""authorAssociation":"NONE","viewerDidAuthor":true"#).is_insider);
    assert!(!by(r#""authorAssociation":"CONTRIBUTOR""#).is_insider, "who once had a change merged");
    let opener = comment(r#","author":{"login":"github-actions"},"authorAssociation":"NONE""#);
    assert!(opener.is_opener && opener.is_believed(), "an app, which has two names");
    let nobodys = br#"{"author":null,"comments":[{"body":"c","author":null}]}"#;
    let gone = read_comments(Exit::Code(0), nobodys, "").expect("comments").remove(0);
    assert!(!gone.is_believed(), "two accounts that are gone need not be one");
    let printed = format!("\nCreating issue in theinterneti/TTA\n\n{url}\n");
    assert_eq!(read_address(Exit::Code(0), printed.as_bytes(), ""), Ok((3, url)));
    let comment = "https://github.com/o/n/issues/12#issuecomment-1";
    assert_eq!(read_address(Exit::Code(0), comment.as_bytes(), ""), Ok((12, comment.to_owned())));
}

#[test]
fn an_answer_that_is_none_gives_no_facts() {
    for printed in
        ["", "[{\"number\":1}]", "[", "{}", "no issues match your search", "[{\"number\":-1,\"title\":\"\"}]"]
    {
        let read = read_issues(Exit::Code(0), printed.as_bytes(), "");
        assert!(matches!(read, Err(Failure::Unreadable(_))), "{printed}");
        let read = read_labels(Exit::Code(0), printed.as_bytes(), "");
        assert!(matches!(read, Err(Failure::Unreadable(_))), "{printed}");
        let read = read_address(Exit::Code(0), printed.as_bytes(), "");
        assert!(matches!(read, Err(Failure::Unreadable(_))), "{printed}");
    }
    for address in
        ["https://github.com/o/n/issues/", "https://github.com/o/n/pull/3", "/issues/3", "https://a/issues/x"]
    {
        assert!(read_address(Exit::Code(0), address.as_bytes(), "").is_err(), "{address}");
    }
    // What failed gives nothing, whatever it printed before.
    assert!(read_issues(Exit::Code(1), b"[]", "").is_err());
    assert!(read_address(Exit::TimedOut, b"https://github.com/o/n/issues/3", "").is_err());
}

fn failure(stderr: &str) -> Failure {
    read_address(Exit::Code(1), b"", stderr).expect_err("a failure")
}

#[test]
fn each_complaint_of_gh_is_known() {
    assert_eq!(failure("could not add label: 'nope' not found\n"), Failure::LabelMissing("nope".to_owned()));
    assert_eq!(failure("the 'theinterneti/TTA' repository has disabled issues\n"), Failure::IssuesDisabled);
    assert_eq!(
        failure("GraphQL: Body is too long (maximum is 65536 characters) (createIssue)\n"),
        Failure::TooLong("body")
    );
    assert_eq!(
        failure("GraphQL: Title is too long (maximum is 256 characters) (createIssue)\n"),
        Failure::TooLong("title")
    );
    for limited in [
        "HTTP 403: API rate limit exceeded for user ID 1. (https://api.github.com/graphql)",
        "HTTP 429: You have exceeded a secondary rate limit (https://api.github.com/graphql)",
        "GraphQL: API rate limit exceeded for user ID 1.",
        "GraphQL: was submitted too quickly (createIssue)",
    ] {
        assert_eq!(failure(limited), Failure::RateLimited, "{limited}");
    }
    for lost in [
        "Post \"https://api.github.com/graphql\": EOF",
        "Post \"https://api.github.com/graphql\": dial unix /x/gh.sock: connect: connection refused",
        "error connecting to api.github.com\ncheck your internet connection or https://githubstatus.com",
        "Post \"https://api.github.com/graphql\": net/http: TLS handshake timeout",
        "read tcp 1.2.3.4:1->5.6.7.8:443: read: connection reset by peer",
    ] {
        assert!(matches!(failure(lost), Failure::Network(_)), "{lost}");
    }
    assert!(matches!(failure("HTTP 502: Bad gateway (https://api.github.com/graphql)"), Failure::Server(_)));
    let other = "non-200 OK status code: 502 Bad Gateway body: \"{\\\"message\\\":\\\"Bad gateway\\\"}\"";
    assert!(matches!(failure(other), Failure::Server(_)));
    assert_eq!(failure("non-200 OK status code: 401 Unauthorized body: \"\""), Failure::BadToken);
    let nothing = "GraphQL: Could not resolve to a Repository with the name 'o/NOPE'. (repository)";
    assert_eq!(failure(nothing), Failure::NotFound(nothing.to_owned()));
    assert!(matches!(
        failure("HTTP 404: Not Found (https://api.github.com/repos/o/n/labels)"),
        Failure::NotFound(_)
    ));
    assert_eq!(failure("Message: Issue is locked, Locations: []"), Failure::Locked);
    assert_eq!(
        failure(
            "HTTP 401: Bad credentials (https://api.github.com/graphql)\nTry authenticating with:  gh auth login"
        ),
        Failure::BadToken
    );
    let refused = "GraphQL: Resource not accessible by integration (createIssue)";
    assert_eq!(failure(refused), Failure::Forbidden(refused.to_owned()));
    assert_eq!(failure("something new"), Failure::Other("something new".to_owned()));
    assert_eq!(failure(""), Failure::Other("it ended with exit code 1".to_owned()));
    assert_eq!(read_labels(Exit::Code(4), b"", "please run:  gh auth login"), Err(Failure::NoToken));
    assert_eq!(read_labels(Exit::NotFound, b"", ""), Err(Failure::NotInstalled));
    assert_eq!(read_labels(Exit::TimedOut, b"", ""), Err(Failure::TimedOut));
    assert!(matches!(read_labels(Exit::Signal(9), b"", ""), Err(Failure::Other(_))));
}

#[test]
fn a_label_that_is_there_was_made() {
    let there = "label with name \"P0\" already exists; use `--force` to update its color and description";
    assert_eq!(read_made(Exit::Code(1), there), Ok(()));
    assert_eq!(read_made(Exit::Code(0), ""), Ok(()));
    assert!(read_made(Exit::Code(1), "HTTP 404: Not Found").is_err());
}

#[test]
fn every_failure_says_what_to_do_and_whether_to_look_again() {
    let said = || "x".to_owned();
    let all = [
        (Failure::NotInstalled, false),
        (Failure::NoToken, false),
        (Failure::BadToken, false),
        (Failure::Forbidden(said()), false),
        (Failure::LabelMissing(said()), false),
        (Failure::LabelExists, false),
        (Failure::IssuesDisabled, false),
        (Failure::TooLong("body"), false),
        (Failure::NotFound(said()), false),
        (Failure::Locked, false),
        (Failure::RateLimited, false),
        (Failure::Network(said()), true),
        (Failure::Server(said()), true),
        (Failure::TimedOut, true),
        (Failure::NotOurTurn(said()), false),
        (Failure::Interrupted, true),
        (Failure::Unreadable(said()), true),
        (Failure::Other(said()), true),
    ];
    for (failure, open) in all {
        assert_eq!(failure.leaves_open(), open, "{failure:?}");
        // There never is anything to be done where it is only there already.
        assert_eq!(leaves_open(&failure.to_string()), open || failure == Failure::LabelExists, "{failure:?}");
        for text in [failure.to_string(), failure.hint()] {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{text}");
        }
    }
}

#[test]
fn a_body_that_is_too_long_is_cut_between_lines_and_says_so() {
    assert_eq!(fitting_body("short\n"), "short\n");
    let exact = "é".repeat(LONGEST_BODY);
    assert_eq!(fitting_body(&exact), exact);
    let long = fitting_body(&"é".repeat(LONGEST_BODY + 1));
    assert_eq!(long.chars().count(), LONGEST_BODY);
    let lines = fitting_body(&"a line of text\n".repeat(9_000));
    assert!(lines.chars().count() <= LONGEST_BODY);
    assert!(lines.ends_with("a line of text\n\n*The rest does not fit here and was cut.*\n"));
}

#[test]
fn a_title_that_is_too_long_is_cut() {
    assert_eq!(fitting_title("Promote Carbon"), "Promote Carbon");
    let exact = "ä".repeat(LONGEST_TITLE);
    assert_eq!(fitting_title(&exact), exact);
    let long = fitting_title(&"ä".repeat(LONGEST_TITLE + 1));
    assert_eq!((long.chars().count(), long.ends_with('…')), (LONGEST_TITLE, true));
}

#[test]
fn a_body_is_the_same_whatever_its_line_ends() {
    assert!(is_same_body("a\r\nb\r\n", "a\nb"));
    assert!(!is_same_body("a\nb", "a\nc"));
}
