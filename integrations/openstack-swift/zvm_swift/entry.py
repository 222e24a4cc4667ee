"""The doors by which a job comes in: POST to an account or object, `open` and `api`."""

import json
import re
import tarfile
import tempfile
from urllib.parse import parse_qsl, unquote

from zvm_swift import wire
from zvm_swift.job import MAXIMUM_JOB, JobError, parse_location, script_job
from zvm_swift.subrequests import User

TAR_TYPES = ("application/x-tar", "application/x-gtar", "application/tar", "application/x-gzip",
             "application/gzip", "application/zstd")
JSON_TYPE = "application/json"
CREDENTIALS = ("AUTH", "TOKEN", "COOKIE", "KEY", "SECRET")


class Job:
    """A request that is a job: what to run, and what came along."""

    def __init__(self, proxy, request, account):
        self.proxy = proxy
        self.request = request
        self.user = User(proxy.app, request.environ, account)
        self.environment = cgi_environment(request)
        self.description = None
        # Spooled files: the script, an image for every node, data for stdin.
        self.files = {}
        self.deferred = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for file, _ in self.files.values():
            file.close()
        self.files = {}

    def detach(self):
        """The same job, so that it outlives its request."""
        other = Job.__new__(Job)
        other.__dict__.update(self.__dict__)
        self.files = {}
        return other

    def keep(self, name, read, size, limit):
        self.files[name] = (wire.spool(read, size, self.proxy.spool, limit), size)

    def keep_body(self, name, limit):
        """Spools the request's body, which may come in chunks of unknown number."""
        read = self.request.environ["wsgi.input"].read
        file = tempfile.TemporaryFile(dir=self.proxy.spool)
        self.files[name] = (file, 0)
        size = 0
        while True:
            part = read(wire.CHUNK)
            if not part:
                break
            size += len(part)
            if size > limit:
                raise JobError(f"the body is longer than {limit} bytes", 413)
            file.write(part)
        file.flush()
        if self.request.content_length not in (None, size):
            raise JobError("the body ended too early", 499)
        self.files[name] = (file, size)


def job_for(proxy, request):
    """The job that a request asks for, or None when it is any other request."""
    version, account, rest = _split(request.path_info)
    wanted = request.headers.get("X-Zerovm-Execute")
    if account is None or (wanted is None and version not in ("open", "api")):
        return None
    if version == "open" or wanted == "open/1.0":
        return _open(proxy, request, account, rest)
    if version == "api" or wanted == "api/1.0":
        return _api(proxy, request, account, rest)
    if wanted != "1.0":
        raise JobError(f"X-Zerovm-Execute: {wanted} is not 1.0, open/1.0 or api/1.0")
    if request.method != "POST":
        raise JobError(f"{request.method}: a job is a POST", 405)
    job = Job(proxy, request, account)
    source = request.headers.get("X-Zerovm-Source")
    if source:
        job.keep_body("stdin", proxy.limits["channel"])
        _from_object(job, parse_location(source, account))
    elif rest:
        script = _body(request)
        if not script.startswith(b"#!"):
            raise JobError("POST to an object takes a script")
        job.files["script"] = _memory(proxy, script)
        job.description = script_job(script, f"swift://{account}/{rest}")
    else:
        _from_body(job, request)
    deferred = request.headers.get("X-Zerovm-Deferred")
    if deferred:
        job.deferred = parse_location(deferred, account)
        if not job.deferred.name or job.deferred.pattern:
            raise JobError("X-Zerovm-Deferred: not one object")
    return job


def _split(path):
    parts = path.lstrip("/").split("/", 2)
    if len(parts) < 2 or not parts[1]:
        return parts[0], None, ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _body(request):
    body = request.environ["wsgi.input"].read(MAXIMUM_JOB + 1)
    if len(body) > MAXIMUM_JOB:
        raise JobError(f"the job is longer than {MAXIMUM_JOB} bytes", 413)
    return body


def _memory(proxy, data):
    file = tempfile.TemporaryFile(dir=proxy.spool)
    file.write(data)
    file.flush()
    return file, len(data)


