//! The page of readiness, and that of a verdict, as a browser shows them.

use serde_json::{Value, json};

use crate::chromium::{Browser, Look};
use crate::crowd::{name, page, project};
use crate::project::Project;

/// What axe looks for: WCAG 2.2, A and AA, and what goes without saying.
const AXE: &str = "
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations, passes } = await axe.run(document, { runOnly: tags });
    const told = violations.map((one) => ({ id: one.id, help: one.help,
        nodes: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary) }));
    return { violations: told, passes: passes.map((one) => one.id) };";

const DARK: Look = Look { dark: true, ..Look::SCREEN };
const PHONE: Look = Look { size: (360, 800), ..Look::SCREEN };

/// A few components, one with a finding.
fn few() -> (Project, String) {
    let project = project(9);
    let file = project.root().join(format!("src/{}.py", name(0)));
    let issue = json!([{"code": "F401", "filename": file, "location": {"row": 1, "column": 1}, "message": "`os` imported but unused"}]);
    let project = project.fake("ruff").prints(issue.to_string()).exits(1);
    let verdict = project.path("verdict.json").display().to_string();
    let output = format!("json={verdict}");
    project.run(&["verify", &name(0), "--only", "lint", "--output", &output, "-q"]).exits(1);
    let page = page(&project, &["--with", &verdict]);
    (project, page)
}

fn is_accessible(browser: &Browser, html: &str) {
    for look in [Look::SCREEN, DARK, PHONE, Look { dark: true, ..PHONE }] {
        let found = browser.run(html, AXE, look);
        assert_eq!(found["violations"], json!([]), "{look:?}: {found:#}");
        let passes = found["passes"].as_array().expect("what axe looked at");
        for rule in ["color-contrast", "landmark-one-main", "heading-order", "svg-img-alt", "label"] {
            let needed = rule != "label" && rule != "svg-img-alt" || html.contains("<form");
            assert!(!needed || passes.iter().any(|one| one == rule), "axe did not look at {rule}");
        }
    }
}

#[test]
fn axe_finds_nothing_that_keeps_people_out_light_dark_and_on_a_phone() {
    let Some(browser) = Browser::get() else { return };
    let (_project, html) = few();
    for words in ["F401", "Coverage over time", "Observation, day", "Promotion c_0001", "In force"] {
        assert!(html.contains(words), "{words}");
    }
    is_accessible(browser, &html);
}

#[test]
fn axe_finds_nothing_in_the_page_of_a_verdict() {
    let Some(browser) = Browser::get() else { return };
    let project = Project::new().repository();
    let issue = json!([{"code": "F401", "filename": project.root().join("src/a.py"), "location": {"row": 1, "column": 1}, "message": "`os` imported but unused"}]);
    let project = project.fake("ruff").prints(issue.to_string()).exits(1).fake("pyright").absent();
    let html = project.run(&["verify", "a", "--format", "html"]).exits(1).stdout;
    assert!(
        html.contains("F401") && html.contains("<code>x = 1</code></pre>") && html.contains("Do: "),
        "{html}"
    );
    is_accessible(browser, &html);
    let found = browser.run(&html, FITS, PHONE);
    assert_eq!(found, json!({"screen": 360, "over": 0, "cut": [], "loaded": 0}));
}

/// How wide a page is.
const FITS: &str = "
    document.querySelectorAll('details').forEach((one) => { one.open = true; });
    const root = document.documentElement;
    // What is clipped makes no page wider, and is gone all the same.
    const ends = (one) => one.getBoundingClientRect().right;
    const cut = [...document.querySelectorAll('details table:not(.wide *)')]
        .filter((one) => ends(one) > ends(one.closest('details'))).map((one) => one.textContent.slice(0, 80));
    return { screen: innerWidth, over: root.scrollWidth - root.clientWidth, cut, loaded: performance.getEntriesByType('resource').length };";

#[test]
fn on_a_phone_nothing_is_wider_than_the_screen_and_nothing_is_loaded() {
    let Some(browser) = Browser::get() else { return };
    let (_project, html) = few();
    let found = browser.run(&html, FITS, PHONE);
    assert_eq!(found, json!({"screen": 360, "over": 0, "cut": [], "loaded": 0}));
}

#[test]
fn the_policy_of_the_page_lets_its_own_script_and_style_run_and_no_other() {
    let Some(browser) = Browser::get() else { return };
    let (project, html) = few();
    let file = project.path("evil.html");
    let lure = "<script>document.documentElement.dataset.evil = '1'</script><img src=\"https://example.invalid/x.png\">\n</main>";
    let with_lure = html.replace("</main>", lure);
    std::fs::write(&file, &with_lure).expect("written");
    let (dom, log) = browser.open(&file, Look::SCREEN);
    let root = dom.split("<html").nth(1).and_then(|rest| rest.split('>').next()).expect("a root");
    assert!(root.contains("data-ready=") && !root.contains("data-evil"), "{root}");
    assert!(log.contains("Content Security Policy"), "{log}");
    std::fs::write(&file, &html).expect("written");
    let (_, log) = browser.open(&file, Look::SCREEN);
    assert!(!log.contains("Content Security Policy") && !log.contains("Uncaught"), "{log}");
}

/// Words that each look at the table begins with.
const TABLE: &str = "
    const rows = () => [...document.querySelectorAll('#all tbody tr')].filter((row) => !row.hidden);
    const form = document.getElementById('filter');
    const ask = (name, value) => { form.elements[name].value = value; form.dispatchEvent(new Event('input')); };
    const click = (key) => document.querySelector(`[data-k=${key}] button`).click();
    const pause = (time) => new Promise((done) => setTimeout(done, time));
    const column = (place) => rows().map((row) => row.cells[place].textContent.trim());";

