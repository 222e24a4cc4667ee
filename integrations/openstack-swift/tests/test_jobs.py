"""Jobs as ZeroCloud's documents have them, on a real cluster."""

import io
import json
import tarfile
import time


def group(name, program, *devices, **fields):
    return {"name": name, "exec": {"path": program}, "devices": list(devices), **fields}


LINES, SUM, SAY = (f"swift://~/bin/{name}.nexe" for name in ("lines", "sum", "say"))


def fields(response, name):
    return response.headers[f"X-Nexe-{name}"].split(",")


def test_one_node_a_match_in_listing_order_at_its_object(demo):
    for index in range(20):
        demo.put(f"/data/parts/{index:02}.txt", b"line\n" * (index + 1))
    response = demo.job([group("map", LINES, {"name": "stdin", "path": "swift://~/data/parts/*.txt"},
                               {"name": "stdout"})])
    assert response.status == 200
    assert response.body.split() == [str(i + 1).encode() for i in range(20)]
    assert fields(response, "System") == [f"map-{i + 1}" for i in range(20)]
    assert set(fields(response, "Colocated")) == {"1"}
    assert set(fields(response, "Validation")) == {"0"}
    assert len(set(fields(response, "Server"))) == 2
    assert len(response.headers["X-Nexe-Cdr-Line"].split(",")) == 1 + 2 * 20


def test_a_reducer_reads_its_mappers_in_order(demo):
    for index in range(4):
        demo.put(f"/data/few/{index}", b"x\n" * (10 ** index))
    response = demo.job([
        group("map", LINES, {"name": "stdin", "path": "swift://~/data/few/*"}, {"name": "stdout"}),
        group("reduce", SUM, {"name": "stdin", "path": "zvm://map:stdout"}, {"name": "stdout"})])
    assert (response.status, response.body) == (200, b"1111\n")


def test_connect_gives_both_ends_a_device(demo):
    demo.put("/data/script", b"copy /dev/input /dev/out/sink\n")
    demo.put("/data/sink", b"cat /dev/in/source\n")
    demo.put("/data/word", b"across\n")
    response = demo.job([
        group("source", SAY, {"name": "script", "path": "swift://~/data/script"},
              {"name": "input", "path": "swift://~/data/word"}, connect=["sink"], attach="input"),
        group("sink", SAY, {"name": "script", "path": "swift://~/data/sink"}, {"name": "stdout"})])
    assert (response.status, response.body) == (200, b"across\n"), response.body


def test_a_script_runs_in_a_system_image(demo):
    response = demo.script(["print hello", "args", "exit 3"])
    assert response.status == 200
    assert response.body == b"hello\nsay\n/dev/script\n"
    assert fields(response, "Retcode") == ["3"]


def test_a_script_posted_to_an_object_reads_it(demo):
    demo.put("/data/greeting", b"good day\n", {"X-Object-Meta-Tone": "kind"})
    response = demo.script(["cat /dev/stdin", "env"], "/data/greeting")
    assert response.body.startswith(b"good day\n")
    assert b"LOCAL_HTTP_X_OBJECT_META_TONE=kind\n" in response.body
    assert b"LOCAL_CONTENT_LENGTH=9\n" in response.body
    assert demo.token.encode() not in response.body


def test_the_source_may_be_an_object_and_the_body_its_input(demo):
    demo.put("/data/echo", b"#!file://say:say\ncat /dev/stdin\n")
    response = demo.call("POST", "", b"from the body", {
        "X-Zerovm-Execute": "1.0", "X-Zerovm-Source": "swift://~/data/echo"})
    assert (response.status, response.body) == (200, b"from the body")


