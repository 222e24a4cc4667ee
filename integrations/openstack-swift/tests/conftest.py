"""A real cluster on loopback for the tests. ZVM and ZVMD name the commands (default: ../../.build)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import swiftclient
from swift.common import storage_policy, utils

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "demo")]

from cluster import Cluster  # noqa: E402


def tool(name):
    if os.environ.get(name.upper()):
        return os.environ[name.upper()]
    for kind in ("release", "debug"):
        path = ROOT / ".build" / kind / name
        if path.exists():
            return str(path)
    pytest.fail(f"{name}: not built; `make swift-test` does it all")


class Client:
    """One user of the cluster."""

    def __init__(self, port, user, key):
        self.port, self.user, self.key = port, user, key
        self.log_in()

    def log_in(self):
        self.url, self.token = swiftclient.get_auth(
            f"http://127.0.0.1:{self.port}/auth/v1.0", self.user, self.key)
        self.account = self.url.rsplit("/", 1)[1]

    def call(self, method, path="", body=None, headers=None, token=True, base="/v1/"):
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        own = {"X-Auth-Token": self.token} if token else {}
        connection.request(method, f"{base}{self.account}{path}", body=body,
                           headers={**own, **(headers or {})})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def put(self, path, body=b"", headers=None):
        response = self.call("PUT", path, body, headers)
        assert response.status // 100 == 2, response.body
        return response

    def get(self, path):
        return self.call("GET", path)

    def job(self, groups, headers=None, **kw):
        body = groups if isinstance(groups, (bytes, str)) else json.dumps(groups)
        return self.call("POST", "", body, {
            "X-Zerovm-Execute": "1.0", "Content-Type": "application/json", **(headers or {})}, **kw)

    def script(self, lines, path="", headers=None):
        text = "#!file://say:say\n" + "\n".join(lines) + "\n"
        return self.call("POST", path, text, {
            "X-Zerovm-Execute": "1.0", "Content-Type": "text/plain", **(headers or {})})


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    result = {}
    for source in sorted((HERE / "programs").glob("*.c")):
        target = folder / f"{source.stem}.nexe"
        subprocess.run([tool("zvm"), "cc", "-O2", str(source), "-o", str(target)], check=True)
        result[source.stem] = target
    return result


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, programs):
    made = Cluster(
        tmp_path_factory.mktemp("cluster"), port=int(os.environ.get("ZVM_TEST_PORT", "18480")),
        zvm=tool("zvmd"), image=[f"say={programs['say']}"],
        options={"proxy": {"timeout": "3", "chain_timeout": "5", "queue_patience": "5",
                           "channel_limit": str(8 << 20)},
                 "object": {"channel_limit": str(8 << 20)}})
    try:
        made.start()
        utils.set_swift_dir(str(made.folder))
        storage_policy.reload_storage_policies()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def demo(cluster, programs):
    client = Client(cluster.port, "demo:demo", "demo")
    client.put("/bin")
    for name, path in programs.items():
        client.put(f"/bin/{name}.nexe", path.read_bytes())
    client.put("/data")
    client.put("/twice", headers={"X-Storage-Policy": "double"})
    client.put("/results")
    return client


@pytest.fixture(scope="session")
def other(cluster):
    client = Client(cluster.port, "other:other", "other")
    client.put("/data")
    client.put("/data/secret", b"secret\n")
    return client
