"""Runs a job's nodes: each where its object lies, readers after writers, links stored and forwarded."""


import eventlet
from swift.common.storage_policy import POLICIES

from zvm_swift import wire
from zvm_swift.cluster import Busy
from zvm_swift.job import STANDARD, JobError

ACCOUNTING = ("gets", "getBytes", "puts", "putBytes")


class Outcome:
    """What became of one node."""

    def __init__(self, node):
        self.name = node.name
        self.node = node
        self.server = "-"
        self.status = 200
        self.state = "not run"
        self.code = 0
        self.validation = 2
        self.colocated = False
        self.policy = ""
        self.etags = []
        self.seconds = 0.0
        self.accounting = ["0"] * 10
        # Alias → (file, size): what the node wrote.
        self.written = {}

    def close(self):
        for file, _ in self.written.values():
            file.close()


class Runner:
    def __init__(self, proxy, job, groups):
        self.proxy = proxy
        self.job = job
        self.user = job.user
        self.groups = groups
        self.nodes = [node for group in groups for node in group.nodes]
        self.outcomes = {node.name: Outcome(node) for node in self.nodes}
        self.heads = {}
        self.programs = {}
        self.kept = False

    @property
    def finished(self):
        return [self.outcomes[node.name] for node in self.nodes]

    # -- before anything runs --------------------------------------------------------------------

    def prepare(self):
        """Asks for every right and every input; throws before the first node has run."""
        for node in self.nodes:
            clients = [d for d in node.devices
                       if not d.reads and not d.location and d.name not in ("stderr", "debug")]
            if len(clients) > 1:
                raise JobError(f"{node.name}: more than one output without a path")
            for device in node.devices:
                if device.location is None:
                    continue
                if not device.reads:
                    self.user.must_write(device.location)
                elif device.location.name:
                    self.heads[device.location.path] = self.user.head(device.location)
        for group in self.groups:
            if group.location is not None and group.location.path not in self.programs:
                self.programs[group.location.path] = self._program(group.location)

    def _program(self, location):
        size, parts = self.user.get(location)
        limit = self.proxy.limits["program"]
        return wire.spool(wire.Reader(parts).read, size, self.proxy.spool, limit), size

    # -- running ---------------------------------------------------------------------------------

    def run(self):
        """Nodes whose inputs are there run side by side; the first failure lets nothing more start."""
        left = list(self.nodes)
        pool = eventlet.GreenPool(self.proxy.concurrency)
        while left:
            ready = [n for n in left if not any(source in left for source in self._before(n))]
            left = [n for n in left if n not in ready]
            for _ in pool.imap(self._run_node, ready):
                pass
            if any(outcome.status != 200 for outcome in self.finished):
                return

    def _fed_by(self, device):
        """The nodes whose standard outputs a device reads."""
        return [n for name in device.feed for n in self.nodes if n.group.name == name]

    def _before(self, node):
        """The nodes that must have ended before this one starts."""
        feeds = [source for device in node.devices for source in self._fed_by(device)]
        return [*node.inputs, *feeds]

    def _run_node(self, node):
        outcome = self.outcomes[node.name]
        try:
            self._send(node, outcome)
        except JobError as error:
            outcome.status, outcome.state = error.status, str(error)
        except wire.WireError as error:
            outcome.status, outcome.state = 503, str(error)

    def _send(self, node, outcome):
        """Sends a node to the first server that takes it: at its object, or with the object along."""
        local = self._local_device(node)
        if local is not None:
            policy = self.proxy.cluster.policy_of(self.job.request.environ, local.location)
            head = self.heads[local.location.path]
            plain = self.proxy.cluster.has_whole_objects(policy) and not (
                head.headers.get("X-Static-Large-Object") or head.headers.get("X-Object-Manifest"))
            if plain:
                try:
                    return self._try(node, outcome, local, policy, local.location)
                except Busy as busy:
                    self.proxy.logger.info("zvm: %s not at its object: %s", node.name, busy)
                except JobError as error:
                    if error.status != 409:
                        raise
        # Not where it lies, or nowhere at all: any server will do, and everything is streamed there.
        policy, location = self._elsewhere(node)
        try:
            return self._try(node, outcome, None, policy, location)
        except Busy as busy:
            raise JobError(f"{node.name}: {busy}", 503) from None

    def _local_device(self, node):
        """The device whose object the node should run at."""
        if node.group.attach:
            device = node.device(node.group.attach)
            if device and device.reads and device.location and device.location.name:
                return device
        for device in node.devices:
            if device.reads and device.name != "image" and device.location:
                if device.location.name:
                    return device
        return None

    def _elsewhere(self, node):
        """Policy and object path whose servers a node without an object of its own is sent to: beside the
        largest of its inputs, else where its output goes."""
        largest, location = -1, None
        for source in self._before(node):
            written = self.outcomes[source.name].written
            size = sum(size for alias, (_, size) in written.items()
                       if alias in ("/dev/stdout", f"/dev/out/{node.name}"))
            device = self._local_device(source)
            if device is not None and size > largest:
                largest, location = size, device.location
        for device in node.devices:
            if location is None and device.location and device.location.name:
                location = device.location
        if location is None:
            return POLICIES.default, None
        return self.proxy.cluster.policy_of(self.job.request.environ, location), location

    def _try(self, node, outcome, local, policy, location):
        account, container, name = self.user.account, "zvm", node.name
        if location is not None:
            account, container, name = location.account, location.container, location.name
        partition, servers = self.proxy.cluster.places(policy, account, container, name)
        last = Busy(503, "no server")
        for server in servers:
            head, sections = self._message(node, local)
            path = f"/{account}/{container}/{name}"
            seconds = node.group.timeout + self.proxy.patience
            try:
                target, response = self.proxy.cluster.send(
                    (partition, server), policy, path, head, sections, seconds)
            except Busy as busy:
                last = busy
                continue
            if response.status != 200:
                text = response.read(1000).decode("utf-8", "replace").strip()
                raise JobError(f"{node.name}: {text or response.status}", response.status)
            outcome.server, outcome.colocated, outcome.policy = target, local is not None, policy.name
            try:
                return self._receive(node, outcome, response)
            except (wire.WireError, OSError, eventlet.Timeout) as error:
                # The server went away in the middle: another one may have the object, too.
                outcome.close()
                outcome.written = {}
                last = Busy(503, f"{target}: {error}")
        raise last

    # -- messages --------------------------------------------------------------------------------

    def _message(self, node, local):
        """The head and the sections of the message that runs a node. Sections can be made again for
        every try: they come from files and from Swift."""
        sections, sizes = [], []

        def add(size, parts):
            sections.append((size, parts))
            sizes.append(size)
            return len(sizes) - 1

        def add_file(file, size):
            return add(size, wire.chunks(file, size))

        group, channels, mounts = node.group, [], []
        environment = dict(self.job.environment)
        program = {"name": group.argv0, "image": group.image}
        if group.location is not None:
            section = add_file(*self.programs[group.location.path])
            program = {"name": group.argv0, "section": section}
        image = self.job.files.get("image")
        for device in node.devices:
            if device.name == "image" and device.location:
                mounts.append({"section": add(*self.user.get(device.location)), "at": "/"})
                image = None
            elif device.reads:
                source = self._source(device, device is local, add, add_file)
                if source is not None:
                    channel = self._channel(device.alias, "read", source, device.access)
                    channels.append(
                        dict(channel, decompress=device.decompress, split=device.split))
            elif device.location or device.name in (*STANDARD, "debug"):
                channels.append(self._channel(device.alias, "write", "output", device.access))
        if image is not None:
            mounts.append({"section": add_file(*image), "at": "/"})
        if group.image == "image":
            if not mounts:
                raise JobError(f"{node.name}: {group.program}: there is no image")
            program = {"name": group.argv0, "section": mounts[0]["section"],
                       "member": group.program}
        for source in node.inputs:
            written = self.outcomes[source.name].written[f"/dev/out/{node.name}"]
            channels.append(
                self._channel(f"/dev/in/{source.name}", "read", add_file(*written), "sequential"))
        for sink in node.outputs:
            channels.append(
                self._channel(f"/dev/out/{sink.name}", "write", "output", "sequential"))
        if local is not None:
            environment.update(self._local_environment(local))
        environment.update(group.environment)
        head = wire.encode_head({
            "name": node.name,
            "program": program,
            "arguments": group.arguments,
            "environment": environment,
            "memory": group.memory if group.memory < self.proxy.limits["memory"] else None,
            "timeout": group.timeout,
            "patience": self.proxy.patience,
            "channels": channels,
            "mounts": mounts,
            "sections": sizes,
            "object": local is not None,
            "etag": self.heads[local.location.path].etag if local is not None else None,
        })
        return head, sections

    def _source(self, device, is_local, add, add_file):
        if is_local:
            return "object"
        if device.feed:
            files = [self.outcomes[n.name].written["/dev/stdout"] for n in self._fed_by(device)]
            parts = (part for file in files for part in wire.chunks(*file))
            return add(sum(size for _, size in files), parts)
        if device.location is not None and device.location.name:
            return add(*self.user.get(device.location))
        if device.location is not None:
            text = "".join(name + "\n" for name in self.user.listing(device.location.path))
            return add(len(text.encode()), iter([text.encode()]))
        if device.name in self.job.files:
            return add_file(*self.job.files[device.name])
        return None

    @staticmethod
    def _channel(alias, direction, source, access):
        return {"alias": alias, "direction": direction, "source": source, "access": access,
                "digest": access == "sequential"}

    def _local_environment(self, device):
        head, location = self.heads[device.location.path], device.location
        result = {
            "LOCAL_OBJECT": "on",
            "LOCAL_PATH_INFO": f"/{location.account}/{location.container}/{location.name}",
            "LOCAL_CONTENT_LENGTH": str(head.content_length),
            "LOCAL_CONTENT_TYPE": head.content_type or "",
        }
        for name, value in head.headers.items():
            if name.lower().startswith("x-object-meta-"):
                result["LOCAL_HTTP_" + name.upper().replace("-", "_")] = value
        return result

    def _receive(self, node, outcome, response):
        """Spools what a node wrote; its report goes into the outcome."""
        head = wire.json.loads(wire.read_head(response.read))
        report = head["report"]
        for alias, size in head["outputs"]:
            outcome.written[alias] = (
                wire.spool(response.read, size, self.proxy.spool, self.proxy.limits["channel"]),
                size)
        outcome.validation, outcome.seconds = 0, head["seconds"]
        outcome.code, outcome.state = report["exitCode"], report["state"]
        if report["outcome"] != "exited":
            outcome.status = 408 if report["outcome"] == "timedOut" else 500
        totals = [sum(c[key] for c in report["channels"]) for key in ACCOUNTING]
        outcome.accounting = [
            f"{report['systemSeconds']:.3f}", f"{report['userSeconds']:.3f}",
            *map(str, totals), "0", "0", "0", "0"]
        outcome.etags = [
            f"{c['alias']} {c['sha256']}" for c in report["channels"] if c.get("sha256")]

    # -- afterwards ------------------------------------------------------------------------------

    def close_unless_kept(self):
        if not self.kept:
            self.close()

    def close(self):
        for outcome in self.outcomes.values():
            outcome.close()
        for file, _ in self.programs.values():
            file.close()


