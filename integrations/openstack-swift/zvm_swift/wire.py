"""What the two filters say to each other and to zvmd.

A message is a JSON head (4 bytes of length, big endian, before it) and then the bytes of its
sections, one after the other, as long as the head says. Proxy → object server: the node to run, and
what it needs that does not lie there. Back: its report, and its outputs.
"""

import array
import hashlib
import hmac
import json
import os
import struct
import tempfile
import time

from eventlet.green import socket

CHUNK = 256 << 10
MAXIMUM_HEAD = 1 << 20
# Seconds that a signed request stays good; clocks of one cluster differ by less.
WINDOW = 60

PREFIX = "X-Backend-Zvm-"


class WireError(Exception):
    """A message that is not as it must be."""


# -- signatures ----------------------------------------------------------------------------------


def read_key(path):
    """The cluster's shared key. Refused when others than the owner and group could read it."""
    if os.stat(path).st_mode & 0o007:
        raise ValueError(f"{path}: must not be readable by others")
    with open(path, "rb") as file:
        key = file.read().strip()
    if len(key) < 32:
        raise ValueError(f"{path}: shorter than 32 characters")
    return key


def _signature(key, *parts):
    text = "\n".join(["zvm1", *map(str, parts)])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def sign(key, target, method, path, policy, head):
    """Headers that prove that somebody with the key asks `target` (ip:port) for this, now, once."""
    stamp, nonce = str(int(time.time())), os.urandom(16).hex()
    digest = hashlib.sha256(head).hexdigest()
    return {
        PREFIX + "Execute": "1",
        PREFIX + "Target": target,
        PREFIX + "Timestamp": stamp,
        PREFIX + "Nonce": nonce,
        PREFIX + "Digest": digest,
        PREFIX + "Signature": _signature(
            key, target, method, path, policy, stamp, nonce, digest),
    }


def verify(key, targets, method, path, policy, headers):
    """What was signed: the head's digest, and the nonce and time that zvmd takes only once."""
    field = {name: headers.get(PREFIX + name, "") for name in (
        "Target", "Timestamp", "Nonce", "Digest", "Signature")}
    wanted = _signature(key, field["Target"], method, path, policy, field["Timestamp"],
                        field["Nonce"], field["Digest"])
    if not hmac.compare_digest(field["Signature"].encode(), wanted.encode()):
        raise WireError("bad signature")
    if field["Target"] not in targets:
        raise WireError("meant for another server")
    if abs(time.time() - int(field["Timestamp"])) > WINDOW:
        raise WireError("expired")
    return field["Digest"], {"nonce": field["Nonce"], "stamp": int(field["Timestamp"])}


# -- messages ------------------------------------------------------------------------------------


def encode_head(value):
    head = json.dumps(value, sort_keys=True).encode()
    if len(head) > MAXIMUM_HEAD:
        raise WireError("the head of the message is too long")
    return head


def frame(head):
    return struct.pack(">I", len(head)) + head


def read_exactly(read, count):
    parts = []
    while count:
        part = read(min(count, CHUNK))
        if not part:
            raise WireError("the message ends too early")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_head(read):
    """The bytes of a message's head."""
    (length,) = struct.unpack(">I", read_exactly(read, 4))
    if length > MAXIMUM_HEAD:
        raise WireError("the head of the message is too long")
    return read_exactly(read, length)


def spool(read, size, folder, limit):
    """`size` bytes in a file without a name, for as long as it is open."""
    if not 0 <= size <= limit:
        raise WireError(f"{size} bytes are more than the limit of {limit}")
    file = tempfile.TemporaryFile(dir=folder)
    while size:
        part = read(min(size, CHUNK))
        if not part:
            raise WireError("the message ends too early")
        file.write(part)
        size -= len(part)
    file.flush()
    file.seek(0)
    return file


def chunks(file, size):
    """The first `size` bytes of an open file, by offset."""
    offset = 0
    while offset < size:
        part = os.pread(file.fileno(), min(CHUNK, size - offset), offset)
        if not part:
            raise WireError("a spooled file became shorter")
        offset += len(part)
        yield part


def read_member(tar, entry):
    """A regular file of a tarball, open for reading."""
    file = tar.extractfile(entry)
    if file is None:
        raise WireError(f"{entry.name}: not a regular file")
    return file


class Reader:
    """A body from an iterator of byte strings."""

    def __init__(self, chunks):
        self.chunks = iter(chunks)
        self.rest = b""

    def read(self, size=-1):
        while not self.rest:
            part = next(self.chunks, None)
            if part is None:
                return b""
            self.rest = part
        if size is None or size < 0:
            size = len(self.rest)
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    def readline(self, size=-1):
        return self.read(size)


# -- zvmd ----------------------------------------------------------------------------------------


class DaemonError(Exception):
    """zvmd's refusal: `status` is bad-request, busy, forbidden, refused or failed."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def run(path, request, descriptors, timeout):
    """Runs one program by the daemon at `path`; its report."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.settimeout(timeout)
        connection.connect(path)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        connection.sendmsg([json.dumps(request).encode()], rights if descriptors else [])
        reply = connection.recv(1 << 20)
    except socket.timeout:
        raise DaemonError("failed", "zvmd does not answer") from None
    except OSError as error:
        raise DaemonError("busy", f"zvmd: {error}") from None
    finally:
        connection.close()
    if not reply:
        raise DaemonError("busy", "zvmd ended")
    reply = json.loads(reply)
    if reply["event"] == "error":
        raise DaemonError(reply["status"], reply["message"])
    return reply["report"]
