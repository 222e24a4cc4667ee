"""zvm-swift: jobs and zapps on an OpenStack Swift that has the filters. `zvm` calls it.

The user and key come from ST_AUTH, ST_USER, ST_KEY or the OS_* variables, as for python-swiftclient.
"""

import argparse
import hashlib
import http.client
import json
import os
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import swiftclient
import yaml

PROGRAMS = "zvm-programs"


class ClientError(Exception):
    """What to tell the user."""


class Account:
    """The user's account: a storage URL and a token."""

    def __init__(self):
        env = os.environ
        try:
            if "OS_AUTH_URL" in env:
                options = {key[3:].lower(): value for key, value in env.items()
                           if key.startswith("OS_")}
                self.url, self.token = swiftclient.get_auth(
                    env["OS_AUTH_URL"], env.get("OS_USERNAME"), env.get("OS_PASSWORD"),
                    auth_version=env.get("OS_IDENTITY_API_VERSION", "3"), os_options=options)
            else:
                self.url, self.token = swiftclient.get_auth(
                    env["ST_AUTH"], env["ST_USER"], env["ST_KEY"])
        except KeyError as error:
            raise ClientError(f"{error.args[0]} is not set: who are you, and where?") from None
        except swiftclient.ClientException as error:
            raise ClientError(f"authentication: {error}") from None

    def request(self, method, path, body=None, headers=None):
        """One request below the account; the response, to be read."""
        parts = urlsplit(self.url)
        kind = (http.client.HTTPSConnection if parts.scheme == "https"
                else http.client.HTTPConnection)
        connection = kind(parts.netloc, timeout=3600)
        connection.request(method, parts.path + quote(path), body=body,
                           headers={"X-Auth-Token": self.token, **(headers or {})})
        return connection.getresponse()

    def must(self, method, path, body=None, headers=None):
        response = self.request(method, path, body, headers)
        if response.status // 100 != 2:
            text = response.read(2000).decode("utf-8", "replace").strip()
            raise ClientError(f"{method} {path or '/'}: {response.status} {text}")
        return response

    def upload(self, data, ending):
        """Stores a program or script under its hash, once; its swift:// address."""
        target = f"/{PROGRAMS}/{hashlib.sha256(data).hexdigest()}{ending}"
        response = self.request("HEAD", target)
        response.read()
        if response.status == 404:
            self.must("PUT", f"/{PROGRAMS}").read()
            self.must("PUT", target, data, {"Content-Type": "application/octet-stream"}).read()
        elif response.status // 100 != 2:
            raise ClientError(f"HEAD {target}: {response.status}")
        return f"swift://~{target}"


# -- jobs ----------------------------------------------------------------------------------------


def job_groups(account, job):
    """What `zvm job run --on swift` described, as groups: maps, perhaps a sort, perhaps a reduce."""
    groups = []
    for index, source in enumerate(job["inputs"]):
        name = "map" if len(job["inputs"]) == 1 else f"map{index + 1}"
        stdin = {"name": "stdin", "path": source["path"], "decompress": source["decompress"]}
        if source["split"]:
            stdin["split"] = "lines"
        groups.append(_group(account, name, job["map"], stdin))
    feed = ",".join(group["name"] for group in groups)
    for name in ("sort", "reduce"):
        if job.get(name):
            stdin = {"name": "stdin", "path": f"zvm://{feed}:stdout"}
            groups.append(_group(account, name, job[name], stdin))
            feed = name
    return groups


def _group(account, name, program, stdin):
    devices = [stdin, {"name": "stdout"}, {"name": "stderr"}]
    if program.get("script") is not None:
        script = account.upload(program["script"].encode(), ".script")
        devices.append({"name": "script", "path": script})
    group = {
        "name": name,
        "exec": {"path": account.upload(Path(program["nexe"]).read_bytes(), ".nexe"),
                 "name": program["name"], "args": program["arguments"],
                 "env": program["environment"]},
        "devices": devices,
    }
    for key in ("memory", "timeout"):
        if program.get(key) is not None:
            group[key] = program[key]
    return group


def run_job(arguments):
    job = json.loads((Path(arguments.folder) / "job.json").read_text())
    account = Account()
    body = json.dumps(job_groups(account, job)).encode()
    response = account.request("POST", "", body, {
        "Content-Type": "application/json", "X-Zerovm-Execute": "1.0"})
    if response.status != 200:
        text = response.read(4000).decode("utf-8", "replace").strip()
        raise ClientError(f"{job['name']}: {response.status}: {text}")
    codes = (response.headers.get("X-Nexe-Retcode") or "").split(",")
    names = (response.headers.get("X-Nexe-System") or "").split(",")
    bad = [f"{name} exited with status {code}" for name, code in zip(names, codes) if code != "0"]
    if bad:
        raise ClientError(f"{job['name']}: {'; '.join(bad)}")
    _write_whole(job["output"], response)
    if arguments.verbose:
        _show_nodes(response.headers)


