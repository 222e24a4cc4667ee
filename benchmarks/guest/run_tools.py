"""What the benchmark scripts share."""
import datetime
import os
import re
import shutil


def tool(name):
    """A tool of the Swift toolchain."""
    return os.path.join(os.path.dirname(os.path.realpath(shutil.which("swift"))), name)


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)", file.read(), re.M).group(1)
    return f"{model}, {os.cpu_count()} cores"


def today():
    return datetime.date.today().isoformat()
