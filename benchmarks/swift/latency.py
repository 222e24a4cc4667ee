"""Times three requests in turn, on one connection each: GET of an object, an empty script at it, and an
empty program at it by a job. One line of results a kind: milliseconds."""

import datetime
import http.client
import json
import platform
import statistics
import sys
import time
from pathlib import Path

import swiftclient

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 400
SIZE = 100_000
port = sys.argv[1]
url, token = swiftclient.get_auth(f"http://127.0.0.1:{port}/auth/v1.0", "demo:demo", "demo")
account = "/v1/" + url.rsplit("/", 1)[1]


def request(connection, method, path, body=None, headers=None):
    connection.request(method, account + path, body, {"X-Auth-Token": token, **(headers or {})})
    response = connection.getresponse()
    data = response.read()
    assert response.status // 100 == 2, (response.status, data)
    return data


connections = [http.client.HTTPConnection("127.0.0.1", int(port)) for _ in range(3)]
request(connections[0], "PUT", "/data")
request(connections[0], "PUT", "/data/object", b"x" * SIZE)
run = {"X-Zerovm-Execute": "1.0"}
job = json.dumps([{"name": "empty", "exec": {"path": "file://empty:empty"},
                   "devices": [{"name": "stdin", "path": "swift://~/data/object"},
                               {"name": "stdout"}]}])
kinds = {
    "GET": lambda: request(connections[0], "GET", "/data/object"),
    "script at the object": lambda: request(
        connections[1], "POST", "/data/object", b"#!file://empty:empty\n", run),
    "job at the object": lambda: request(
        connections[2], "POST", "", job, {**run, "Content-Type": "application/json"}),
}
times: dict = {name: [] for name in kinds}
for index in range(COUNT + 20):
    for name, call in kinds.items():
        start = time.perf_counter()
        call()
        if index >= 20:
            times[name].append((time.perf_counter() - start) * 1e3)

rows = {}
for name, values in times.items():
    values.sort()
    rows[name] = {"p50": values[len(values) // 2], "p90": values[len(values) * 9 // 10],
                  "p99": values[len(values) * 99 // 100], "mean": statistics.mean(values)}
plain = rows["GET"]["p50"]
with open("/proc/cpuinfo") as file:
    model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
result = {"date": str(datetime.date.today()), "machine": model, "kernel": platform.release(),
          "requests": COUNT, "object_bytes": SIZE, "milliseconds": rows}
here = Path(__file__).parent
(here / "results.json").write_text(json.dumps(result, indent=1) + "\n")
lines = [f"{COUNT} requests of each kind in turn, object of {SIZE} bytes, loopback, {model}, "
         f"{result['date']}.\n", "| request | p50 ms | p90 | p99 | added to GET, p50 |",
         "|---|---|---|---|---|"]
for name, row in rows.items():
    added = f"{row['p50'] - plain:+.1f}" if name != "GET" else ""
    lines.append(f"| {name} | {row['p50']:.1f} | {row['p90']:.1f} | {row['p99']:.1f} | {added} |")
(here / "results.md").write_text("\n".join(lines) + "\n")
print("\n".join(lines))
