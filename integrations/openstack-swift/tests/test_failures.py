"""Servers and daemons that die, objects that are not plain files."""

import json

LINES = "swift://~/bin/lines.nexe"


def count_lines(demo, pattern):
    return demo.job([{"name": "map", "exec": {"path": LINES},
                      "devices": [{"name": "stdin", "path": pattern}, {"name": "stdout"}]}])


def test_a_dead_node_is_replaced_by_the_other_replica(cluster, demo):
    for index in range(8):
        demo.put(f"/twice/dead/{index}", b"x\n" * index)
    before = count_lines(demo, "swift://~/twice/dead/*")
    assert before.status == 200
    cluster.kill("object1")
    try:
        after = count_lines(demo, "swift://~/twice/dead/*")
    finally:
        cluster.start_server("object1")
        cluster.wait()
    assert (after.status, after.body) == (200, before.body)
    port = str(cluster.servers["object2"][1])
    assert all(server.endswith(port) for server in after.headers["X-Nexe-Server"].split(","))


def test_a_dead_daemon_is_replaced_by_the_other_replica(cluster, demo):
    for index in range(4):
        demo.put(f"/twice/mute/{index}", b"x\n" * index)
    cluster.kill("zvmd-object1")
    try:
        response = count_lines(demo, "swift://~/twice/mute/*")
    finally:
        cluster.restart("zvmd-object1")
    assert (response.status, response.body) == (200, b"0\n1\n2\n3\n")


def test_without_any_daemon_the_error_is_clear_and_nothing_is_stored(cluster, demo):
    demo.put("/twice/none", b"x\n")
    for name in ("zvmd-object1", "zvmd-object2"):
        cluster.kill(name)
    try:
        response = demo.job([{"name": "map", "exec": {"path": LINES}, "devices": [
            {"name": "stdin", "path": "swift://~/twice/none"},
            {"name": "stdout", "path": "swift://~/results/none"}]}])
    finally:
        for name in ("zvmd-object1", "zvmd-object2"):
            cluster.restart(name)
    assert response.status == 503
    assert b"zvmd" in response.body
    assert demo.get("/results/none").status == 404
    assert count_lines(demo, "swift://~/twice/none").body == b"1\n"


def test_a_large_object_is_streamed_and_says_so(demo):
    demo.put("/segments")
    parts = []
    for index in range(3):
        response = demo.put(f"/segments/{index}", b"line\n" * 1000)
        parts.append({"path": f"/segments/{index}", "etag": response.headers["Etag"],
                      "size_bytes": 5000})
    demo.put("/data/large?multipart-manifest=put", json.dumps(parts))
    response = count_lines(demo, "swift://~/data/large")
    assert (response.status, response.body) == (200, b"3000\n")
    assert response.headers["X-Nexe-Colocated"] == "0"


def test_restarting_the_proxy_loses_nothing(cluster, demo):
    demo.put("/data/still", b"a\nb\n")
    cluster.restart("proxy")
    demo.log_in()  # tokens live in the proxy's memory here
    assert count_lines(demo, "swift://~/data/still").body == b"2\n"
