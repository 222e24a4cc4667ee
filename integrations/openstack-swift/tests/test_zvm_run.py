"""Objects split where they lie, and `zvm job run --on swift` against the same job run locally."""

import os
import random
import subprocess
import sys

import pytest
from conftest import ROOT, tool
from test_jobs import LINES, SAY, fields, group

LINE_COUNT = 450_000
CLIENT = ROOT / "integrations/openstack-swift/zvm_swift/client.py"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """30 MiB of lines in three files: zstd in frames, one gzip stream, plain."""
    folder = tmp_path_factory.mktemp("log")
    chance = random.Random(7)
    for name in ("a", "b", "c"):
        block = "".join(
            f"{chance.choice(['ant', 'bee', 'cat'])}{chance.randrange(50)} 1234567890123456\n"
            for _ in range(10_000))
        (folder / name).write_text(block * (LINE_COUNT // 10_000))
    subprocess.run([tool("zvm"), "pack", "a", "-o", "a.zst"], cwd=folder, check=True)
    subprocess.run(["gzip", "-k", "b"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def stored(demo, log):
    for name in ("a.zst", "b.gz", "c"):
        demo.put(f"/data/log/{name}", (log / name).read_bytes())
    return log


def test_an_object_is_split_where_it_lies(demo, stored):
    def counts(split):
        stdin = {"name": "stdin", "path": "swift://~/data/log/*", "decompress": True}
        if split:
            stdin["split"] = "lines"
        response = demo.job([group("map", LINES, stdin, {"name": "stdout"})])
        assert response.status == 200, response.body
        assert set(fields(response, "Colocated")) == {"1"}
        return [int(number) for number in response.body.split()]

    assert counts(split=False) == [LINE_COUNT] * 3
    # One line a shard: more of them than objects, and the same sum.
    numbers = counts(split=True)
    assert len(numbers) > 4
    assert sum(numbers) == 3 * LINE_COUNT


def test_a_shard_that_fails_fails_the_node(demo, stored):
    demo.put("/data/crash", b"crash\n")
    response = demo.job([group(
        "map", SAY, {"name": "script", "path": "swift://~/data/crash"},
        {"name": "stdin", "path": "swift://~/data/log/c", "split": "lines"}, {"name": "stdout"},
        attach="stdin")])
    assert response.status == 500, response.body


def test_only_standard_input_in_order_can_be_split(demo):
    for device in ({"name": "stdin", "path": "swift://~/data/x", "split": "words"},
                   {"name": "input", "path": "swift://~/data/x", "split": "lines"}):
        response = demo.job([group("map", LINES, device, {"name": "stdout"})])
        assert response.status == 400
        assert b"split" in response.body


MAPS = {
    "lines.c": r"""
#include <stdio.h>
#include <string.h>
static char line[256], in[1 << 20], out[1 << 20];
int main(void) {
  setvbuf(stdin, in, _IOFBF, sizeof in);
  setvbuf(stdout, out, _IOFBF, sizeof out);
  while (fgets(line, sizeof line, stdin))
    if (*line == 'a') printf("%.*s\t1\n", (int)strcspn(line, " "), line);
}
""",
    "lines.lua": r"""
for line in io.lines() do
  if line:sub(1, 1) == "a" then io.write(line:match("^%S+"), "\t1\n") end
end
""",
    "sum.awk": r"""
BEGIN { FS = "\t" }
$1 != key { if (NR > 1) print key "\t" n; key = $1; n = 0 }
{ n += $2 }
END { if (NR) print key "\t" n }
""",
}


@pytest.mark.parametrize("program", ["lines.c", "lines.lua"])
def test_the_same_job_file_gives_the_same_bytes(cluster, stored, tmp_path, program):
    for name, text in MAPS.items():
        (tmp_path / name).write_text(text)
    job = """
name: words
input: [{inputs}]
map: {{program: {program}}}
shuffle: sort
reduce: {{program: sum.awk}}
output: {output}
"""
    local = ", ".join(str(stored / name) for name in ("a.zst", "b.gz", "c"))
    (tmp_path / "local.yaml").write_text(job.format(inputs=local, program=program, output="local"))
    (tmp_path / "swift.yaml").write_text(
        job.format(inputs="swift://~/data/log/*", program=program, output="swift"))
    zvm = [tool("zvm"), "job", "run"]
    env = dict(os.environ, ST_AUTH=f"http://127.0.0.1:{cluster.port}/auth/v1.0",
               ST_USER="demo:demo", ST_KEY="demo", ZVM_SWIFT=f"{sys.executable} {CLIENT}")
    subprocess.run([*zvm, "local.yaml"], cwd=tmp_path, check=True)
    subprocess.run([*zvm, "swift.yaml", "--on", "swift"], cwd=tmp_path, check=True, env=env)
    result = (tmp_path / "swift").read_bytes()
    assert result == (tmp_path / "local").read_bytes()
    ants = sum(line[0] == "a" for name in ("a", "b", "c") for line in (stored / name).open())
    assert sum(int(line.split(b"\t")[1]) for line in result.splitlines()) == ants


def test_what_a_cluster_does_not_do_is_refused_before_anything_is_sent(tmp_path):
    (tmp_path / "m.c").write_text("int main(void) { return 0; }\n")
    base = "name: x\nmap: {program: m.c}\noutput: x\n"
    for text, reason in (("input: here.log\n", "here.log is not swift://"),
                         ("input: swift://~/a/b\nside: {tar: t.tar, at: /t}\n", "side"),
                         ("input: swift://~/a/b\nfailures: {on_error: skip}\n", "on_error")):
        (tmp_path / "job.yaml").write_text(base + text)
        result = subprocess.run([tool("zvm"), "job", "run", "job.yaml", "--on", "swift"],
                                cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 1
        assert reason in result.stderr
    result = subprocess.run([tool("zvm"), "job", "run", "job.yaml"], cwd=tmp_path,
                            capture_output=True, text=True)
    assert result.returncode == 1 and "--on swift" in result.stderr
