"""Runs the selected tests first and, in the same session, the rest where the selected ones are not enough.

Loaded with ``-p tta_promote_phases`` after the journal. A run with ``-k`` leaves tests out; where the selected ones alone
do not reach the coverage that is asked for, the others have to run as well, and to collect them again would cost what
collecting cost. So ``-k`` is applied last, what it left out is kept, and before the last selected test is torn down
the coverage so far is looked at. Then either the session ends, exactly as it would have without this plugin, or the
other tests follow, in one session, as if they had been ordered so; fixtures live on.

What is decided here decides nothing else: it is a guess of whether it is worth to go on, and the judgement rests on
the reports alone.
"""

import glob
import json
import os
import warnings

import pytest

import tta_promote_journal as journal

# A document: where files are named by their real paths, in which order does not matter.
# {"always": bool, "components": [{"files": [path, ...], "min_percent": hundredths, "statements_only": bool}, ...]}
TARGETS = os.environ.pop("TTA_PROMOTE_PHASES", "")
try:
    from _pytest.mark import deselect_by_keyword
except ImportError:  # a pytest that has none goes without phases
    TARGETS = ""

keyword = ""
rest = []
last = None
state = "selected"  # → "ending" or "going on" → "rest"


def is_asked_for(config):
    return bool(TARGETS) and not hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config):
    global keyword
    if is_asked_for(config):
        keyword, config.option.keyword = config.option.keyword, ""


class Last:
    """Applies ``-k`` after everybody else had a look at all tests."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        global rest
        if not is_asked_for(config):
            return
        config.option.keyword = keyword
        everything = list(items)
        deselect_by_keyword(items, config)
        kept = set(map(id, items))
        rest = [item for item in everything if id(item) not in kept]


def pytest_configure(config):
    config.pluginmanager.register(Last(), "tta_promote_phases_last")


def pytest_collection_finish(session):
    global last
    state_of_fixtures = getattr(session, "_setupstate", None)
    tear_down = getattr(state_of_fixtures, "teardown_exact", None)
    if not rest or not session.items or tear_down is None:
        return
    last = session.items[-1]
    running = []

    # Its last argument is the next test, of which the fixtures that it shares with this one are kept.
    def teardown_exact(*arguments):
        if running and running[-1] is last and arguments[-1] is None:
            if state == "selected":
                decide(session)
            if state in ("going on", "rest"):
                arguments = (*arguments[:-1], rest[0])
        return tear_down(*arguments)

    class Watch:
        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item):
            if state == "going on" and item is not last:
                finish_selected(session)
            running.append(item)
            yield
            running.pop()

    state_of_fixtures.teardown_exact = teardown_exact
    session.config.pluginmanager.register(Watch(), "tta_promote_phases_watch")


def decide(session):
    global state
    state = "ending"
    if session.shouldstop or session.shouldfail:
        return
    try:
        with open(TARGETS, encoding="utf-8") as stream:
            targets = json.load(stream)
        enough = not targets["always"] and is_enough(targets["components"], session.config)
    except Exception:  # whatever it is, the tests are not to suffer from it; the other tests get a run of their own
        return
    if not enough:
        state = "going on"
        # The loop over them goes on as long as there are more.
        session.items.extend(rest)


def is_enough(components, config):
    figures = coverage_so_far(config)
    for component in components:
        covered = total = 0
        for path in component["files"]:
            summary = figures.get(path)
            if summary is None:
                return False
            covered += summary["covered_lines"]
            total += summary["num_statements"]
            if not component["statements_only"]:
                covered += summary.get("covered_branches", 0)
                total += summary.get("num_branches", 0)
        if total == 0 or covered * 10000 < component["min_percent"] * total:
            return False
    return True


def coverage_so_far(config):
    """The summary of each file, by real path, as pytest-cov would report it now."""
    import coverage

    controller = config.pluginmanager.getplugin("_cov").cov_controller
    target = os.path.join(journal.FOLDER, "so-far")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        so_far = coverage.CoverageData(basename=target)
        so_far.update(controller.cov.get_data())
        # What processes that the tests started have written.
        for path in glob.glob(glob.escape(os.environ.get("COVERAGE_FILE", target)) + ".*"):
            if path != controller.cov.get_data().data_filename():
                other = coverage.CoverageData(basename=path)
                other.read()
                so_far.update(other)
        so_far.write()
        reporter = coverage.Coverage(
            source=controller.cov_source,
            branch=controller.cov_branch,
            data_file=target,
            config_file=controller.cov_config,
        )
        reporter.load()
        reporter.json_report(outfile=target + ".json", ignore_errors=True)
    with open(target + ".json", encoding="utf-8") as stream:
        files = json.load(stream)["files"]
    root = str(config.invocation_params.dir)
    return {os.path.realpath(os.path.join(root, path)): report["summary"] for path, report in files.items()}


def finish_selected(session):
    """The selected tests have come to an end: keeps what both witnesses tell of them alone."""
    global state
    state = "rest"
    for plugin in session.config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "LogXML":
            target = plugin.logfile
            plugin.logfile = os.path.join(journal.FOLDER, "junit-selected.xml")
            try:
                plugin.pytest_sessionfinish()
            finally:
                plugin.logfile = target
    journal.go_on(session, len(rest))