def image(job, files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in {"boot/system.map": json.dumps(job).encode(), **files}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def test_an_image_brings_its_program_and_its_files(demo, programs):
    job = [{"name": "app", "exec": {"path": "file://image:bin/say", "args": "/etc/main"},
            "devices": [{"name": "stdout"}]}]
    tar = image(job, {"bin/say": programs["say"].read_bytes(),
                      "etc/main": b"cat /etc/motd\n", "etc/motd": b"welcome\n"})
    response = demo.call("POST", "", tar, {
        "X-Zerovm-Execute": "1.0", "Content-Type": "application/x-tar"})
    assert (response.status, response.body) == (200, b"welcome\n"), response.body


def test_outputs_become_objects_with_type_and_metadata(demo):
    demo.put("/data/out/one", b"1\n")
    demo.put("/data/out/two", b"2\n")
    response = demo.job([group(
        "map", LINES, {"name": "stdin", "path": "swift://~/data/out/*"},
        {"name": "stdout", "path": "swift://~/results/*.count", "content_type": "text/x-count",
         "meta": {"Kind": "lines"}})])
    assert (response.status, response.body) == (200, b"")
    stored = demo.get("/results/one.count")
    assert stored.body == b"1\n"
    assert stored.headers["Content-Type"] == "text/x-count"
    assert stored.headers["X-Object-Meta-Kind"] == "lines"
    assert demo.get("/results/two.count").status == 200


def test_a_program_may_say_status_and_headers(demo):
    demo.put("/data/http", b"print HTTP/1.1 404 Gone fishing\nprint Content-Type: text/fish\n"
             b"print X-Object-Meta-Fish: trout\nprint\nprint none here\n")
    device = {"name": "stdout", "content_type": "message/http"}
    script = {"name": "script", "path": "swift://~/data/http"}
    response = demo.job([group("web", SAY, script, device)])
    assert (response.status, response.body) == (404, b"none here\n")
    assert response.headers["Content-Type"].startswith("text/fish")
    demo.job([group("web", SAY, script, dict(device, path="swift://~/results/fish"))])
    stored = demo.get("/results/fish")
    assert stored.body == b"none here\n"
    assert stored.headers["X-Object-Meta-Fish"] == "trout"


def test_open_runs_what_is_registered_for_the_type(demo):
    demo.put("/.zvm")
    demo.put("/.zvm/text/x-poem/config", json.dumps([
        group("viewer", SAY, {"name": "script", "path": "swift://~/data/viewer"},
              {"name": "input", "path": "{.object_path}"},
              {"name": "stdout", "content_type": "text/html"},
              attach="input") | {"exec": {"path": SAY, "env": {"SIZE": "{.size=10}"}}}]))
    demo.put("/data/viewer", b"cat /dev/input\nenv\n")
    demo.put("/data/poem", b"roses\n", {"Content-Type": "text/x-poem"})
    response = demo.call("GET", "/data/poem?size=7", base="/open/")
    assert response.status == 200, response.body
    assert response.body.startswith(b"roses\n") and b"SIZE=7\n" in response.body
    again = demo.call("GET", "/data/poem", headers={"X-Zerovm-Execute": "open/1.0"})
    assert b"SIZE=10\n" in again.body


def test_api_runs_the_application_that_the_container_names(demo):
    demo.put("/data/app", json.dumps([group(
        "app", SAY, {"name": "script", "path": "swift://~/data/appscript"}, {"name": "stdin"},
        {"name": "stdout", "content_type": "message/cgi"})]))
    demo.put("/data/appscript",
             b"print Status: 201 Made\nprint Content-Type: text/plain\nprint\nenv\ncat /dev/stdin\n")
    demo.put("/site", headers={"X-Container-Meta-Rest-Endpoint": "swift://~/data/app"})
    response = demo.call("POST", "/site/users/7?deep=1", b"payload", base="/api/")
    assert response.status == 201, response.body
    for line in (b"PATH_INFO=/users/7\n", b"QUERY_STRING=deep=1\n", b"REQUEST_METHOD=POST\n"):
        assert line in response.body
    assert response.body.endswith(b"payload")


def test_a_deferred_job_answers_where_its_result_will_be(demo):
    response = demo.script(["print later"], headers={"X-Zerovm-Deferred": "swift://~/results/later"})
    assert response.status == 202
    assert response.body == f"swift://{demo.account}/results/later\n".encode()
    for _ in range(100):
        stored = demo.get("/results/later")
        if stored.status == 200:
            break
        time.sleep(0.1)
    assert stored.body == b"later\n"
    assert stored.headers["X-Object-Meta-X-Nexe-Retcode"] == "0"


def test_a_job_may_answer_with_the_next_one(demo):
    following = json.dumps([group("next", SAY, {"name": "script", "path": "swift://~/data/second"},
                                  {"name": "stdout"})])
    demo.put("/data/first", (
        "print HTTP/1.1 200 OK\nprint Content-Type: application/json\nprint X-Zerovm-Execute: 1.0\n"
        f"print\nprint {following}\n").encode())
    demo.put("/data/second", b"print the end\n")
    response = demo.job([group("first", SAY, {"name": "script", "path": "swift://~/data/first"},
                               {"name": "stdout", "content_type": "message/http"})])
    assert (response.status, response.body) == (200, b"the end\n"), response.body


def test_count_makes_numbered_nodes(demo):
    demo.put("/data/hello", b"print hello\n")
    response = demo.job([group("n", SAY, {"name": "script", "path": "swift://~/data/hello"},
                               {"name": "stdout"}, count=3)])
    assert response.body == b"hello\n" * 3
    assert fields(response, "System") == ["n-1", "n-2", "n-3"]


def test_names_that_need_quoting(demo):
    for name in ("a b", "ü%2F", "c~d!e'(f)*g", "x,y;z=1&q?"):
        from urllib.parse import quote

        demo.put(f"/data/odd/{quote(name)}", b"odd\n")
    response = demo.job([group("odd", LINES, {"name": "stdin", "path": "swift://~/data/odd/*"},
                               {"name": "stdout"})])
    assert (response.status, response.body) == (200, b"1\n" * 4), response.body
    assert set(fields(response, "Colocated")) == {"1"}
