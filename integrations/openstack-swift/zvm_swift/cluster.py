"""Where objects lie, and how a node is sent there."""

from urllib.parse import quote

from eventlet import Timeout
from swift.common.bufferedhttp import http_connect
from swift.common.exceptions import ConnectionTimeout
from swift.common.storage_policy import EC_POLICY, POLICIES
from swift.common.wsgi import make_env
from swift.proxy.controllers.base import get_container_info

from zvm_swift import wire


class Busy(Exception):
    """No server took the node: `status` is what the last one said."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Cluster:
    def __init__(self, app, conf, logger):
        self.app = app
        self.logger = logger
        self.swift_dir = conf.get("swift_dir", "/etc/swift")
        self.key = wire.read_key(conf["key_file"])
        self.connect_seconds = float(conf.get("conn_timeout", 2))
        self.handoffs = int(conf.get("handoffs", 2))

    def policy_of(self, env, location):
        path = f"/v1/{location.account}/{location.container}"
        info = get_container_info(make_env(env, "GET", path), self.app, swift_source="ZVM")
        return POLICIES.get_by_index(info["storage_policy"] or 0)

    def places(self, policy, account, container, name):
        """The servers to ask for an object: those that should have it, then the first handoffs."""
        ring = POLICIES.get_object_ring(policy.idx, self.swift_dir)
        partition, nodes = ring.get_nodes(account, container, name)
        more = ring.get_more_nodes(partition)
        nodes = list(nodes) + [node for _, node in zip(range(self.handoffs), more)]
        return partition, nodes

    @staticmethod
    def has_whole_objects(policy):
        return policy.policy_type != EC_POLICY

    def send(self, place, policy, path, head, sections, seconds):
        """One try: the server's response, with its body still to be read. `sections` are pairs of length
        and byte strings. Busy when another server should be asked."""
        partition, node = place
        target = f"{node['ip']}:{node['port']}"
        full = quote(f"/{node['device']}/{partition}{path}")
        headers = wire.sign(self.key, target, "POST", full, int(policy), head)
        headers["X-Backend-Storage-Policy-Index"] = str(int(policy))
        headers["Content-Length"] = str(4 + len(head) + sum(size for size, _ in sections))
        headers["Content-Type"] = "application/octet-stream"
        try:
            with ConnectionTimeout(self.connect_seconds):
                connection = http_connect(node["ip"], node["port"], node["device"], partition,
                                          "POST", path, headers)
            with Timeout(seconds):
                try:
                    connection.send(wire.frame(head))
                    for _, parts in sections:
                        for part in parts:
                            connection.send(part)
                except OSError:
                    pass  # It answered before it had read all: the answer says why.
                response = connection.getresponse()
        except (OSError, Timeout) as error:
            raise Busy(503, f"{target}: {error or 'time is up'}") from None
        if response.status in (404, 503, 507):
            raise Busy(response.status, f"{target}: {response.read(1000).decode().strip()}")
        return target, response
