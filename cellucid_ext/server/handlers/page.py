"""The viewer as a page of its own, for front ends without the labextension."""

from __future__ import annotations

from html import escape

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..errors import NoSuchViewer
from ..framing import with_ancestors
from .base import AUTH_RESOURCE, Services
from .viewers import VIEWER

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "worker-src 'self' blob:"
)

# Nothing of the dataset goes in here, only names that the server made or its administrator chose.
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="cellucid-viewer" content="{viewer_id}">
<meta name="cellucid-base-url" content="{base_url}">
<title>Cellucid viewer</title>
<link rel="stylesheet" href="{base_url}static/cellucid_ext/viewer.css">
<script type="module" src="{base_url}static/cellucid_ext/viewer.js"></script>
</head>
<body></body>
</html>
"""


class PageHandler(Services):
    """``viewers/{viewerId}/page``."""

    @property
    def content_security_policy(self) -> str:
        """Jupyter's own policy, which says who may frame it unless a setting does; and ours."""
        policy = super().content_security_policy
        if ancestors := self.settings["cellucid_frame_ancestors"]:
            policy = with_ancestors(policy, ancestors)
        return f"{policy}; {_POLICY}"

    @web.authenticated
    @authorized("read", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, viewer_id: str) -> None:
        """Send the document."""
        try:
            self.registry.get(viewer_id)
        except NoSuchViewer as error:
            raise web.HTTPError(404, str(error)) from None
        _ = self.xsrf_token  # sets the cookie that the page needs for its requests
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Cache-Control", "no-store")
        base_url = escape(self.base_url, quote=True)
        await self.finish(_DOCUMENT.format(viewer_id=viewer_id, base_url=base_url))


ROUTES = [(VIEWER + r"/page", PageHandler)]
