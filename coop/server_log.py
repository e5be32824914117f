"""The web server's access log, where whoever runs it wants one: without the requests that come without a name."""

from typing import Any

from gunicorn.glogging import Logger

from coop.nameless import NAMELESS


class ServerLog(Logger):  # type: ignore[misc]
    """Keeps no line of a secret vote: its time beside that of a token would say whose it is."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        if not NAMELESS.fullmatch(environ["PATH_INFO"]):
            super().access(resp, req, environ, request_time)
