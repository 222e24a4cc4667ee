"""A dictionary in memcached's place, for a proxy with a single worker: demo and tests only."""

import time

from swift.common.utils import cache_from_env


class DictionaryCache:
    """The part of swift.common.memcached.MemcacheRing that the proxy uses."""

    def __init__(self):
        self.values = {}

    def get(self, key, raise_on_error=False, server_key=None, time=time.time):
        value, expires = self.values.get(key, (None, 0))
        return value if not expires or expires > time() else None

    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False,
            server_key=None):
        expires = time if not time or time > 30 * 86400 else _now() + time
        self.values[key] = (value, expires)

    def incr(self, key, delta=1, time=0):
        value = max(0, int(self.get(key) or 0) + delta)
        self.set(key, value, time=time)
        return value

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -delta, time)

    def delete(self, key, server_key=None):
        self.values.pop(key, None)

    def set_multi(self, mapping, server_key, serialize=True, time=0, min_compress_len=0):
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys, server_key):
        return [self.get(key) for key in keys]


def _now():
    return time.time()


def filter_factory(global_conf, **local_conf):
    cache = DictionaryCache()

    def make(app):
        def handle(env, start_response):
            if cache_from_env(env) is None:
                env["swift.cache"] = cache
            return app(env, start_response)

        return handle

    return make
