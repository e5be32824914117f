"""A secret vote comes without a name: whatever could tell its sender is taken off before the program sees it."""

import re
from collections.abc import Callable, Iterable
from typing import Any

App = Callable[[dict[str, Any], Any], Iterable[bytes]]

# Casting, the public keys, and a receipt's code: a browser asks for them without its cookies.
NAMELESS = re.compile(r"/[^/]+/ballots/[0-9]+/(?:cast|keys\.json|receipt\.svg)")
_KEPT = {"HTTP_HOST", "HTTP_ACCEPT", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"}


class Nameless:
    """Takes cookies, addresses and every other header of a sender off the requests that need none."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if NAMELESS.fullmatch(environ.get("PATH_INFO", "")):
            for name in [name for name in environ if name.startswith(("HTTP_", "REMOTE_"))]:
                if name not in _KEPT:
                    del environ[name]
            environ["REMOTE_ADDR"] = ""  # a server that logs requests looks for it here
        return self.app(environ, start_response)
