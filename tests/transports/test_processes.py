"""Each process has a fan-out of its own: forked, in a pool, under servers, and as it ends."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import create_server
from textwrap import dedent
from urllib.request import urlopen

import pytest

from ..management.site import Running
from .sink import ACCEPT, Answer, End, Post, Sink

__all__ = ["TestExit", "TestFork", "TestGevent", "TestGunicorn", "TestPool"]

TIMEOUT_SECONDS = 60

# Whoever forks is warned of threads from Python 3.12 on, whatever the threads do.
STRICT = ("-Xdev", "-Werror", "-Wignore:This process:DeprecationWarning")

PRELUDE = """
import contextlib, logging, multiprocessing, os, signal, sys, threading, time
from typing import NamedTuple
from django.conf import settings
from django_aws_api_gateway_websockets.transports.apigateway import APIGatewayTransport

# On a busy machine asyncio's debug mode warns of slow callbacks.
logging.getLogger("asyncio").setLevel(logging.ERROR)
settings.configure()

# Should a process hang, it ends all the same, and so do those that it has forked.
signal.alarm(20)
os.register_at_fork(after_in_child=lambda: signal.alarm(20))

class Someone(NamedTuple):
    management_url: str
    connection_id: str

def people(*names):
    return [Someone(os.environ["SINK"], name) for name in names]

def deliver(chunks, **options):
    errors = {error for _, error in APIGatewayTransport().send_many(chunks, b"{}", **options)}
    assert errors == {None}, errors

def send(*names):
    deliver([people(*names)])

def wait_for(child):
    assert os.waitpid(child, 0)[1] == 0
"""

# What is registered first is called last; what is raised there is printed.
TIMED = """
import atexit, time

@atexit.register
def check():
    assert time.monotonic() - ended < 1.5  # the fan-out gives up after 2
"""


def run(sink: Sink, program: str, *, host: str = "127.0.0.1", before: str = "") -> None:
    """Run a program to its end: it succeeds, and has nothing to say."""
    code = f"{before}\n{PRELUDE}\n{dedent(program)}"
    done = subprocess.run(
        [sys.executable, *STRICT, "-c", code],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env=environment(sink.url.replace("127.0.0.1", host)),
    )
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def environment(url: str) -> dict[str, str]:
    """Return the environment of a process that sends to a URL."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SINK": url}


def fast(sink: Sink) -> list[str]:
    """Return who was posted to by a fan-out, sorted."""
    return sorted(post.connection_id for post in sink.posts if post.is_fast)


def slow(sink: Sink) -> list[str]:
    """Return who was posted to by boto3, sorted."""
    return sorted(post.connection_id for post in sink.posts if not post.is_fast)


def answer_in_time(post: Post) -> Answer:
    """Accept, but not at once."""
    return Answer(parts=ACCEPT.parts, seconds=0.3)


@pytest.fixture
def sink(server_context: ssl.SSLContext, trusted: None) -> Iterator[Sink]:
    """Return a server that speaks TLS, whose state a copy of a connection would spoil."""
    with Sink(context=server_context) as sink:
        yield sink


class TestFork:
    """A child has the memory of its parent, and one thread."""

    @pytest.mark.parametrize("end", ["sys.exit()", "os._exit(0)"])
    def test_leaves_connections_to_the_parent(self, sink: Sink, end: str) -> None:
        """The child opens one of its own, and its end does not touch the other."""
        program = f"""
            send("before")
            if (child := os.fork()) == 0:
                send("child")
                {end}
            wait_for(child)
            send("after")
        """

        run(sink, program)

        assert (fast(sink), slow(sink), sink.opened) == (["after", "before", "child"], [], 2)

    def test_again(self, sink: Sink) -> None:
        """A child has children."""
        program = """
            send("parent")
            if (child := os.fork()) == 0:
                send("child")
                if (grandchild := os.fork()) == 0:
                    send("grandchild")
                    sys.exit()
                wait_for(grandchild)
                sys.exit()
            wait_for(child)
        """

        run(sink, program)

        assert (fast(sink), slow(sink)) == (["child", "grandchild", "parent"], [])

    def test_during_a_delivery(self, server_context: ssl.SSLContext, trusted: None) -> None:
        """What another thread has under way is the parent's alone."""
        # OpenSSL's own locks do not survive a fork amid a handshake, here as with boto3.
        program = """
            send("before")
            under_way, forked = threading.Event(), threading.Event()

            def chunks():
                yield people("first")
                under_way.set()
                forked.wait()
                yield people("second")

            delivery = threading.Thread(target=deliver, args=[chunks()])
            delivery.start()
            under_way.wait()
            if (child := os.fork()) == 0:
                send("child")
                sys.exit()
            forked.set()
            wait_for(child)
            delivery.join()
        """

        with Sink(answer_in_time, server_context) as sink:
            run(sink, program)

        assert (fast(sink), slow(sink)) == (["before", "child", "first", "second"], [])

    def test_at_any_moment(self) -> None:
        """No lock is held for ever in a child, wherever the other threads are."""
        program = """
            is_over = threading.Event()

            def chunks():
                while not is_over.is_set():
                    yield people("parent")

            delivery = threading.Thread(target=deliver, args=[chunks()], kwargs={"max_workers": 5})
            delivery.start()
            for _ in range(5):
                if (child := os.fork()) == 0:
                    send("child")
                    sys.exit()
                wait_for(child)
            is_over.set()
            delivery.join()
        """

        with Sink(lambda post: Answer(parts=ACCEPT.parts, seconds=0.01)) as sink:
            run(sink, program)

        assert (fast(sink).count("child"), slow(sink)) == (5, [])


