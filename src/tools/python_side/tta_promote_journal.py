"""The second witness of a pytest run: counts outcomes per test, independently of the JUnit report.

Loaded with ``-p tta_promote_journal``; writes one JSON document per process when the session is over.
JUnit does not tell an unexpected pass from a pass, nor how many tests were deselected, dropped or never
reached, and counts a test that was run again several times. This observer only listens: it changes no
outcome and no order.
"""

import contextlib
import functools
import glob
import hashlib
import inspect
import json
import os
import sys

import pytest

FOLDER = os.environ.get("TTA_PROMOTE_JOURNAL", "")
COVERAGE = os.environ.get("COVERAGE_FILE", "")
KEPT = 20

# The folder of this file was only there so that it can be found; tests must not see it.
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ.pop("PYTHONPATH", None)

# By id and how often that id was started: what a plugin collects may share one id.
outcomes = {}
started = {}
# Phases that ended with an exception: their reports may say many things, but not that they passed.
raised = set()
# Tests whose call came back with a value, also where a filter silences the warning about it.
returning = set()
returned = []
rewritten = 0
reruns = 0
seen = 0
collected = 0
deselected = 0
skipped_modules = 0
uncollected = []
recorded = None
moved = None
apart = []
early = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    # Not sooner: pytest-xdist keeps the path as it is when its plugin is loaded, for its workers.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.sep) != HERE]
    # All plugins are there by now, and pytest-cov begins to measure.
    early.extend(sorted(file for file in map(file_of, list(sys.modules.values())) if is_of_project(file)))


def file_of(module):
    try:
        # To ask a module that is loaded when it is needed would load it.
        return object.__getattribute__(module, "__dict__").get("__file__")
    except AttributeError:
        return None


def is_of_project(file):
    """Whether it lies in the folder that the run was started in, and is not installed there."""
    return isinstance(file, str) and file.startswith(os.getcwd() + os.sep) and not file.startswith(sys.prefix + os.sep)


def pytest_itemcollected(item):
    global seen
    seen += 1


def pytest_collectreport(report):
    global skipped_modules
    if report.skipped:
        skipped_modules += 1


def pytest_collection_finish(session):
    global collected
    collected = len(session.items)


def pytest_deselected(items):
    global deselected
    deselected += len(items)


def pytest_warning_recorded(warning_message, when, nodeid, location):
    if warning_message.category.__name__ == "PytestCollectionWarning":
        uncollected.append(str(warning_message.message)[:300])


def pytest_runtest_logstart(nodeid, location):
    started[nodeid] = started.get(nodeid, 0) + 1


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    global recorded
    watch_joining(session.config.pluginmanager.getplugin("_cov"))
    yield
    # pytest-cov has written it by now; the reports are made from it when this process is gone.
    recorded = digest(COVERAGE)


def watch_joining(plugin):
    """Notes which files' lines are counted for other files, when pytest-cov has joined what the processes recorded."""
    controller = getattr(plugin, "cov_controller", None)
    measurement = getattr(controller, "combining_cov", None)
    if measurement is None:
        return
    own, join = controller.cov, measurement.combine

    def joined(*args, **kwargs):
        global moved, apart
        ours = os.path.realpath(own.get_data().data_filename())
        others = [path for path in glob.glob(glob.escape(COVERAGE) + ".*") if os.path.realpath(path) != ours]
        names = set().union(*map(names_in, others))
        # Which file such a name means depends on where its process was started.
        apart = sorted(name for name in names if not os.path.isabs(name))
        if not measurement.get_option("run:relative_files") and not measurement.get_option("paths"):
            moved = []
            return join(*args, **kwargs)
        names |= names_in(ours)
        with mapping() as found:
            try:
                return join(*args, **kwargs)
            finally:
                moved = sorted((name, to) for name, to in found.items() if name != to and name in names)

    measurement.combine = joined


def names_in(path):
    """The files of which a data file has lines that were run; coverage.py passes over one that it cannot read, too."""
    from coverage import CoverageData, CoverageException

    data = CoverageData(path)
    try:
        data.read()
        return {name for name in data.measured_files() if data.lines(name)}
    except CoverageException:
        return set()


@contextlib.contextmanager
def mapping():
    """Gives what coverage.py makes of each name."""
    from coverage.files import PathAliases

    plain, found = PathAliases.map, {}

    def told(self, path, *args, **kwargs):
        found[path] = plain(self, path, *args, **kwargs)
        return found[path]

    PathAliases.map = told
    try:
        yield found
    finally:
        PathAliases.map = plain


