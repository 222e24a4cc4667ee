"""Runs one OpenStack Swift server from a configuration folder of our own.

The stock scripts insist on /etc/swift. Usage: serve.py KIND SWIFT_DIR CONF, where KIND is proxy,
account, container or object.
"""

import sys

from swift.common import constraints, storage_policy, utils
from swift.common.wsgi import run_wsgi


def main(kind: str, swift_dir: str, conf: str) -> int:
    utils.set_swift_dir(swift_dir)
    storage_policy.reload_storage_policies()
    constraints.reload_constraints()
    options = {}
    if kind == "object":
        from swift.obj.server import global_conf_callback

        options["global_conf_callback"] = global_conf_callback
    return run_wsgi(conf, f"{kind}-server", **options)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
