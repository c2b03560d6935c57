"""What can go wrong between a notebook, its server and the viewer's page.

::

    ViewerError (RuntimeError)
    ├── NoServer          no Jupyter server with this extension was found
    ├── ServerGone        the server was found, and does not answer now
    ├── ServerRefused     the server answered with an error
    ├── ViewerStopped     the viewer was stopped, or ended by the server
    ├── PageGone          the viewer's page was there, and is no more
    ├── PageFailed        the page could not do what it was asked
    │   └── UploadLost    what it sent was cut off on its way, twice
    └── ViewerTimeout     (also a TimeoutError)
        └── SessionTimeout
"""

from __future__ import annotations


class ViewerError(RuntimeError):
    """Anything that keeps a viewer from doing what it was asked; the message says what to do."""


class NoServer(ViewerError):  # noqa: N818 - the names say what is the case
    """No Jupyter server with this extension was found; the message says where it was looked for."""


class ServerGone(ViewerError):  # noqa: N818
    """The Jupyter server does not answer."""


class ServerRefused(ViewerError):  # noqa: N818
    """The server answered with an error.

    Attributes
    ----------
    status
        The HTTP status.
    code
        The short code of the protocol's errors, such as ``"no-browser"``; empty where the answer
        did not come from this extension.
    """

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ViewerStopped(ViewerError):  # noqa: N818
    """The viewer was stopped, or the server ended it."""


class PageGone(ViewerError):  # noqa: N818
    """The viewer's page was open in a browser, and is no more."""


class PageFailed(ViewerError):  # noqa: N818
    """The page could not do what it was asked, and said why."""


class UploadLost(PageFailed):
    """A session was cut off on its way, as by a server that was restarted; twice, if raised."""


class ViewerTimeout(ViewerError, TimeoutError):  # noqa: N818
    """Something did not happen in time; the message says what was reached."""


class SessionTimeout(ViewerTimeout):
    """The session did not arrive in time; the message says how far it got."""
