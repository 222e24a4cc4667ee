"""What must not happen: foreign data, forged requests, jobs that are wrong, programs that misbehave."""

import http.client
import json

import pytest
from swift.common.ring import Ring

from zvm_swift import wire

SAY = "swift://~/bin/say.nexe"


def job(*devices, **fields):
    return [{"name": "n", "exec": {"path": SAY}, "devices": list(devices), **fields}]


def test_without_a_token_nothing_runs(demo):
    assert demo.job(job({"name": "stdout"}), token=False).status == 401


def test_foreign_accounts_data_and_results_are_refused(demo, other):
    secret = f"swift://{other.account}/data/secret"
    assert demo.job(job({"name": "stdin", "path": secret}, {"name": "stdout"})).status == 403
    assert demo.job(
        job({"name": "stdout", "path": f"swift://{other.account}/data/new"})).status == 403
    assert other.get("/data/new").status == 404
    pattern = f"swift://{other.account}/data/*"
    assert demo.job(job({"name": "stdin", "path": pattern}, {"name": "stdout"})).status == 403
    assert demo.job([{"name": "n", "exec": {"path": secret}, "devices": []}]).status == 403
    saved, demo.account = demo.account, other.account
    try:
        assert demo.job(job({"name": "stdout"})).status == 403
    finally:
        demo.account = saved


def test_an_acl_lets_others_read(demo, other):
    other.call("POST", "/data", headers={"X-Container-Read": "demo:demo"})
    try:
        response = demo.job(job(
            {"name": "stdin", "path": f"swift://{other.account}/data/secret"}, {"name": "stdout"},
            {"name": "script", "path": "swift://~/data/hello"}))
        assert response.status in (200, 404)
    finally:
        other.call("POST", "/data", headers={"X-Container-Read": ""})


@pytest.mark.parametrize(("body", "status", "says"), [
    (b"{", 422, "not JSON"),
    (b"[" * 100000, 413, "longer"),
    (b"[" * 50000, 422, "not JSON"),
    (b"{}", 400, "not a list"),
    (b'[{"name": "a"}]', 400, "exec.path"),
    (b'[{"name": "a/b", "exec": {"path": "swift://~/bin/say.nexe"}}]', 400, "name"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/say.nexe"}, "cont": 1}]', 400, "cont"),
    (b'[{"name": "a", "exec": {"path": "http://x"}}]', 400, "swift://"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/say.nexe"}, "connect": ["b"]}]', 400, "b"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/say.nexe"}, "count": 0}]', 400, "count"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/none.nexe"}}]', 404, "404"),
    (b'[{"name": "a", "exec": {"path": "file://nothing:here"}}]', 400, "nothing"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/say.nexe"},'
     b' "devices": [{"name": "stdin", "path": "swift://~/data/no-such-*"}]}]', 400, "matches"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/say.nexe"},'
     b' "devices": [{"name": "output"}]}]', 400, "output"),
    (b'[{"name": "a", "exec": {"path": "swift://~/bin/say.nexe"}, "connect": ["b"]},'
     b' {"name": "b", "exec": {"path": "swift://~/bin/say.nexe"}, "connect": ["a"]}]', 400, "wait"),
])
def test_wrong_jobs_are_refused_and_say_why(demo, body, status, says):
    response = demo.job(body)
    assert (response.status, says in response.body.decode()) == (status, True), response.body


def test_what_is_not_a_program_is_refused(demo):
    demo.put("/bin/text", b"not a nexe")
    response = demo.job([{"name": "n", "exec": {"path": "swift://~/bin/text"}}])
    assert response.status == 400
    assert b"not a program" in response.body


def test_a_crash_is_500_and_stores_nothing(demo):
    demo.put("/data/crash", b"print half\ncrash\n")
    response = demo.job(job({"name": "script", "path": "swift://~/data/crash"},
                            {"name": "stdout", "path": "swift://~/results/half"}))
    assert response.status == 500
    assert b"signal 11" in response.body
    assert demo.get("/results/half").status == 404


def test_a_program_that_spins_is_408(demo):
    demo.put("/data/spin", b"spin\n")
    response = demo.job(job({"name": "script", "path": "swift://~/data/spin"}, {"name": "stdout"},
                            timeout=1))
    assert response.status == 408


def test_too_much_output_ends_at_the_limit(demo):
    demo.put("/data/fill", b"fill /dev/stdout 20000000\n")
    response = demo.job(job({"name": "script", "path": "swift://~/data/fill"}, {"name": "stdout"}))
    assert response.status == 200
    assert len(response.body) <= 8 << 20


# -- straight to an object port ------------------------------------------------------------------


def direct(cluster, demo, change=lambda headers: None, times=1, target=None):
    """A request as the proxy would send it, changed; the statuses of so many tries."""
    demo.put("/twice/direct", b"x\n")
    ring = Ring(str(cluster.folder / "object-1.ring.gz"))
    partition, nodes = ring.get_nodes(demo.account, "twice", "direct")
    node = nodes[0]
    etag = demo.call("HEAD", "/twice/direct").headers["Etag"].strip('"')
    head = wire.encode_head({
        "name": "n", "program": {"image": "say", "name": "say"}, "arguments": ["/dev/stdin"],
        "environment": {}, "memory": None, "timeout": 2, "patience": 1, "mounts": [],
        "sections": [], "object": True, "etag": etag,
        "channels": [{"alias": "/dev/stdin", "direction": "read", "source": "object"},
                     {"alias": "/dev/stdout", "direction": "write", "source": "output"}]})
    path = f"/{node['device']}/{partition}/{demo.account}/twice/direct"
    key = wire.read_key(cluster.folder / "zvm.key")
    headers = wire.sign(key, target or f"127.0.0.1:{node['port']}", "POST", path, 1, head)
    headers["X-Backend-Storage-Policy-Index"] = "1"
    change(headers)
    statuses = []
    for _ in range(times):
        connection = http.client.HTTPConnection("127.0.0.1", node["port"], timeout=10)
        connection.request("POST", path, wire.frame(head), headers)
        statuses.append(connection.getresponse().status)
        connection.close()
    return statuses


def test_a_signed_request_is_served_once(cluster, demo):
    assert direct(cluster, demo, times=3) == [200, 403, 403]


@pytest.mark.parametrize("name", ["Signature", "Nonce", "Digest", "Timestamp", "Target"])
def test_a_changed_request_is_refused(cluster, demo, name):
    def change(headers):
        headers[wire.PREFIX + name] = "1" + headers[wire.PREFIX + name][1:] + "0"

    assert direct(cluster, demo, change) == [403]


def test_an_expired_request_is_refused(cluster, demo, monkeypatch):
    now = wire.time.time()
    monkeypatch.setattr(wire.time, "time", lambda: now - 2 * wire.WINDOW)
    assert direct(cluster, demo) == [403]


def test_a_request_for_another_server_is_refused(cluster, demo):
    assert direct(cluster, demo, target="127.0.0.1:1") == [403]
    assert direct(cluster, demo, target="192.0.2.1:18490") == [403]


def test_clients_cannot_reach_the_internal_door(demo):
    response = demo.call("POST", "/twice/direct", b"", {wire.PREFIX + "Execute": "1"})
    assert response.status // 100 == 2  # an ordinary POST of metadata: gatekeeper took the header


def test_swift_is_what_it_was(demo):
    assert json.loads(demo.call("GET", "?format=json").body)