class TestPool:
    """Workers as Celery forks them."""

    def test_made_after_the_parent_has_sent(self, sink: Sink) -> None:
        """Each worker sends its tasks."""
        program = """
            send("parent")
            pool = multiprocessing.get_context("fork").Pool(2)
            pool.map(send, ["task-1", "task-2", "task-3", "task-4"], chunksize=1)
            pool.close()
            pool.join()
            send("parent")
        """

        run(sink, program)

        tasks = ["task-1", "task-2", "task-3", "task-4"]
        assert (fast(sink), slow(sink)) == (["parent", "parent", *tasks], [])


APPLICATION = f"""
{PRELUDE}
send("import")
both = multiprocessing.get_context("fork").Barrier(int(os.environ["WORKERS"]))

def application(environ, start_response):
    both.wait(5)  # so that each worker has a request of its own
    send(environ["PATH_INFO"].strip("/"))
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]
"""

# What newer versions have, and put into the home directory.
QUIET = "control_socket_disable = True"
GREENLETS = "worker_class = 'gevent'; from gevent.monkey import patch_all; patch_all()"


def ask_gunicorn(sink: Sink, folder: Path, configuration: str, *names: str) -> set[str]:
    """Have as many workers send as there are names, to one each; return their process ids."""
    (folder / "application.py").write_text(APPLICATION)
    (folder / "gunicorn.conf.py").write_text(f"{QUIET}\n{configuration}")
    with create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:
        options = ["--preload", "--log-level=warning", f"--bind=fd://{listener.fileno()}"]
        options += [f"--workers={len(names)}"]
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Running(
            [sys.executable, "-m", "gunicorn", *options, "application"],
            folder / "output.txt",
            cwd=folder,
            env={**environment(sink.url), "WORKERS": str(len(names))},
            pass_fds=[listener.fileno()],
        ) as running:
            answers = set(threads.map(fetch, [f"{url}/{name}" for name in names]))
            assert (running.interrupt(signal.SIGTERM), running.output) == (0, "")
    return answers


def fetch(url: str) -> str:
    """Return what is found at a URL."""
    with urlopen(url, timeout=TIMEOUT_SECONDS) as response:
        text: str = response.read().decode()
    return text


class TestGunicorn:
    """Workers that are forked from a process that has imported the application."""

    def test_preloads_an_application_that_sends(self, sink: Sink, tmp_path: Path) -> None:
        """Each worker sends, and so has the import."""
        workers = ask_gunicorn(sink, tmp_path, "", "one", "two")

        assert len(workers) == 2
        assert (fast(sink), slow(sink)) == (["import", "one", "two"], [])

    def test_runs_greenlets(self, sink: Sink, tmp_path: Path) -> None:
        """In place of threads: all asks boto3."""
        ask_gunicorn(sink, tmp_path, GREENLETS, "one")

        assert (fast(sink), slow(sink)) == ([], ["import", "one"])


class TestGevent:
    """Greenlets in place of threads cannot run an event loop, but boto3."""

    @pytest.mark.parametrize(
        "patches",
        [
            "patch_all()",
            "patch_socket()",
            "patch_select()",
            "patch_thread(); patch_queue()",  # without the last no pool of threads works at all
        ],
    )
    def test_sends_through_boto3(self, patches: str) -> None:
        """Whatever of Python is patched."""
        with Sink() as sink:
            run(sink, 'send("a", "b", "c")', before=f"from gevent.monkey import *; {patches}")

        assert (fast(sink), slow(sink)) == ([], ["a", "b", "c"])


class TestExit:
    """The end of a process waits for threads of its own, as any does, and for nothing of ours."""

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_is_quick(self, sink: Sink, host: str) -> None:
        """With connections open, and after a name had to be looked up."""
        run(sink, 'send("a", "b", "c")\nended = time.monotonic()', host=host, before=TIMED)

        assert (fast(sink), slow(sink)) == (["a", "b", "c"], [])

    def test_is_quick_in_the_midst(self) -> None:
        """A thread that may be left behind has a post under way that nobody answers."""
        program = """
            under_way = threading.Event()

            def chunks():
                yield people("a")
                under_way.set()
                yield people("b")

            def deliver_in_vain():
                with contextlib.suppress(RuntimeError):  # no pool of threads starts any more
                    deliver(chunks())

            threading.Thread(target=deliver_in_vain, daemon=True).start()
            under_way.wait()
            ended = time.monotonic()
        """
        with Sink(lambda post: Answer(end=End.HANG)) as sink:
            run(sink, program, before=TIMED)

    def test_waits_for_what_is_under_way(self) -> None:
        """A thread of the application ends first, with all it has to send."""
        program = """
            under_way = threading.Event()

            def chunks():
                yield people("a")
                under_way.set()
                threading.main_thread().join()
                yield people("b")

            threading.Thread(target=deliver, args=[chunks()]).start()
            under_way.wait()
        """
        with Sink(answer_in_time) as sink:
            run(sink, program)

        assert (fast(sink), slow(sink)) == (["a", "b"], [])

    def test_comes_even_when_it_is_too_late_to_look_up_a_name(self, sink: Sink) -> None:
        """Once the main thread has ended, Python has no threads for that; nobody waits for one."""
        program = """
            def deliver_too_late():
                threading.main_thread().join()
                with contextlib.suppress(RuntimeError):
                    send("a")

            threading.Thread(target=deliver_too_late).start()
        """

        run(sink, program, host="localhost")