fn on_table(browser: &Browser, html: &str, script: &str, look: Look) -> Value {
    browser.run(html, &format!("{TABLE}\n{script}"), look)
}

#[test]
fn a_thousand_components_are_filtered_sorted_and_searched_in_the_page() {
    let Some(browser) = Browser::get() else { return };
    let project = project(1_000);
    let html = page(&project, &[]);
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
    let script = "
        const all = rows().length;
        ask('state', 'observing');
        const observing = rows().map((row) => row.className);
        const details = [...document.querySelectorAll('details')].filter((one) => !one.hidden).length;
        const hash = location.hash;
        await pause(400);
        const told = document.getElementById('count').textContent;
        ask('priority', 'P1'); ask('q', 'Component c_09');
        const both = rows().map((row) => row.cells[0].textContent + row.cells[3].textContent);
        document.querySelector('form button[type=reset]').click();
        const again = rows().length, cleared = location.hash;
        ask('q', 'C_0500');
        const one = rows().map((row) => row.querySelector('small').textContent);
        ask('q', '');
        click('coverage');
        const up = column(4).filter((text) => text).map(parseFloat), sorted = document.querySelector('[data-k=coverage]').getAttribute('aria-sort');
        click('coverage');
        const down = column(4).filter((text) => text).map(parseFloat), turned = document.querySelector('[data-k=coverage]').getAttribute('aria-sort');
        click('priority');
        const priorities = column(3), rest = document.querySelector('[data-k=coverage]').getAttribute('aria-sort');
        return { all, observing, details, hash, told, both, again, cleared, one, up, sorted, down, turned, priorities, rest,
            elements: document.getElementsByTagName('*').length };";
    let found = on_table(browser, &html, script, Look::SCREEN);
    let list = |key: &str| found[key].as_array().unwrap_or_else(|| panic!("{key}")).clone();
    assert_eq!(
        (&found["all"], &found["again"], &found["details"]),
        (&json!(1000), &json!(1000), &json!(125))
    );
    assert!(list("observing").len() == 125 && list("observing").iter().all(|state| state == "observing"));
    assert_eq!(
        (&found["hash"], &found["told"]),
        (&json!("#state=observing"), &json!("125 of 1000 components"))
    );
    let both = list("both");
    assert!(
        !both.is_empty()
            && both
                .iter()
                .all(|text| text.as_str().is_some_and(|text| text.contains("c_09") && text.ends_with("P1"))),
        "{both:?}"
    );
    assert_eq!((&found["cleared"], &found["one"]), (&json!(""), &json!(["c_0500"])));
    let numbers = |key: &str| -> Vec<f64> { list(key).iter().filter_map(Value::as_f64).collect() };
    assert!(
        numbers("up").len() > 800 && numbers("up").is_sorted() && numbers("down").iter().rev().is_sorted()
    );
    let sorts = (&found["sorted"], &found["turned"], &found["rest"]);
    assert_eq!(sorts, (&json!("ascending"), &json!("descending"), &json!("none")));
    let priorities: Vec<String> = list("priorities").iter().map(ToString::to_string).collect();
    assert!(priorities.is_sorted() && priorities.len() == 1000, "{priorities:?}");
    let (dom, _) = browser.open(&project.path("ready.html"), Look::SCREEN);
    let ready = dom.split("data-ready=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("?");
    let (size, elements) = (html.len() / 1_000, &found["elements"]);
    eprintln!("1,000 components: {size} KB, {elements} elements, interactive after {ready} ms");
}

#[test]
fn the_address_keeps_what_was_asked_for_and_leads_to_a_component() {
    let Some(browser) = Browser::get() else { return };
    let (_project, html) = few();
    let look = |hash| Look { hash, ..Look::SCREEN };
    let script = "return { rows: rows().length, state: form.elements.state.value, first: column(0)[0],
        current: [...document.querySelectorAll('.tiles [aria-current]')].map((one) => one.hash) };";
    let found = on_table(browser, &html, script, look("#state=observing&sort=name&dir=desc"));
    assert_eq!((&found["rows"], &found["state"]), (&json!(1), &json!("observing")), "{found}");
    assert_eq!(found["current"], json!(["#state=observing"]));
    let all = on_table(browser, &html, script, look("#sort=name&dir=desc"));
    assert_eq!((&all["rows"], &all["first"]), (&json!(9), &json!("Component 8c_0008")));
    let script = "
        const open = [...document.querySelectorAll('details[open]')].map((one) => one.id);
        const focused = document.activeElement.tagName;
        document.querySelector('.tiles a').click();
        await pause(50);
        return { open, focused, rows: rows().length, hash: location.hash };";
    let found = on_table(browser, &html, script, look("#c3"));
    assert_eq!((&found["open"], &found["focused"]), (&json!(["c3"]), &json!("SUMMARY")), "{found}");
    assert!(found["rows"].as_u64().is_some_and(|rows| rows > 0 && rows < 9), "a tile is a filter: {found}");
}

#[test]
fn without_a_script_everything_is_there_to_be_read() {
    let Some(browser) = Browser::get() else { return };
    let (project, html) = few();
    let begin = html.rfind("<script>").expect("a script");
    let without = format!("{}</body></html>\n", &html[..begin]);
    let file = project.path("plain.html");
    std::fs::write(&file, without).expect("written");
    let (dom, _) = browser.open(&file, Look::SCREEN);
    assert_eq!(dom.matches("<details class=\"d ").count(), 9);
    assert!(dom.contains("<form id=\"filter\" hidden"), "what does nothing is not shown");
    assert!(!dom.contains("<tr hidden") && dom.contains("needs 40 more covered lines"), "{dom}");
}
