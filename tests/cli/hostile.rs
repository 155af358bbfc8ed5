//! Tools that are missing, broken, hanging, lying or leaving something behind: no pass, no crash, no trace.

use crate::project::Project;
use crate::told::Told;

/// One test for each row, which tries it with each tool, all at once: most of the time is spent on waiting.
macro_rules! every_tool {
    ($($name:ident => $test:expr;)*) => {$(
        #[test]
        fn $name() {
            let test: fn(&Tool) = $test;
            std::thread::scope(|scope| {
                for tool in &TOOLS {
                    scope.spawn(move || test(tool));
                }
            });
        }
    )*};
}

/// A tool and the check that it serves.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) check: &'static str,
}

pub(crate) const TOOLS: [Tool; 4] = [
    Tool { name: "pytest", check: "tests" },
    Tool { name: "ruff", check: "lint" },
    Tool { name: "pyright", check: "types" },
    Tool { name: "bandit", check: "security" },
];

impl Tool {
    pub(crate) fn fake(&self) -> Project {
        Project::new().fake(self.name)
    }

    pub(crate) fn verify(&self, project: &Project) -> Told {
        self.verify_within(project, "10m")
    }

    fn verify_within(&self, project: &Project, limit: &str) -> Told {
        project.run(&["verify", "a", "--only", self.check, "--format", "json", "--timeout", limit])
    }
}

/// Ignores TERM, as does the child that holds its output.
const HANG: &str = "trap '' TERM; (trap '' TERM; sleep 600) & sleep 600; sleep 600";

