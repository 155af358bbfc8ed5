"""Makes reports from recorded coverage data, one for each line of standard input, until that ends.

usage: python -I coverage_reports.py
A line is a JSON list: the arguments of ``coverage``, the data, the files that the report is about (none: all), and the file
that tells the exit code when the report is made. To import coverage.py takes longer than to make a report; so one process
makes them all. It sees none of the project's code.
"""

import json
import os
import sys

from coverage import Coverage, CoverageData
from coverage.cmdline import main
from coverage.version import version_info


def code_of(arguments):
    try:
        return main(arguments) or 0
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1


def recorded(files, data):
    """Those of the files that the data knows: of one that it does not, a report would say that nothing was executed."""
    if not files:
        return []
    reader = CoverageData(data)
    reader.read()
    known = {os.path.abspath(name) for name in reader.measured_files()}
    if hasattr(reader, "close"):  # Older ones close themselves.
        reader.close()
    return [file for file in files if file in known]


def option(arguments, name):
    return next((word[len(name) :] for word in arguments if word.startswith(name)), None)


def settle(arguments, data):
    """Takes lines that were run and are no statements out of a report: before 7.14 coverage.py lists docstrings among those
    that were executed, and does not count them.
    """
    report = arguments[arguments.index("-o") + 1]
    with open(report, encoding="utf-8") as stream:
        document = json.load(stream)
    files = document["files"]
    more = [name for name, file in files.items() if len(file["executed_lines"]) != file["summary"]["covered_lines"]]
    if not more:
        return
    measured = Coverage(data_file=data, config_file=option(arguments, "--rcfile=") or True)
    measured.load()
    for name in more:
        _, statements, _, missing, _ = measured.analysis2(name)
        files[name]["executed_lines"] = sorted(set(statements) - set(missing))
    with open(report, "w", encoding="utf-8") as stream:
        json.dump(document, stream)


for line in sys.stdin:
    arguments, data, files, target = json.loads(line)
    files = recorded(files, data)
    code = code_of(arguments + files)
    if code and files:
        # Where the settings leave out each of them, coverage.py has nothing to report; of all files it has.
        code = code_of(arguments)
    if not code and version_info < (7, 14):
        settle(arguments, data)
    with open(target + ".part", "w", encoding="utf-8") as stream:
        stream.write(str(code))
    os.replace(target + ".part", target)
