"""A server on loopback with a loaded co-op, and a real Chromium before it."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from werkzeug.serving import make_server

from coop import background
from tests.browser.elections import open_election  # noqa: F401 - for every journey that asks
from tests.loaded import load

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists():
        if os.environ.get("COOP_REQUIRE_BROWSER") == "1":
            pytest.fail(f"Chromium is required and not at {CHROMIUM}.")
        pytest.skip(f"Chromium is not at {CHROMIUM}.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def serve_app(tmp_path, pristine):
    """A fresh copy of the loaded co-op, to be served at its base address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = load(pristine, tmp_path / "instance", f"http://127.0.0.1:{port}")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def serve(serve_app):
    """Serve the co-op, with its chores running; gives its address."""
    app, address = serve_app, serve_app.config["COOP"].base_url
    server = make_server("127.0.0.1", int(address.rpartition(":")[2]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    chores = background.start(app)
    yield address
    chores.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(
    params=[
        pytest.param({"width": 375}, id="phone"),
        pytest.param({"width": 1280}, id="desk"),
        pytest.param({"width": 375, "scripts": False}, id="without scripts"),
    ]
)
def screen(request):
    return request.param


@pytest.fixture
def walking(chromium, serve):
    """Give walkers: `with walking("ana", width=375) as ana: …`; at the end nobody may have found a fault."""
    from tests.browser.walker import Walker

    @contextmanager
    def walk(
        name: str,
        *,
        width: int = 1280,
        scripts: bool = True,
        scheme: Literal["light", "dark"] = "light",
        touch: bool = False,
    ) -> Iterator[Walker]:
        def browser(*, runs_scripts: bool):
            context = chromium.new_context(
                viewport={"width": width, "height": 800},
                java_script_enabled=runs_scripts,
                locale="en-GB",
                color_scheme=scheme,
                has_touch=touch,
                reduced_motion="reduce",
            )
            context.set_default_timeout(20_000)
            return context

        context = browser(runs_scripts=scripts)
        reader = None if scripts else browser(runs_scripts=True)
        walker = Walker(context, serve, f"{name}-{width}{'' if scripts else '-plain'}", reader)
        try:
            yield walker
        finally:
            context.close()
            if reader:
                reader.close()
        assert not walker.faults, "\n".join(walker.faults)
        assert walker.checked == len(walker.seen), "a page was not held against axe"

    return walk
