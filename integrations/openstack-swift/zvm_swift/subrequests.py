"""What the user may do and read, asked of Swift with the user's own identity."""

import json
from urllib.parse import quote

from swift.common.swob import Request
from swift.common.wsgi import make_env, make_subrequest
from swift.proxy.controllers.base import get_container_info

from zvm_swift import wire
from zvm_swift.job import JobError, Location, matcher


class Refused(Exception):
    """Swift said no: `response` is what it said."""

    def __init__(self, response):
        super().__init__(response.status)
        self.response = response


class User:
    """The user of a request: everything is asked with this identity."""

    def __init__(self, app, env, account):
        self.app = app
        self.env = env
        self.account = account

    def _authorize(self, method, path, acl=None):
        authorize = self.env.get("swift.authorize")
        if authorize is None:
            return
        request = Request.blank(quote(path), environ=make_env(self.env, method, path))
        request.acl = acl
        refused = authorize(request)
        if refused:
            raise Refused(refused)

    def must_run(self):
        """Whether this user may run jobs in this account: who may write to the account itself."""
        self._authorize("POST", f"/v1/{self.account}")

    def must_write(self, location):
        """Asked before anything runs; the PUT is authorised once more when it is made."""
        path = f"/v1/{location.account}/{location.container}"
        info = get_container_info(make_env(self.env, "GET", path), self.app, swift_source="ZVM")
        if info["status"] == 404:
            raise JobError(f"swift:/{path[3:]}: no such container", 404)
        self._authorize("PUT", location.path, info["write_acl"])

    def request(self, method, path, headers=None, query="", body=None):
        """A subrequest's response, whatever its status."""
        target = quote(path) + (f"?{query}" if query else "")
        return make_subrequest(self.env, method, target, body=body, headers=headers,
                               agent="zvm", swift_source="ZVM").get_response(self.app)

    def head(self, location):
        response = self.request("HEAD", location.path)
        self.check(response, location)
        return response

    def get(self, location):
        """The object's length and bytes, as they come."""
        response = self.request("GET", location.path)
        self.check(response, location)
        return response.content_length, response.app_iter

    def check(self, response, location):
        if response.status_int // 100 == 2:
            return
        # The status stands; a body, if any, is not the job's answer.
        if response.status_int in (401, 403):
            raise Refused(response)
        raise JobError(f"swift:/{location.path[3:]}: {response.status}",
                       404 if response.status_int == 404 else 503)

    def put(self, location, size, chunks, headers):
        """Stores an object from a bounded stream."""
        request = make_subrequest(self.env, "PUT", quote(location.path), headers=headers,
                                  agent="zvm", swift_source="ZVM")
        request.environ["wsgi.input"] = wire.Reader(chunks)
        request.content_length = size
        response = request.get_response(self.app)
        self.check(response, location)
        return response

    def put_response(self, location, response):
        """Stores a response as an object, its headers as metadata."""
        body = b"".join(response.app_iter or [])
        headers = {f"X-Object-Meta-{name}": value for name, value in response.headers.items()
                   if name.lower().startswith("x-nexe-")}
        headers["X-Object-Meta-Status"] = str(response.status_int)
        headers["Content-Type"] = response.content_type or "application/octet-stream"
        self.put(location, len(body), iter([body]), headers)

    # -- listings --------------------------------------------------------------------------------

    def listing(self, path, prefix=""):
        marker = ""
        while True:
            query = f"format=json&limit=1000&prefix={quote(prefix)}&marker={quote(marker)}"
            response = self.request("GET", path, query=query)
            if response.status_int == 404:
                raise JobError(f"swift:/{path[3:]}: not found", 404)
            if response.status_int // 100 != 2:
                raise Refused(response)
            page = json.loads(response.body or b"[]")
            if not page:
                return
            for item in page:
                if "name" in item:
                    yield item["name"]
            marker = page[-1].get("name") or page[-1]["subdir"]

    def matches(self, pattern):
        """The objects that a location with stars means, in listing order, and what stars were."""
        containers: list = [(pattern.container, [])]
        if "*" in pattern.container:
            containers = self._matching(f"/v1/{pattern.account}", pattern.container)
        found = []
        for container, texts in containers:
            if "*" not in pattern.name:
                found.append((Location(pattern.account, container, pattern.name), texts))
                continue
            path = f"/v1/{pattern.account}/{container}"
            found += [(Location(pattern.account, container, name), texts + more)
                      for name, more in self._matching(path, pattern.name)]
        return found

    def _matching(self, path, pattern):
        expression = matcher(pattern)
        for name in self.listing(path, pattern.split("*")[0]):
            match = expression.fullmatch(name)
            if match:
                yield name, list(match.groups())
