"""zvmd by itself, as a user of its own: it gets files that it could not open."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from conftest import tool

from zvm_swift import wire

NOBODY = 65534


@pytest.fixture
def socket(programs):
    folder = Path(tempfile.mkdtemp(prefix="zvmd-"))
    folder.chmod(0o755)
    for name in ("zvmd", "zvm-launcher"):
        shutil.copy(Path(tool("zvmd")).resolve().parent / name, folder / name)
    run = folder / "run"
    run.mkdir()
    os.chown(run, NOBODY, NOBODY)
    daemon = subprocess.Popen(
        [folder / "zvmd", "--socket", run / "zvmd.sock", "--allow-user", "0"],
        user=NOBODY, group=NOBODY, extra_groups=[], env={"TMPDIR": str(run)})
    try:
        for _ in range(200):
            if (run / "zvmd.sock").exists():
                break
            time.sleep(0.02)
        yield str(run / "zvmd.sock")
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to be root")
@pytest.mark.parametrize("lines", [3, 3_000_000])
def test_a_daemon_of_its_own_user_is_given_what_it_cannot_open(socket, programs, tmp_path, lines):
    text, result = tmp_path / "text", tmp_path / "result"
    text.write_text("line\n" * lines)
    os.chmod(text, 0o600)
    with open(programs["lines"], "rb") as program, open(text, "rb") as source, \
            open(result, "wb") as target:
        os.chmod(programs["lines"], 0o600)
        report = wire.run(socket, {
            "version": 1, "program": {"descriptor": 0, "name": "lines"}, "timeout": 30,
            "channels": [
                {"alias": "/dev/stdin", "kind": "file", "descriptor": 1, "direction": "read",
                 "split": "lines"},
                {"alias": "/dev/stdout", "kind": "file", "descriptor": 2, "direction": "write",
                 "digest": True}]},
            [program.fileno(), source.fileno(), target.fileno()], 60)
    assert report["state"] == "ok", json.dumps(report)
    counts = [int(number) for number in result.read_text().split()]
    assert sum(counts) == lines
    assert len(counts) == (1 if lines == 3 else 2)