def _from_body(job, request):
    kind = (request.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    if kind == JSON_TYPE:
        job.description = _body(request)
    elif kind in TAR_TYPES:
        job.keep_body("image", job.proxy.limits["program"])
        job.description = system_map(job.files["image"][0])
    else:
        script = _body(request)
        job.files["script"] = _memory(job.proxy, script)
        job.description = script_job(script)


def _from_object(job, location):
    """The job that an object is: JSON, an image with a system map, or a script."""
    head = job.user.head(location)
    kind = (head.content_type or "").split(";")[0].lower()
    size, parts = job.user.get(location)
    read = wire.Reader(parts).read
    if kind in TAR_TYPES or location.name.endswith((".tar", ".zapp", ".tar.gz")):
        job.keep("image", read, size, job.proxy.limits["program"])
        job.description = system_map(job.files["image"][0])
        return
    if size > MAXIMUM_JOB:
        raise JobError(f"{location.path}: longer than {MAXIMUM_JOB} bytes", 413)
    text = wire.read_exactly(read, size)
    if text.startswith(b"#!"):
        job.files["script"] = _memory(job.proxy, text)
        job.description = script_job(text)
    else:
        job.description = text


def system_map(image):
    """boot/system.map of a tarball."""
    try:
        image.seek(0)
        with tarfile.open(fileobj=image, mode="r:*") as tar:
            entry = tar.getmember("boot/system.map")
            if not entry.isfile() or entry.size > MAXIMUM_JOB:
                raise JobError("boot/system.map: not a file of at most 64 KiB", 413)
            return wire.read_member(tar, entry).read()
    except KeyError:
        raise JobError("the image has no boot/system.map") from None
    except (tarfile.TarError, OSError, EOFError) as error:
        raise JobError(f"the image: {error}") from None


# -- open and api --------------------------------------------------------------------------------


def _open(proxy, request, account, rest):
    """Runs the application that is registered for the object's type."""
    if request.method not in ("GET", "HEAD"):
        raise JobError(f"{request.method}: open is a GET", 405)
    job = Job(proxy, request, account)
    location = parse_location(f"swift://{account}/{unquote(rest)}", account)
    if not location.name:
        raise JobError("open: no object")
    kind = (job.user.head(location).content_type or "").split(";")[0]
    config = parse_location(f"swift://{account}/.zvm/{kind}/config", account)
    size, parts = job.user.get(config)
    if size > MAXIMUM_JOB:
        raise JobError(f"{config.path}: longer than {MAXIMUM_JOB} bytes", 413)
    template = wire.read_exactly(wire.Reader(parts).read, size).decode("utf-8", "replace")
    fields = dict(parse_qsl(request.query_string or "", keep_blank_values=True))
    fields["object_path"] = f"swift://{account}/{location.container}/{location.name}"
    job.description = fill_template(template, fields).encode()
    return job


def fill_template(template, fields):
    """Puts fields in place of {.name} and {.name=default}, as the inside of JSON strings."""

    def value(match):
        name, default = match.group(1), match.group(3)
        if name in fields:
            return json.dumps(fields[name])[1:-1]
        if default is None:
            raise JobError(f"the application wants ?{name}=…")
        return default

    return re.sub(r"\{\.(\w+)(=([^{}\"\\]*))?\}", value, template)


def _api(proxy, request, account, rest):
    """Runs the application that the container names for requests below it."""
    job = Job(proxy, request, account)
    container = unquote(rest.split("/", 1)[0])
    if not container:
        raise JobError("api: no container", 404)
    response = job.user.request("HEAD", f"/v1/{account}/{container}")
    job.user.check(response, parse_location(f"swift://{account}/{container}", account))
    endpoint = response.headers.get("X-Container-Meta-Rest-Endpoint")
    if not endpoint:
        raise JobError(f"{container}: the container names no application", 404)
    if request.method in ("POST", "PUT"):
        job.keep_body("stdin", proxy.limits["channel"])
    _from_object(job, parse_location(endpoint, account))
    job.environment["SCRIPT_NAME"] = f"/api/{account}/{container}"
    job.environment["PATH_INFO"] = "/" + rest.partition("/")[2]
    return job


def cgi_environment(request):
    """CGI/1.1 variables of a request, without anything that could be a credential."""
    env = request.environ
    result = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_SOFTWARE": "zvm",
        "REQUEST_METHOD": env["REQUEST_METHOD"],
        "SCRIPT_NAME": "",
        "PATH_INFO": env.get("PATH_INFO", ""),
        "QUERY_STRING": env.get("QUERY_STRING", ""),
        "SERVER_NAME": env.get("SERVER_NAME", ""),
        "SERVER_PORT": str(env.get("SERVER_PORT", "")),
        "SERVER_PROTOCOL": env.get("SERVER_PROTOCOL", "HTTP/1.1"),
        "REMOTE_ADDR": env.get("REMOTE_ADDR", ""),
        "REMOTE_USER": (env.get("REMOTE_USER") or "").split(",")[0],
        "CONTENT_TYPE": env.get("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": env.get("CONTENT_LENGTH", ""),
    }
    for name, value in env.items():
        if name.startswith("HTTP_") and isinstance(value, str) and not any(
                word in name for word in CREDENTIALS):
            result[name] = value
    return result
