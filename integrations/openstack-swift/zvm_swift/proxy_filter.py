"""The proxy's filter: takes jobs, asks Swift whether the user may read and write what they name, sends
each node to where its object lies, and gathers what comes back.

Every access to data is a subrequest with the user's own identity, so that ACLs, quotas, large objects
and versioning are Swift's business, not ours. What runs, and for how long, is zvmd's.
"""

import time

import eventlet
from swift.common.swob import Request, Response
from swift.common.utils import config_true_value, get_logger

from zvm_swift import entry, wire
from zvm_swift.cluster import Cluster
from zvm_swift.job import JobError, connect, expand, parse
from zvm_swift.nodes import Runner
from zvm_swift.reply import assemble, chained_job
from zvm_swift.subrequests import Refused


class ProxyFilter:
    def __init__(self, app, conf):
        self.app = app
        self.logger = get_logger(conf, log_route="zvm")
        self.conf = conf
        self.key = wire.read_key(conf["key_file"])
        self.cluster = Cluster(app, conf, self.logger)
        self.limits = {
            "memory": int(conf.get("memory_limit", 4 << 30)),
            "timeout": float(conf.get("timeout", 10)),
            "channel": int(conf.get("channel_limit", 1 << 30)),
            "program": int(conf.get("program_limit", 256 << 20)),
        }
        self.patience = float(conf.get("queue_patience", 30))
        self.chain_seconds = float(conf.get("chain_timeout", 20))
        self.concurrency = int(conf.get("concurrency", 32))
        self.spool = conf.get("spool") or None
        self.enabled = config_true_value(conf.get("enabled", "true"))

    def __call__(self, env, start_response):
        request = Request(env)
        try:
            job = entry.job_for(self, request) if self.enabled else None
            if job is None:
                return self.app(env, start_response)
            with job:
                if job.deferred:
                    response = self.defer(job)
                else:
                    response = self.run_chain(job)
        except JobError as error:
            response = Response(status=error.status, body=f"{error}\n")
        except Refused as refusal:
            response = refusal.response
        except wire.WireError as error:
            response = Response(status=400, body=f"{error}\n")
        return response(env, start_response)

    # -- running ---------------------------------------------------------------------------------

    def run_chain(self, job):
        """Runs a job, and the job that it answers with, and so on, within one time limit."""
        deadline = time.monotonic() + self.chain_seconds
        while True:
            response, following = self.run(job)
            if following is None:
                return response
            if time.monotonic() > deadline:
                return Response(status=408, body="the chain of jobs takes too long\n")
            job.description = following

    def run(self, job):
        """The response of one job, and the next job if its answer is one."""
        user = job.user
        user.must_run()
        groups = parse(job.description, user.account, self.limits)
        for group in groups:
            expand(group, user.matches)
        connect(groups)
        runner = Runner(self, job, groups)
        try:
            start = time.time()
            runner.prepare()
            runner.run()
            response = assemble(runner, time.time() - start)
            self.account(user.account, runner)
            following = chained_job(runner)
            if following is not None:
                runner.kept = False
            return response, following
        finally:
            runner.close_unless_kept()

    def defer(self, job):
        """Answers at once with where the result will be; runs behind the user's back."""
        location = job.deferred
        job.user.must_write(location)
        job.user.must_run()
        keep = job.detach()

        def work():
            with keep:
                try:
                    response = self.run_chain(keep)
                except JobError as error:
                    response = Response(status=error.status, body=f"{error}\n")
                except Refused as refusal:
                    response = refusal.response
                except Exception:
                    self.logger.exception("zvm: deferred job")
                    response = Response(status=500, body="the job failed\n")
                keep.user.put_response(location, response)

        eventlet.spawn_n(work)
        url = f"swift:/{location.path[3:]}"
        return Response(status=202, body=url + "\n",
                        headers={"X-Nexe-Deferred": url, "Content-Type": "text/plain"})

    def account(self, account, runner):
        """One line a node, for whoever bills."""
        for node in runner.finished:
            self.logger.info("zvm cdr %s %s %s %s", account, node.name, node.server,
                             " ".join(node.accounting))


def filter_factory(global_conf, **local_conf):
    conf = dict(global_conf, **local_conf)
    return lambda app: ProxyFilter(app, conf)
