"""Makes reports from recorded coverage data, one for each line of standard input, until that ends.

usage: python -I coverage_reports.py
A line is a JSON list: the arguments of ``coverage``, the data, the files that the report is about (none: all), and the file
that tells the exit code when the report is made. To import coverage.py takes longer than to make a report; so one process
makes them all. It sees none of the project's code.
"""

import json
import os
import sys

from coverage import CoverageData
from coverage.cmdline import main


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
    reader.close()
    return [file for file in files if file in known]


for line in sys.stdin:
    arguments, data, files, target = json.loads(line)
    files = recorded(files, data)
    code = code_of(arguments + files)
    if code and files:
        # Where the settings leave out each of them, coverage.py has nothing to report; of all files it has.
        code = code_of(arguments)
    with open(target + ".part", "w", encoding="utf-8") as stream:
        stream.write(str(code))
    os.replace(target + ".part", target)
