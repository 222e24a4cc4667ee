"""The object server's filter: runs a signed node on the object that lies here, by zvmd.

It decides nothing: what may run is the proxy's word, proved by its signature; how it runs is zvmd's
business. It opens the object, hands descriptors over, and sends back what was written.
"""

import json
import os
import tarfile
import tempfile
import time

from swift.common.exceptions import DiskFileDeviceUnavailable, DiskFileError, DiskFileNotExist
from swift.common.request_helpers import get_name_and_placement
from swift.common.storage_policy import EC_POLICY
from swift.common.swob import Request, Response
from swift.common.utils import get_logger, whataremyips
from swift.obj.diskfile import DiskFileRouter

from zvm_swift import wire

# Object metadata that says: the bytes on this disk are not what a client would read.
MANIFEST_HEADERS = ("x-static-large-object", "x-object-manifest")
CRYPTO_PREFIX = "x-object-transient-sysmeta-crypto-meta"
STATUS = {"bad-request": 400, "busy": 503, "forbidden": 403, "refused": 400, "failed": 500}


class Refusal(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def descriptor_of(disk_file):
    """The open data file. Private in Swift; the same name from 2.30 to 2.38."""
    file = getattr(disk_file, "_fp", None)
    if file is None:
        raise Refusal(409, "this Swift's DiskFile has no open file to pass on")
    return file.fileno()


class ObjectFilter:
    def __init__(self, app, conf):
        self.app = app
        self.logger = get_logger(conf, log_route="zvm")
        self.router = DiskFileRouter(conf, self.logger)
        self.key = wire.read_key(conf["key_file"])
        self.addresses = whataremyips(conf.get("bind_ip"))
        self.daemon = conf["daemon"]
        self.spool = conf.get("spool") or None
        self.limit = int(conf.get("channel_limit", 1 << 30))

    def __call__(self, env, start_response):
        if "HTTP_X_BACKEND_ZVM_EXECUTE" not in env:
            return self.app(env, start_response)
        request = Request(env)
        try:
            response = self.execute(request)
        except Refusal as refusal:
            response = Response(status=refusal.status, body=f"{refusal}\n", request=request)
        except wire.DaemonError as error:
            response = Response(
                status=STATUS.get(error.status, 500), body=f"{error}\n", request=request)
        except wire.WireError as error:
            response = Response(status=400, body=f"{error}\n", request=request)
        return response(env, start_response)

    def execute(self, request):
        device, partition, account, container, name, policy = get_name_and_placement(
            request, 5, 5, True)
        try:
            port = request.environ["SERVER_PORT"]
            digest, once = wire.verify(
                self.key, [f"{address}:{port}" for address in self.addresses], request.method,
                request.path, int(policy), request.headers)
        except (wire.WireError, ValueError) as error:
            self.logger.warning("zvm: refused %s: %s", request.path, error)
            raise Refusal(403, "not a request of this cluster's proxy") from None
        read = request.environ["wsgi.input"].read
        head = wire.read_head(read)
        if wire.hashlib.sha256(head).hexdigest() != digest:
            raise Refusal(403, "not what was signed")
        node = dict(json.loads(head), once=once)
        held = []
        try:
            sections = []
            for size in node["sections"]:
                held.append(wire.spool(read, size, self.spool, self.limit))
                sections.append(held[-1])
            if not node["object"]:
                return self.run(request, node, sections, None, held)
            if policy.policy_type == EC_POLICY:
                raise Refusal(409, "fragments of an erasure-coded object cannot be run on")
            disk_file = self.router[policy].get_diskfile(
                device, partition, account, container, name, policy)
            try:
                with disk_file.open():
                    self.check(disk_file.get_metadata(), node)
                    return self.run(request, node, sections, descriptor_of(disk_file), held)
            except DiskFileDeviceUnavailable:
                raise Refusal(507, "the device is not mounted") from None
            except (DiskFileNotExist, DiskFileError):
                raise Refusal(404, "the object is not here") from None
        except BaseException:
            for file in held:
                file.close()
            raise

    @staticmethod
    def check(metadata, node):
        known = {key.lower(): value for key, value in metadata.items()}
        if any(header in known for header in MANIFEST_HEADERS):
            raise Refusal(409, "a manifest, not the object's bytes")
        if any(key.startswith(CRYPTO_PREFIX) for key in known):
            raise Refusal(409, "the object is encrypted")
        if known.get("etag") != node["etag"]:
            raise Refusal(404, "another version of the object is here")

    def run(self, request, node, sections, object_descriptor, held):
        """Runs the node; a response that streams its outputs and then lets go of `held`."""
        descriptors, channels, outputs = [], [], []

        def pass_on(descriptor):
            descriptors.append(descriptor)
            return len(descriptors) - 1

        for channel in node["channels"]:
            source = channel.pop("source")
            if source is None:
                channel["kind"] = "null"
            elif source == "output":
                file = tempfile.TemporaryFile(dir=self.spool)
                held.append(file)
                outputs.append((channel["alias"], file))
                channel.update(
                    kind="file", descriptor=pass_on(file.fileno()), limit=self.limit)
            elif source == "object":
                channel.update(kind="file", descriptor=pass_on(object_descriptor))
            else:
                channel.update(kind="file", descriptor=pass_on(sections[source].fileno()))
            channels.append(channel)
        program = dict(node["program"])
        if "member" in program:
            file = self.member(sections[program.pop("section")], program.pop("member"))
            held.append(file)
            program["descriptor"] = pass_on(file.fileno())
        elif "section" in program:
            program["descriptor"] = pass_on(sections[program.pop("section")].fileno())
        start = time.time()
        report = wire.run(
            self.daemon,
            {
                "version": 1,
                "once": node["once"],
                "program": program,
                "arguments": node["arguments"],
                "environment": node["environment"],
                "memory": node["memory"],
                "timeout": node["timeout"],
                "channels": channels,
                "mounts": [
                    {"descriptor": pass_on(sections[mount["section"]].fileno()), "at": mount["at"]}
                    for mount in node["mounts"]
                ],
            },
            descriptors,
            node["timeout"] + node["patience"],
        )
        sizes = [(alias, os.fstat(file.fileno()).st_size) for alias, file in outputs]
        head = wire.frame(
            wire.encode_head({"report": report, "outputs": sizes, "seconds": time.time() - start}))

        def body():
            try:
                yield head
                for (_, size), (_, file) in zip(sizes, outputs):
                    yield from wire.chunks(file, size)
            finally:
                for file in held:
                    file.close()

        length = len(head) + sum(size for _, size in sizes)
        return Response(
            app_iter=body(), request=request,
            headers={"Content-Length": str(length), "Content-Type": "application/octet-stream"})

    def member(self, image, name):
        """One file of a tarball, in a file of its own."""
        try:
            with tarfile.open(fileobj=image, mode="r:*") as tar:
                for entry in tar:
                    if entry.name.lstrip("./") == name.lstrip("./") and entry.isfile():
                        source = wire.read_member(tar, entry)
                        return wire.spool(source.read, entry.size, self.spool, self.limit)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise Refusal(400, f"image: {error}") from None
        raise Refusal(400, f"image: there is no file {name}")


def filter_factory(global_conf, **local_conf):
    conf = dict(global_conf, **local_conf)
    return lambda app: ObjectFilter(app, conf)