def digest(path):
    try:
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    except OSError:
        return None


def watched(item, call):
    @functools.wraps(call)
    def told(*args, **kwargs):
        __tracebackhide__ = True
        if getattr(item, "obj", None) is told:
            item.obj = call
        value = call(*args, **kwargs)
        if value is not None:
            returning.add(item.nodeid)
        return value

    return told


def pytest_pyfunc_call(pyfuncitem):
    # Whoever runs coroutines, or takes a call over otherwise, was asked before: now pytest itself calls it, and refuses
    # coroutines.
    returning.discard(pyfuncitem.nodeid)
    call = pyfuncitem.obj
    if inspect.isroutine(call) and not inspect.iscoroutinefunction(call) and not inspect.isasyncgenfunction(call):
        pyfuncitem.obj = watched(pyfuncitem, call)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    case = case_of(item)
    if case is None:
        yield
        return
    returning.discard(item.nodeid)
    call = case._callTestMethod
    case._callTestMethod = lambda method: call(watched(item, method))
    try:
        yield
    finally:
        vars(case).pop("_callTestMethod", None)


def case_of(item):
    """The unittest case of a test, unless it calls its methods in a way of its own, as those do that await them."""
    unittest = sys.modules.get("unittest.case")
    case = getattr(item, "_testcase", None) or getattr(item, "instance", None)
    if unittest is None or not isinstance(case, unittest.TestCase):
        return None
    plain = getattr(unittest.TestCase, "_callTestMethod", None)
    return case if plain is not None and getattr(type(case), "_callTestMethod", None) is plain else None


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    before = call.excinfo
    yield
    # For tests in the style of unittest it is only there afterwards; others may have taken it away.
    phase = (item.nodeid, call.when)
    if before is not None or call.excinfo is not None:
        raised.add(phase)
    else:
        raised.discard(phase)


def pytest_runtest_logreport(report):
    global reruns, rewritten
    test = (report.nodeid, started.get(report.nodeid, 0))
    if report.outcome == "rerun":
        reruns += 1
        outcomes.pop(test, None)
        return
    if hasattr(report, "context"):  # one part of a test with subtests: only its failure counts
        if report.outcome == "failed":
            outcomes[test] = "failed"
        return
    if report.outcome == "passed" and (report.nodeid, report.when) in raised:
        rewritten += 1
    if report.outcome == "passed" and report.when == "call" and report.nodeid in returning:
        returned.append(report.nodeid[:300])
    before = outcomes.get(test)
    if report.outcome == "failed":
        if before not in ("failed", "errors"):
            # A worker of pytest-xdist that died has no phase.
            outcomes[test] = "errors" if report.when in ("setup", "teardown") else "failed"
    elif report.outcome == "skipped":
        if before is None:
            outcomes[test] = "xfailed" if hasattr(report, "wasxfail") else "skipped"
    elif report.when == "call" and before is None:
        outcomes[test] = "xpassed" if hasattr(report, "wasxfail") else "passed"


def pytest_unconfigure(config):
    session, process = getattr(config, "_tta_promote_session", (None, None))
    # A child that a test forked and that went on by mistake is no witness.
    if session is None or not FOLDER or process != os.getpid():
        return
    write(session, getattr(config, "workerinput", {}).get("workerid", "main"), int(session.exitstatus))


def write(session, name, exit_code):
    config = session.config
    counts = {}
    for outcome in outcomes.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    if skipped_modules:
        counts["skipped"] = counts.get("skipped", 0) + skipped_modules
    document = {
        "root": str(config.rootpath if hasattr(config, "rootpath") else config.rootdir),
        "prefix": os.path.realpath(sys.prefix),
        "exit": exit_code,
        "recorded": recorded,
        "moved": moved,
        "apart": apart,
        "early": early,
        "collected": collected,
        "finished": len(outcomes),
        "deselected": deselected,
        "dropped": max(0, seen - deselected - collected),
        "counts": counts,
        "reruns": reruns,
        "rewritten": rewritten,
        "returned": returned,
        "uncollected": uncollected[:KEPT],
        "not_run": [
            name for name in ("collectonly", "setupplan", "setuponly") if getattr(config.option, name, False)
        ],
    }
    target = os.path.join(FOLDER, "journal-%s.json" % name)
    with open(target + ".part", "w", encoding="utf-8") as stream:
        json.dump(document, stream)
    os.replace(target + ".part", target)


def pytest_sessionstart(session):
    session.config._tta_promote_session = (session, os.getpid())
