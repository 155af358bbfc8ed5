"""Makes reports from recorded coverage data, one for each line of standard input, until that ends.

usage: python -I coverage_reports.py
A line is a JSON list: the arguments of ``coverage``, and the file that tells the exit code when the report is made. To
import coverage.py takes longer than to make a report; so one process serves several runs of tests. It sees none of their code.
"""

import json
import os
import sys

from coverage.cmdline import main


def code_of(arguments):
    try:
        return main(arguments) or 0
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1


for line in sys.stdin:
    arguments, target = json.loads(line)
    code = code_of(arguments)
    with open(target + ".part", "w", encoding="utf-8") as stream:
        stream.write(str(code))
    os.replace(target + ".part", target)
