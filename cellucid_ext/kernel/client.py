"""Tornado's HTTP client, with an end for answers whose connection is reset or that nobody wants."""

from __future__ import annotations

from collections.abc import Awaitable

from tornado.simple_httpclient import SimpleAsyncHTTPClient, _HTTPConnection


class _Connection(_HTTPConnection):
    def on_connection_close(self) -> None:
        # Tornado raises a reset here, into its log, and the request then waits for its timeout.
        self.stream.error = None
        super().on_connection_close()

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        try:
            return super().data_received(chunk)
        except Exception as error:
            # Tornado would log it, and tell who asked that the server closed the connection.
            self._handle_exception(type(error), error, None)
            return None


class Client(SimpleAsyncHTTPClient):
    """Ends a request at once when its connection ends, in order or with a reset.

    What a ``streaming_callback`` raises ends the request too, and is raised by ``fetch``.
    """

    def _connection_class(self) -> type[_HTTPConnection]:
        return _Connection
