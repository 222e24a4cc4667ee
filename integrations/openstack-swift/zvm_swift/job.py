"""A ZeroCloud job: groups of programs as JSON, checked, and expanded to nodes.

Only what is said is decided here; whether a user may do it is asked of Swift (proxy_filter).
"""

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import Optional

MAXIMUM_JOB = 64 << 10
MAXIMUM_NODES = 1000
STANDARD = ("stdin", "stdout", "stderr")
READABLE = ("stdin", "input", "script", "db", "image")
WRITABLE = ("stdout", "stderr", "output", "debug")
# Pipes are sequential; files and block devices can be sought in.
MODES = {"file": "random", "block": "random", "char": "sequential", "pipe": "sequential"}
DEFAULT_ACCESS = {"input": "random", "script": "random", "db": "random", "output": "random"}
GROUP_FIELDS = {"name", "exec", "devices", "file_list", "count", "connect", "replicate", "attach",
                "location", "memory", "timeout", "args", "env"}
DEVICE_FIELDS = {"name", "device", "path", "content_type", "meta", "mode", "min_size",
                 "decompress", "split"}


class JobError(Exception):
    """What is wrong with a job: `status` is the HTTP status."""

    def __init__(self, text, status=400):
        super().__init__(text)
        self.status = status


@dataclass
class Location:
    """swift://account/container/object; container and object may be missing."""

    account: str
    container: str = ""
    name: str = ""

    @property
    def path(self):
        parts = [p for p in (self.account, self.container, self.name) if p]
        return "/v1/" + "/".join(parts)

    @property
    def pattern(self):
        return "*" in self.container or "*" in self.name


@dataclass
class Device:
    name: str
    location: Optional[Location] = None
    content_type: Optional[str] = None
    meta: dict = field(default_factory=dict)
    access: str = "sequential"
    # Names of the groups whose standard outputs, one after the other, this device reads.
    feed: tuple = ()
    # Whether a compressed object is decompressed on its way in.
    decompress: bool = False
    # "lines": the node runs on shards of the object, split at line ends, a sandbox each.
    split: Optional[str] = None

    @property
    def alias(self):
        return "/dev/" + self.name

    @property
    def reads(self):
        return self.name in READABLE or self.name.startswith("in/")


@dataclass
class Node:
    """One program of a job, to run once."""

    name: str
    group: "Group"
    devices: list
    # Links by `connect`: the nodes at the other ends.
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)

    @property
    def fed(self):
        """Whether its standard output is another node's input."""
        return self.group.fed

    def device(self, name):
        return next((device for device in self.devices if device.name == name), None)


@dataclass
class Group:
    name: str
    image: Optional[str]
    program: Optional[str]
    location: Optional[Location]
    argv0: str
    arguments: list
    environment: dict
    devices: list
    count: int
    connect: list
    attach: Optional[str]
    memory: int
    timeout: float
    nodes: list = field(default_factory=list)
    fed: bool = False

    def sources(self):
        """Names of the groups that this one reads from by its devices."""
        return [name for device in self.devices for name in device.feed]


def parse_location(text, account):
    """swift://account/container/object; `~` and `.` are the user's own account."""
    match = re.fullmatch(r"swift://([^/]+)(?:/([^/]+)(?:/(.+))?)?", text)
    if not match:
        raise JobError(f"{text}: not swift://account/container/object")
    owner, container, name = match.groups()
    return Location(account if owner in ("~", ".") else owner, container or "", name or "")


def parse_script(text):
    """The image and interpreter that a script's first line names, and its own arguments."""
    line = text.split(b"\n", 1)[0][:4096].decode("utf-8", "replace").strip()
    match = re.fullmatch(r"#!\s*file://([^:\s]+):(\S+)\s*(.*)", line)
    if not match:
        raise JobError("the script does not begin with #!file://image:interpreter")
    return match.group(1), match.group(2), _words(match.group(3))


def script_job(text, object_path=None, stdin=True):
    """The job that runs a script: a single node, the script in /dev/script."""
    image, interpreter, arguments = parse_script(text)
    first = {"name": "stdin", "path": object_path} if object_path else {"name": "stdin"}
    return [{
        "name": "script",
        "exec": {"path": f"file://{image}:{interpreter}", "args": [*arguments, "/dev/script"]},
        "devices": [{"name": "script"}, *([first] if stdin else []),
                    {"name": "stdout"}, {"name": "stderr"}],
    }]


def _words(value):
    """Arguments: a list, or one string as a shell would split it."""
    if isinstance(value, list):
        return [str(word) for word in value]
    try:
        return shlex.split(str(value))
    except ValueError as error:
        raise JobError(f"exec.args: {error}") from None


