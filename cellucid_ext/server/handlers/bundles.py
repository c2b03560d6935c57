"""The upload of a session by a page, for a kernel that expects it."""

from __future__ import annotations

from typing import cast

from ..errors import Refused
from ..incoming import Turn
from ..uploads import Part, Uploads
from .base import browser_route
from .receiving import Receiving


class SessionBundleHandler(Receiving):
    """``session_bundle?viewerId=&requestId=``, and ``&part=&parts=`` for one of several parts."""

    async def claim(self, length: int, part: Part | None) -> Turn:
        """Claim the request that this upload is for."""
        return await self._uploads.begin(*self._ids, length, part)

    def refuse(self, part: Part | None, why: Refused) -> None:
        """Tell the kernel that nothing will come."""
        self._uploads.refuse(*self._ids, part, why)

    @browser_route
    async def post(self) -> None:
        """Check what has come and hand it over."""
        await self.finish(await self.received())

    @property
    def _uploads(self) -> Uploads:
        return cast(Uploads, self.settings["cellucid_uploads"])

    @property
    def _ids(self) -> tuple[str, str]:
        return self.get_query_argument("viewerId", ""), self.get_query_argument("requestId", "")


ROUTES = [(r"session_bundle", SessionBundleHandler)]