every_tool! {
    a_tool_that_is_honest_passes => |tool| {
        tool.verify(&tool.fake()).exits(0).gives(tool.check, "pass").within(60);
    };
    a_tool_that_is_absent_is_missing => |tool| {
        tool.verify(&tool.fake().absent()).exits(3).lacks(tool.check, "tool_missing");
    };
    a_tool_that_may_not_be_executed_is_missing => |tool| {
        tool.verify(&tool.fake().not_executable()).exits(3).lacks(tool.check, "tool_missing");
    };
    a_tool_that_is_no_program_is_missing => |tool| {
        let project = tool.fake().consists_of(b"\x7fELF\x02\x01\x01\0 but no further");
        tool.verify(&project).exits(3).lacks(tool.check, "tool_missing");
    };
    a_tool_whose_interpreter_is_gone_is_missing => |tool| {
        let project = tool.fake().consists_of(b"#!/nowhere/bin/interpreter\nprint('hello')\n");
        tool.verify(&project).exits(3).lacks(tool.check, "tool_missing");
    };
    a_tool_that_hangs_is_stopped_with_all_that_it_started => |tool| {
        tool.verify_within(&tool.fake().does(HANG), "3s").exits(3).lacks(tool.check, "timed_out");
    };
    a_tool_that_hangs_when_asked_for_its_version_is_stopped => |tool| {
        let project = tool.fake().when("--version", HANG);
        tool.verify_within(&project, "3s").exits(3).lacks(tool.check, "timed_out");
    };
    a_tool_that_tells_no_version_has_crashed => |tool| {
        for script in ["exit 0", "echo 1.2.3; exit 1", "printf '%070d' 0", "printf '1\\033[2J'"] {
            let project = tool.fake().when("--version", script);
            tool.verify(&project).exits(3).lacks(tool.check, "tool_crashed");
        }
    };
    a_tool_that_is_killed_has_crashed => |tool| {
        let project = tool.fake().does("honest \"$@\"; kill -9 $$");
        tool.verify(&project).exits(3).lacks(tool.check, "tool_crashed");
    };
    a_tool_that_ends_well_and_says_nothing_has_no_report => |tool| {
        tool.verify(&tool.fake().exits(0)).exits(3).lacks(tool.check, "report_missing");
    };
    a_tool_that_ends_badly_and_says_nothing_gives_no_evidence => |tool| {
        for code in [1, 2, 3, 4, 70, 137, 255] {
            let told = tool.verify(&tool.fake().exits(code)).exits(3).gives(tool.check, "inconclusive");
            assert_ne!(told.check(tool.check)["reason"]["hint"], "");
        }
    };
    an_honest_report_with_an_unknown_exit_code_is_no_evidence => |tool| {
        for code in [5, 42, 127, 255] {
            let project = tool.fake().does("honest \"$@\"").exits(code);
            tool.verify(&project).exits(3).gives(tool.check, "inconclusive");
        }
    };
    what_a_tool_leaves_behind_is_stopped => |tool| {
        let project = tool.fake().does("honest \"$@\"; sleep 601 & setsid sh -c 'trap \"\" TERM; sleep 602; sleep 602' &");
        tool.verify(&project).exits(0).gives(tool.check, "pass");
    };
    a_tool_that_writes_into_the_tree_is_told_on => |tool| {
        let project = tool.fake().does("honest \"$@\"; echo '{}' > coverage.json");
        let told = tool.verify(&project).exits(0).gives(tool.check, "pass");
        assert_eq!(told.json()["subject"]["changed"], serde_json::json!(["coverage.json"]));
    };
    a_tool_that_rewrites_the_component_measured_nothing_that_is_there => |tool| {
        let project = tool.fake().does("honest \"$@\"; echo 'x = 1 # rewritten' > src/a.py");
        tool.verify(&project).exits(3).lacks(tool.check, "tree_changed");
    };
    a_flood_on_standard_error_is_no_matter => |tool| {
        let project = tool.fake().does("honest \"$@\"; head -c 100000000 /dev/zero | tr '\\0' 'e' >&2");
        tool.verify(&project).exits(0).gives(tool.check, "pass").within(60);
    };
    what_a_tool_complains_of_never_reaches_the_terminal_raw => |tool| {
        let lure = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}boo\r\n\u{1b}[1A last line \u{1b}[0m\n";
        let project = tool.fake().complains(lure).exits(42);
        project.run(&["verify", "a", "--only", tool.check, "-v"]).exits(3).stays_calm();
        tool.verify(&project).exits(3).gives(tool.check, "inconclusive").stays_calm();
    };
}

/// What is printed where JSON is expected. pytest prints none.
macro_rules! every_printer {
    ($($name:ident => $test:expr;)*) => {$(
        #[test]
        fn $name() {
            let test: fn(&Tool) = $test;
            std::thread::scope(|scope| {
                for tool in TOOLS.iter().filter(|tool| tool.name != "pytest") {
                    scope.spawn(move || test(tool));
                }
            });
        }
    )*};
}

every_printer! {
    what_is_no_json_is_unreadable => |tool| {
        for text in ["Segmentation fault\n", "null", "42", "\"text\"", "<html>", "NaN", "[[[]]", "\u{feff}[]"] {
            for code in [0, 1] {
                let project = tool.fake().prints(text).exits(code);
                tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable");
            }
        }
    };
    binary_is_unreadable => |tool| {
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        tool.verify(&tool.fake().prints(bytes)).exits(3).lacks(tool.check, "report_unreadable");
        tool.verify(&tool.fake().prints(b"[\"\xff\xfe\"]")).exits(3).lacks(tool.check, "report_unreadable");
    };
    json_of_the_wrong_shape_is_unreadable => |tool| {
        for text in [
            "{}", "[1, 2]", "[{}]", "[null]", "{\"results\": 3}", "{\"generalDiagnostics\": {}, \"summary\": []}",
            "{\"errors\": [], \"metrics\": [], \"results\": {}}", "{\"error\": \"no such option\"}",
        ] {
            let project = tool.fake().prints(text).exits(0);
            tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable");
        }
    };
    half_a_report_is_unreadable => |tool| {
        for code in [0, 1] {
            let project = tool.fake().does(&format!("honest \"$@\" | head -c 1; exit {code}"));
            tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable");
            let project = tool.fake().does(&format!("honest \"$@\"; honest \"$@\"; exit {code}"));
            tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable");
        }
    };
    nesting_beyond_reason_is_unreadable => |tool| {
        for text in ["[", "{\"a\":", "{\"results\":["] {
            let project = tool.fake().prints(text.repeat(200_000));
            tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable").within(60);
        }
    };
    a_report_and_an_exit_code_that_disagree_are_no_evidence => |tool| {
        let project = tool.fake().does("honest \"$@\"").exits(1);
        tool.verify(&project).exits(3).lacks(tool.check, "reports_disagree");
    };
    a_hundred_megabytes_of_anything_are_read_without_holding_them => |tool| {
        for (begin, megabytes) in [("", 10), ("[", 10), ("{\"errors\": [\"", 10), ("[\"", 100)] {
            let flood = format!("head -c {megabytes}000000 /dev/zero | tr '\\0' 'x'");
            let project = tool.fake().prints(begin).does(&flood);
            tool.verify(&project).exits(3).lacks(tool.check, "report_unreadable").within(60);
        }
        let project = tool.fake().does("head -c 10000000 /dev/zero | tr '\\0' ' '; honest \"$@\"");
        tool.verify(&project).exits(0).gives(tool.check, "pass").within(60);
    };
    an_endless_flood_is_cut_at_the_limit => |tool| {
        let flood = "while :; do head -c 1000000 /dev/zero | tr '\\0' '['; sleep 0.02; done";
        tool.verify_within(&tool.fake().does(flood), "3s").exits(3).lacks(tool.check, "timed_out").within(60);
    };
}