def parse(text, account, limits):
    """The groups of a job, from its JSON bytes or what they say already."""
    if isinstance(text, bytes):
        if len(text) > MAXIMUM_JOB:
            raise JobError(f"the job is longer than {MAXIMUM_JOB} bytes", 413)
        try:
            text = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise JobError(f"the job is not JSON: {error}", 422) from None
    if not isinstance(text, list) or not text:
        raise JobError("the job is not a list of groups")
    groups = {}
    for index, entry in enumerate(text):
        group = _group(entry, index, account, limits)
        if group.name in groups:
            raise JobError(f"{group.name}: two groups have this name")
        groups[group.name] = group
    for group in groups.values():
        for target in group.connect:
            if target not in groups:
                raise JobError(f"{group.name}: connect: there is no group {target}")
        for source in group.sources():
            if source not in groups:
                raise JobError(f"{group.name}: there is no group {source}")
            if groups[source].fed:
                raise JobError(f"{source}: two devices read its standard output")
            groups[source].fed = True
    return order(groups)


def order(groups):
    """Groups so that who writes comes before who reads; a cycle is an error (store and forward)."""
    done: set = set()
    result: list = []
    while len(result) < len(groups):
        left = [group for group in groups.values() if group.name not in done]
        ready = [group for group in left if not any(
            group.name in other.connect or other.name in group.sources() for other in left)]
        if not ready:
            names = ", ".join(sorted(group.name for group in left))
            raise JobError(f"the groups wait for each other: {names}")
        result += ready
        done |= {group.name for group in ready}
    return result


def _group(entry, index, account, limits):
    if not isinstance(entry, dict):
        raise JobError(f"group {index}: not an object")
    name = entry.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
        raise JobError(f"group {index}: no name, or not one of letters, digits, - _ .")
    unknown = set(entry) - GROUP_FIELDS
    if unknown:
        raise JobError(f"{name}: unknown field {sorted(unknown)[0]}")
    run = entry.get("exec")
    if not isinstance(run, dict) or not isinstance(run.get("path"), str):
        raise JobError(f"{name}: no exec.path")
    path, image, program, location = run["path"], None, None, None
    if path.startswith("file://"):
        image, _, program = path[7:].partition(":")
        if not image or not program:
            raise JobError(f"{name}: exec.path {path}: not file://image:path")
    else:
        location = parse_location(path, account)
        if not location.name or location.pattern:
            raise JobError(f"{name}: exec.path {path}: not one object")
    environment = run.get("env") or {}
    if not isinstance(environment, dict):
        raise JobError(f"{name}: exec.env: not an object")
    count = entry.get("count", 1)
    if not isinstance(count, int) or not 1 <= count <= MAXIMUM_NODES:
        raise JobError(f"{name}: count: not 1 to {MAXIMUM_NODES}")
    if entry.get("replicate", 1) not in (1, 2, 3):
        raise JobError(f"{name}: replicate: not 1 to 3")
    connect = entry.get("connect") or []
    if not isinstance(connect, list) or len(set(connect)) != len(connect) or name in connect:
        raise JobError(f"{name}: connect: not a list of other groups, each once")
    devices = entry.get("devices", entry.get("file_list")) or []
    if not isinstance(devices, list):
        raise JobError(f"{name}: devices: not a list")
    devices = [_device(name, device, account) for device in devices]
    names = [device.name for device in devices]
    if len(set(names)) != len(names):
        raise JobError(f"{name}: a device is there twice")
    attach = entry.get("attach")
    if attach not in (None, "default") and attach not in names:
        raise JobError(f"{name}: attach: there is no device {attach}")
    return Group(
        name=name, image=image, program=program, location=location,
        argv0=str(run.get("name") or (location.name if location else program or "").rsplit("/", 1)[-1]),
        arguments=_words(run.get("args") or []),
        environment={str(k): str(v) for k, v in environment.items()},
        devices=devices, count=count, connect=connect,
        attach=None if attach == "default" else attach,
        memory=_number(name, entry, "memory", limits["memory"]),
        timeout=_number(name, entry, "timeout", limits["timeout"]))


def _number(name, entry, key, limit):
    value = entry.get(key, limit)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= limit:
        raise JobError(f"{name}: {key}: not between 0 and {limit}")
    return value


