"""Forks a process for each run of pytest, one at a time: to import pytest takes longer than many a run.

usage: python pytest_forks.py SCRIPT READY [MODULE], where SCRIPT is the one that is installed as ``pytest``; READY is written
when all is imported, MODULE too.
A line of standard input is a JSON object: ``arguments``, ``variables`` that the run has besides ours, ``mark``, the files
``stdout`` and ``stderr``, and ``started`` and ``ended``, which are written to tell its process and its end. Only what pytest
itself imports first is imported before the fork, also by us, and none of the project's code. Where anything is not as in the usual
installation we end at once, and the runs are started one by one.
"""

import importlib
import json
import os
import re
import site
import sys
import types

MARK = b"TTA_PROMOTE_RUN="


def interpreter_of(script):
    """What the first line executes, or, where its path is too long for that, the second one; with its arguments, if any."""
    usual = re.match(r"#!(.*)\n", script)
    long = re.match(r"""#!/bin/sh\n'''exec' (['"]?)(.*)\1 "\$0" "\$@"\n' '''\n""", script)
    return long.group(2) if long else usual.group(1) if usual else ""


def code_of(path):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    interpreter = interpreter_of(text)
    # One with arguments is no file, and would do something else than we do.
    is_ours = os.path.isfile(interpreter) and os.path.samefile(interpreter, sys.executable)
    if not is_ours or os.path.dirname(interpreter) != os.path.dirname(sys.executable):
        sys.exit("not a script of this interpreter: " + path)
    return compile(text, path, "exec")


def import_ahead():
    """What pytest imports before it looks at anything of the project, and what a plugin imports for our arguments."""
    from _pytest.config import default_plugins

    for name in default_plugins:
        importlib.import_module("_pytest." + name)
    modules = [sys.modules["_pytest"]] + [importlib.import_module(name) for name in sys.argv[3:]]
    packages = [folder + os.sep for folder in site.getsitepackages()]
    for module in modules:
        if not module.__file__.startswith(tuple(packages)):
            sys.exit("not installed with this interpreter: " + module.__file__)


def set_mark(mark):
    """The system tells of the variables that a process was started with; so that ours are told apart, they are changed there."""
    with open("/proc/self/environ", "rb") as stream:
        before = (b"\0" + stream.read()).index(b"\0" + MARK)
    with open("/proc/self/stat", encoding="utf-8", errors="replace") as stream:
        start = int(stream.read().rpartition(")")[2].split()[47])
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(start + before + len(MARK))
        memory.write(mark)


def tell(path, text):
    with open(path + ".part", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(path + ".part", path)


def requests():
    rest = b""
    while True:
        more = os.read(0, 65536)
        if not more:
            return
        *lines, rest = (rest + more).split(b"\n")
        yield from map(json.loads, lines)


def become(request):
    os.setpgid(0, 0)
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path, mode in (0, os.devnull, os.O_RDONLY), (1, request["stdout"], write), (2, request["stderr"], write):
        opened = os.open(path, mode, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    set_mark(os.fsencode(request["mark"]))
    os.environ.update(request["variables"])


def serve():
    """Returns in each child what it is to do, and here nothing."""
    for request in requests():
        child = os.fork()
        if child == 0:
            become(request)
            return request
        try:
            os.setpgid(child, child)
        except OSError:
            pass  # It has done that itself, or has ended.
        tell(request["started"], str(child))
        _, status = os.waitpid(child, 0)
        signal = os.WIFSIGNALED(status)
        tell(request["ended"], "signal %d" % os.WTERMSIG(status) if signal else "code %d" % os.WEXITSTATUS(status))
    return None


script = sys.argv[1]
# As where the script is started: its folder comes first.
sys.path[0] = os.path.dirname(script)
code = code_of(script)
import_ahead()
set_mark(os.fsencode(os.environ[os.fsdecode(MARK[:-1])]))
tell(sys.argv[2], "ready")
run = serve()
if run is not None:
    sys.argv[:] = [script] + run["arguments"]
    sys.orig_argv = [sys.executable] + sys.argv
    main = types.ModuleType("__main__")
    main.__file__ = script
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    exec(code, main.__dict__)
