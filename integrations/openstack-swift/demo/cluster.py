"""A real OpenStack Swift on loopback, with our filters: five servers and two zvm daemons.

    cluster.py start FOLDER [--port 8080] [--zvm PATH-OF-ZVMD]   writes configuration, starts, waits
    cluster.py stop FOLDER
    cluster.py kill FOLDER NAME                          one server by name, with SIGKILL
    cluster.py restart FOLDER NAME

Needs `swift` in the Python that runs it. Everything lives in FOLDER; nothing listens but on 127.0.0.1.
Ports: proxy P, container P+1, account P+2, object nodes P+10 and P+20.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
USERS = {
    "user_demo_demo": "demo .admin",
    "user_other_other": "other .admin",
    "user_demo_guest": "guest",
}


class Cluster:
    def __init__(self, folder, port=8080, zvm="zvmd", image=(), options=None):
        self.folder = Path(folder).resolve()
        self.port = port
        self.zvm = zvm
        self.images = list(image)
        self.options = options or {}

    # -- configuration ---------------------------------------------------------------------------

    @property
    def servers(self):
        """Name → (kind, port), in the order in which they start."""
        return {
            "account": ("account", self.port + 2),
            "container": ("container", self.port + 1),
            "object1": ("object", self.port + 10),
            "object2": ("object", self.port + 20),
            "proxy": ("proxy", self.port),
        }

    def write(self):
        for name in ("log", "run", "rings"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for node in ("main", "object1", "object2"):
            (self.folder / "disks" / node / "d1").mkdir(parents=True, exist_ok=True)
        key = self.folder / "zvm.key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(os.urandom(32).hex() + "\n")
        (self.folder / "swift.conf").write_text(
            "[swift-hash]\nswift_hash_path_prefix = zvm\nswift_hash_path_suffix = zvm\n"
            "[storage-policy:0]\nname = single\ndefault = yes\n"
            "[storage-policy:1]\nname = double\n"
        )
        for name, (kind, port) in self.servers.items():
            (self.folder / f"{name}.conf").write_text(self.configuration(name, kind, port))
        self.make_rings()
        (self.folder / "cluster.json").write_text(
            json.dumps({"port": self.port, "zvm": self.zvm, "images": self.images,
                        "options": self.options}))

    def configuration(self, name, kind, port):
        disks = self.folder / "disks" / (name if kind == "object" else "main")
        common = (
            f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\n"
            f"swift_dir = {self.folder}\nuser = {_user()}\nlog_level = INFO\n"
            "log_address = /nonexistent\n"
        )
        if kind != "proxy":
            common += f"devices = {disks}\nmount_check = false\nfallocate_reserve = 0\n"
            if kind == "object":
                common += "disable_fallocate = true\n"
        if kind == "object":
            extra = "".join(f"{k} = {v}\n" for k, v in self.options.get("object", {}).items())
            return (
                common + "[pipeline:main]\npipeline = healthcheck zvm object-server\n"
                f"[filter:healthcheck]\nuse = egg:swift#healthcheck\n"
                "[filter:zvm]\npaste.filter_factory = zvm_swift.object_filter:filter_factory\n"
                f"daemon = {self.socket(name)}\nkey_file = {self.folder}/zvm.key\n{extra}"
                "[app:object-server]\nuse = egg:swift#object\n"
            )
        if kind != "proxy":
            return (
                common + f"[pipeline:main]\npipeline = healthcheck {kind}-server\n"
                "[filter:healthcheck]\nuse = egg:swift#healthcheck\n"
                f"[app:{kind}-server]\nuse = egg:swift#{kind}\n"
            )
        users = "".join(
            f"{name} = {value.split()[0]} {' '.join(value.split()[1:])}\n"
            for name, value in USERS.items())
        extra = "".join(f"{k} = {v}\n" for k, v in self.options.get("proxy", {}).items())
        return (
            common
            + "[pipeline:main]\npipeline = catch_errors gatekeeper healthcheck cache "
            "listing_formats tempauth zvm copy slo dlo proxy-logging proxy-server\n"
            "[filter:catch_errors]\nuse = egg:swift#catch_errors\n"
            "[filter:gatekeeper]\nuse = egg:swift#gatekeeper\n"
            "[filter:healthcheck]\nuse = egg:swift#healthcheck\n"
            "[filter:cache]\npaste.filter_factory = memory_cache:filter_factory\n"
            "[filter:listing_formats]\nuse = egg:swift#listing_formats\n"
            f"[filter:tempauth]\nuse = egg:swift#tempauth\n{users}"
            "[filter:zvm]\npaste.filter_factory = zvm_swift.proxy_filter:filter_factory\n"
            f"key_file = {self.folder}/zvm.key\n{extra}"
            "[filter:copy]\nuse = egg:swift#copy\n"
            "[filter:slo]\nuse = egg:swift#slo\n[filter:dlo]\nuse = egg:swift#dlo\n"
            "[filter:proxy-logging]\nuse = egg:swift#proxy_logging\n"
            "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
            "node_timeout = 30\nconn_timeout = 2\n"
        )

    def make_rings(self):
        from swift.common.ring import RingBuilder

        def ring(name, replicas, devices):
            path = self.folder / f"{name}.ring.gz"
            if path.exists():
                return
            builder = RingBuilder(4, replicas, 1)
            for zone, port in devices:
                builder.add_dev({"region": 1, "zone": zone, "ip": "127.0.0.1", "port": port,
                                 "replication_ip": "127.0.0.1", "replication_port": port,
                                 "device": "d1", "weight": 1.0})
            builder.rebalance(seed=1)
            builder.get_ring().save(str(path))

        objects = [(1, self.port + 10), (2, self.port + 20)]
        ring("account", 1, [(1, self.port + 2)])
        ring("container", 1, [(1, self.port + 1)])
        ring("object", 1, objects)
        ring("object-1", 2, objects)

    # -- processes -------------------------------------------------------------------------------

    def socket(self, name):
        return self.folder / "run" / f"zvmd-{name}.sock"

    def start(self):
        self.write()
        for name in ("object1", "object2"):
            self.start_daemon(name)
        for name in self.servers:
            self.start_server(name)
        self.wait()

    def start_daemon(self, name):
        command = [self.zvm, "--socket", str(self.socket(name))]
        for image in self.images:
            command += ["--image", image]
        self._spawn(f"zvmd-{name}", command)
        for _ in range(200):
            if self.socket(name).exists():
                return
            time.sleep(0.02)
        raise SystemExit(f"zvmd-{name} does not start: see {self.folder}/log/zvmd-{name}.log")

    def start_server(self, name):
        kind, _ = self.servers[name]
        self._spawn(name, [sys.executable, str(HERE / "serve.py"), kind, str(self.folder),
                           str(self.folder / f"{name}.conf")])

    def _spawn(self, name, command):
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(HERE.parent), str(HERE)]))
        with open(self.folder / "log" / f"{name}.log", "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=environment, start_new_session=True)
        (self.folder / "run" / f"{name}.pid").write_text(str(process.pid))

    def wait(self, seconds=20):
        deadline = time.monotonic() + seconds
        for name, (_, port) in self.servers.items():
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthcheck", timeout=1)
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise SystemExit(
                            f"{name} does not answer: see {self.folder}/log/{name}.log") from None
                    time.sleep(0.05)

    def process(self, name):
        try:
            return int((self.folder / "run" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None

    def kill(self, name, number=signal.SIGKILL):
        pid = self.process(name)
        if pid is None:
            return
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            pass
        for _ in range(200):
            try:
                if os.waitpid(pid, os.WNOHANG)[0] == pid:
                    break
            except ChildProcessError:
                if not Path(f"/proc/{pid}").exists():
                    break
            time.sleep(0.01)
        (self.folder / "run" / f"{name}.pid").unlink()

    def restart(self, name):
        self.kill(name)
        if name.startswith("zvmd-"):
            self.socket(name[5:]).unlink(missing_ok=True)
            self.start_daemon(name[5:])
        else:
            self.start_server(name)
            self.wait()

    def stop(self):
        for name in [*self.servers, "zvmd-object1", "zvmd-object2"]:
            self.kill(name, signal.SIGKILL)


def _user():
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def load(folder):
    known = json.loads((Path(folder) / "cluster.json").read_text())
    return Cluster(folder, known["port"], known["zvm"], known["images"], known["options"])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop", "kill", "restart"])
    parser.add_argument("folder")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--zvm", default="zvmd")
    parser.add_argument("--image", action="append", default=[], metavar="NAME=PATH")
    arguments = parser.parse_args()
    if arguments.action == "start":
        Cluster(arguments.folder, arguments.port, arguments.zvm, arguments.image).start()
    elif arguments.action == "stop":
        load(arguments.folder).stop()
    else:
        getattr(load(arguments.folder), arguments.action)(arguments.name)


if __name__ == "__main__":
    main()
