"""What a job answers: outputs stored, headers for every node, the bodies in node order."""

import os

from swift.common.swob import Response

from zvm_swift import wire

HTTP_TYPES = ("message/http", "message/cgi")
MAXIMUM_HEADERS = 16 << 10
# What a program may say about its answer; everything else is Swift's.
FORBIDDEN = ("transfer-encoding", "content-length", "connection", "date", "set-cookie", "server",
             "x-trans-id", "x-openstack-request-id", "x-auth-token", "x-storage-token")


def assemble(runner, seconds):
    """Stores the outputs with a path and makes the response, whose body keeps the runner's files open
    until it has been sent. Nothing is stored unless every node ended by itself."""
    outcomes = runner.finished
    worst = max((outcome.status for outcome in outcomes), default=200)
    headers = nexe_headers(outcomes, seconds)
    if worst != 200:
        text = "".join(
            f"{o.name}: {o.state}\n" for o in outcomes if o.status != 200 or o.state == "not run")
        return Response(status=worst, body=text, headers=headers, content_type="text/plain")
    client = []
    for outcome in outcomes:
        for device in outcome.node.devices:
            if device.reads or device.alias not in outcome.written:
                continue
            file, size = outcome.written[device.alias]
            if device.location is not None:
                store(runner.user, device, file, size)
            elif device.name not in ("stderr", "debug") and not outcome.node.fed:
                client.append((device, file, size))
    response = Response(status=200, headers=headers)
    response.content_type = "application/octet-stream"
    parts: list = []
    total = 0
    for device, file, size in client:
        start = 0
        if device.content_type in HTTP_TYPES:
            said, start = parse_http(file, size)
            apply(response, said)
        elif device.content_type and not parts:
            response.content_type = device.content_type
        parts.append((file, start, size))
        total += size - start

    def body():
        try:
            for file, start, size in parts:
                yield from _slice(file, start, size)
        finally:
            runner.close()

    runner.kept = True
    # In this order: a new iterator makes Swift forget the length.
    response.app_iter = body()
    response.content_length = total
    return response


def store(user, device, file, size):
    headers = {"Content-Type": device.content_type or "application/octet-stream"}
    headers.update({f"X-Object-Meta-{key}": str(value) for key, value in device.meta.items()})
    start = 0
    if device.content_type in HTTP_TYPES:
        said, start = parse_http(file, size)
        headers["Content-Type"] = said.get("content-type", "application/octet-stream")
        headers.update({k: v for k, v in said.items() if k.startswith("x-object-meta-")})
    user.put(device.location, size - start, _slice(file, start, size), headers)


def _slice(file, start, size):
    while start < size:
        part = os.pread(file.fileno(), min(wire.CHUNK, size - start), start)
        if not part:
            raise wire.WireError("a spooled file became shorter")
        start += len(part)
        yield part


def parse_http(file, size):
    """The header fields that a program wrote before its body, and where the body starts. The
    status is under `:status`."""
    head = os.pread(file.fileno(), min(size, MAXIMUM_HEADERS), 0)
    ends = [(head.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if mark in head]
    if not ends:
        return {}, 0
    end, width = min(ends)
    said = {}
    for line in head[:end].decode("latin-1").splitlines():
        if line.upper().startswith("HTTP/"):
            said[":status"] = line.split(" ", 1)[1] if " " in line else "200"
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or " " in name.strip():
            continue
        if name.strip().lower() == "status":
            said[":status"] = value.strip()
        else:
            said[name.strip().lower()] = value.strip()
    return said, end + width


def apply(response, said):
    status = said.get(":status", "200").split(" ")[0]
    if status.isdigit() and 200 <= int(status) <= 599:
        response.status = int(status)
    for name, value in said.items():
        if name == "content-type":
            response.content_type = value
        elif name not in FORBIDDEN and not name.startswith((":", "x-backend")):
            response.headers[name] = value


def chained_job(runner):
    """The next job, when the answer of a single node is one."""
    outcomes = runner.finished
    if len(outcomes) != 1 or outcomes[0].status != 200:
        return None
    device = outcomes[0].node.device("stdout")
    if device is None or device.location or device.content_type not in HTTP_TYPES:
        return None
    file, size = outcomes[0].written[device.alias]
    said, start = parse_http(file, size)
    if said.get("x-zerovm-execute") != "1.0" or "json" not in said.get("content-type", ""):
        return None
    return b"".join(_slice(file, start, size))


def nexe_headers(outcomes, seconds):
    """One comma-joined list a header, a field a node."""

    def joined(values):
        return ",".join(str(value).replace(",", ";").replace("\n", " ") for value in values)

    cdr = [f"{seconds:.3f}"]
    for outcome in outcomes:
        cdr += [f"{outcome.seconds:.3f}", " ".join(outcome.accounting)]
    return {
        "X-Nexe-System": joined(o.name for o in outcomes),
        "X-Nexe-Status": joined(o.state for o in outcomes),
        "X-Nexe-Retcode": joined(o.code for o in outcomes),
        "X-Nexe-Etag": joined(" ".join(o.etags) or "disabled" for o in outcomes),
        "X-Nexe-Validation": joined(o.validation for o in outcomes),
        "X-Nexe-Policy": joined(o.policy for o in outcomes),
        "X-Nexe-Colocated": joined(int(o.colocated) for o in outcomes),
        "X-Nexe-Server": joined(o.server for o in outcomes),
        "X-Nexe-Cdr-Line": ", ".join(cdr),
    }