def _write_whole(path, response):
    """The output appears complete or not at all."""
    target = Path(path)
    wanted = int(response.headers["Content-Length"])
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            done = 0
            while part := response.read(1 << 20):
                file.write(part)
                done += len(part)
            if done != wanted:
                raise ClientError(f"{path}: {done} of {wanted} bytes came")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.rename(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _show_nodes(headers):
    fields = [(headers.get(f"X-Nexe-{name}") or "").split(",")
              for name in ("System", "Server", "Colocated", "Status")]
    for name, server, colocated, state in zip(*fields):
        place = "at its object" if colocated == "1" else "streamed to"
        print(f"  {name:12} {server:20} {place:14} {state}", file=sys.stderr)


# -- zapps ---------------------------------------------------------------------------------------

TEMPLATE = """\
# A zapp: programs and files in one tarball, run where the data lies.
project_type: python
execution:
  groups:
    - name: hello
      path: file://lua:lua
      args: [/main.lua]
      devices:
        - name: stdout
meta:
  Name: {name}
  Version: "1.0"
  Author-email: you@example.com
help:
  description: What it does.
  args:
    - [name, what the argument means]
bundling:
  - main.lua
"""


def zapp_new(arguments):
    folder = Path(arguments.folder)
    if (folder / "zapp.yaml").exists():
        raise ClientError(f"{folder}/zapp.yaml: is there already")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zapp.yaml").write_text(TEMPLATE.format(name=folder.resolve().name))
    (folder / "main.lua").write_text('print("hello from a zapp")\n')
    print(f"made {folder}/zapp.yaml and {folder}/main.lua")


def system_map(description):
    """boot/system.map of a zapp.yaml: its groups in the form that a job has."""
    groups = []
    for entry in description["execution"]["groups"]:
        group = {key: value for key, value in entry.items()
                 if key not in ("path", "args", "env", "exec")}
        group["exec"] = entry.get("exec") or {
            key: entry[key] for key in ("path", "args", "env") if key in entry}
        groups.append(group)
    return json.dumps(groups, indent=1).encode()


def zapp_bundle(arguments):
    folder = Path(arguments.folder)
    try:
        description = yaml.safe_load((folder / "zapp.yaml").read_text())
        boot = system_map(description)
        name = description["meta"]["Name"]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ClientError(f"{folder}/zapp.yaml: {error}") from None
    files = {}
    for pattern in description.get("bundling") or []:
        found = [path for path in sorted(folder.glob(pattern)) if path.is_file()]
        if not found:
            raise ClientError(f"bundling: {pattern} matches no file")
        files.update({path.relative_to(folder).as_posix(): path for path in found})
    target = folder / f"{name}.zapp"
    temporary = target.with_suffix(".zapp.part")
    with tarfile.open(temporary, "w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, "boot/system.map", boot)
        _add(tar, "zapp.yaml", (folder / "zapp.yaml").read_bytes())
        for inside, path in sorted(files.items()):
            _add(tar, inside, path.read_bytes())
    temporary.rename(target)
    print(target)


def _add(tar, name, data):
    """The same bytes for the same contents: no times, no owners."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    tar.addfile(entry, BytesIO(data))


def zapp_deploy(arguments):
    account = Account()
    container, _, prefix = arguments.target.partition("/")
    name = "/".join(part for part in (prefix, Path(arguments.zapp).name) if part)
    account.must("PUT", f"/{container}").read()
    account.must("PUT", f"/{container}/{name}", Path(arguments.zapp).read_bytes(),
                 {"Content-Type": "application/x-tar"}).read()
    print(f"swift://~/{container}/{name}")


def zapp_execute(arguments):
    account = Account()
    headers = {"X-Zerovm-Execute": "1.0"}
    if arguments.zapp.startswith("swift://"):
        headers["X-Zerovm-Source"] = arguments.zapp
        body = sys.stdin.buffer.read() if arguments.stdin else b""
    else:
        headers["Content-Type"] = "application/x-tar"
        body = Path(arguments.zapp).read_bytes()
    response = account.must("POST", "", body, headers)
    while part := response.read(1 << 20):
        sys.stdout.buffer.write(part)
    _show_nodes(response.headers)
    codes = (response.headers.get("X-Nexe-Retcode") or "0").split(",")
    return max(int(code) for code in codes)


def main():
    parser = argparse.ArgumentParser(prog="zvm-swift", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("job-run", help="run the job that `zvm job run` put into FOLDER")
    run.add_argument("folder")
    run.add_argument("--verbose", action="store_true", help="say which node ran where")
    run.set_defaults(action=run_job)
    zapp = commands.add_parser("zapp", help="programs in a tarball").add_subparsers(required=True)
    new = zapp.add_parser("new", help="start one in FOLDER")
    new.add_argument("folder")
    new.set_defaults(action=zapp_new)
    bundle = zapp.add_parser("bundle", help="make NAME.zapp from FOLDER")
    bundle.add_argument("folder", nargs="?", default=".")
    bundle.set_defaults(action=zapp_bundle)
    deploy = zapp.add_parser("deploy", help="store a zapp in CONTAINER[/PREFIX]")
    deploy.add_argument("zapp")
    deploy.add_argument("target")
    deploy.set_defaults(action=zapp_deploy)
    execute = zapp.add_parser("execute", help="run a zapp: a local file or swift://…")
    execute.add_argument("zapp")
    execute.add_argument("--stdin", action="store_true", help="send standard input along")
    execute.set_defaults(action=zapp_execute)
    arguments = parser.parse_args()
    try:
        sys.exit(arguments.action(arguments))
    except (ClientError, OSError) as error:
        sys.exit(f"zvm-swift: {error}")


if __name__ == "__main__":
    main()