def _device(group, entry, account):
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, dict):
        raise JobError(f"{group}: a device is not an object")
    unknown = set(entry) - DEVICE_FIELDS
    if unknown:
        raise JobError(f"{group}: device: unknown field {sorted(unknown)[0]}")
    name = entry.get("name", entry.get("device"))
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
        raise JobError(f"{group}: a device has no name")
    mode = entry.get("mode")
    if mode is not None and mode not in MODES:
        raise JobError(f"{group}: device {name}: mode {mode} is not one of {', '.join(MODES)}")
    path = entry.get("path")
    location, feed = None, ()
    if isinstance(path, str) and path.startswith("zvm://"):
        match = re.fullmatch(r"zvm://([A-Za-z0-9_.,-]+):stdout", path)
        if not match or name not in ("stdin", "input"):
            raise JobError(f"{group}: device {name}: path {path}: only stdin and input can be "
                           "zvm://group:stdout")
        feed = tuple(match.group(1).split(","))
    elif isinstance(path, str) and path.startswith("swift://"):
        location = parse_location(path, account)
        if not location.container:
            raise JobError(f"{group}: device {name}: {path} names no container")
        if not location.name and name not in READABLE:
            raise JobError(f"{group}: device {name}: {path} names no object")
    elif path is not None:
        raise JobError(f"{group}: device {name}: path {path} is not swift://…")
    if name == "output" and location is None:
        raise JobError(f"{group}: device output needs a path")
    meta = entry.get("meta") or {}
    if not isinstance(meta, dict):
        raise JobError(f"{group}: device {name}: meta: not an object")
    for key, value in meta.items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key) or re.search(r"[\r\n]", str(value)):
            raise JobError(f"{group}: device {name}: meta: {key!r} cannot be a header")
    content_type = entry.get("content_type")
    if content_type is not None and re.search(r"[\r\n]", str(content_type)):
        raise JobError(f"{group}: device {name}: content_type cannot be a header")
    split = entry.get("split")
    if split is not None and (split != "lines" or name != "stdin" or mode in ("file", "block")):
        raise JobError(f"{group}: device {name}: split: only 'lines', of a sequential stdin")
    return Device(name, location, content_type, meta,
                  MODES[mode] if mode else DEFAULT_ACCESS.get(name, "sequential"), feed,
                  entry.get("decompress") is True, split)


# -- wildcards -----------------------------------------------------------------------------------


def matcher(pattern):
    """A regular expression for a pattern: `*` is any text, also across `/`; both ends anchored."""
    return re.compile("".join("(.*)" if c == "*" else re.escape(c) for c in pattern), re.DOTALL)


def expand(group, listing):
    """Gives a group its nodes. `listing(location)` has the objects that a pattern matches, each with the
    texts that its stars stood for."""
    inputs = [d for d in group.devices if d.reads and d.location and d.location.pattern]
    if len(inputs) > 1:
        raise JobError(f"{group.name}: only one input may have wildcards")
    if inputs:
        pattern = inputs[0].location
        matches = listing(pattern)
        if not matches:
            raise JobError(f"{group.name}: nothing matches swift:/{pattern.path[3:]}")
        if group.count not in (1, len(matches)):
            raise JobError(f"{group.name}: count {group.count}, but {len(matches)} objects match")
    else:
        matches = [(None, [])] * group.count
    if len(matches) > MAXIMUM_NODES:
        raise JobError(f"{group.name}: {len(matches)} nodes are more than {MAXIMUM_NODES}")
    numbered = bool(inputs) or group.count > 1
    for index, (found, texts) in enumerate(matches):
        devices = []
        for device in group.devices:
            location = device.location
            if inputs and device is inputs[0]:
                location = found
            elif location and location.pattern:
                location = _filled(group.name, device, texts)
            devices.append(replace(device, location=location))
        name = f"{group.name}-{index + 1}" if numbered else group.name
        group.nodes.append(Node(name, group, devices))
    targets = [d.location.path for n in group.nodes for d in n.devices if d.location and not d.reads]
    for path in targets:
        if targets.count(path) > 1:
            raise JobError(f"{group.name}: two outputs go to swift:/{path[3:]}")


def _filled(group, device, texts):
    rest = list(texts)

    def fill(text):
        parts = text.split("*")
        if len(parts) - 1 > len(rest):
            raise JobError(f"{group}: device {device.name}: a * with nothing to stand for")
        return parts[0] + "".join(rest.pop(0) + part for part in parts[1:])

    location = device.location
    return Location(location.account, fill(location.container), fill(location.name))


def connect(groups):
    """Gives every node its links: /dev/out/DST at one end, /dev/in/SRC at the other."""
    by_name = {group.name: group for group in groups}
    for group in groups:
        for target in group.connect:
            for source in group.nodes:
                for sink in by_name[target].nodes:
                    source.outputs.append(sink)
                    sink.inputs.append(source)
