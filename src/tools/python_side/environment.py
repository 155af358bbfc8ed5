"""Tells what an interpreter is and what is installed for it, as one JSON document in a file.

usage: python -I environment.py FILE HOLD [MODULE ...]
With HOLD it then stays until its standard input ends, so that a temporary environment lives as long.
"""

import importlib.metadata
import importlib.util
import json
import os
import re
import site
import sys
import sysconfig


def is_there(module):
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def is_below(path, folders):
    return path in folders or os.path.dirname(path) in folders or os.path.basename(path) == "python%d%d.zip" % sys.version_info[:2]


def copied(distribution):
    """What lies among the packages for a distribution that was installed from a file or folder of this machine, and not
    to be edited: it may be installed anew under the same version, with other content.
    """
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
        is_copy = bool(origin) and origin["url"].startswith("file:") and not origin.get("dir_info", {}).get("editable")
    except (AttributeError, KeyError, TypeError, ValueError):
        is_copy = True
    if not is_copy:
        return set()
    # One that lists no files may be anything that lies there.
    tops = {""} if distribution.files is None else {file.parts[0] for file in distribution.files} - {".."}
    return {os.path.normpath(distribution.locate_file(top)) for top in tops}


def main():
    target, hold, modules = sys.argv[1], sys.argv[2] == "hold", sys.argv[3:]
    installed, copies = {}, set()
    for distribution in importlib.metadata.distributions():
        copies |= copied(distribution)
        name = distribution.metadata["Name"]
        if name:
            # The first one on the path is the one that is imported.
            installed.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    stdlib = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    packages = {*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    document = {
        "executable": sys.executable,
        "base_executable": getattr(sys, "_base_executable", None) or sys.executable,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "platform": sysconfig.get_platform(),
        "prefix": sys.prefix,
        "scripts": sysconfig.get_path("scripts"),
        "stdlib": stdlib[0],
        # The user's own too: `-I` hides them from us, but not from a tool that is started without it.
        "packages": sorted(packages),
        "elsewhere": sorted(path for path in sys.path if path not in packages and not is_below(path, stdlib)),
        "copies": sorted(copies),
        "distributions": sorted(installed.items()),
        "absent": sorted(module for module in modules if not is_there(module)),
    }
    with open(target + ".part", "w", encoding="utf-8") as stream:
        json.dump(document, stream)
    os.replace(target + ".part", target)
    if hold:
        sys.stdin.read()


main()
