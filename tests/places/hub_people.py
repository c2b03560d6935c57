"""People of a JupyterHub, each with a browser's profile of their own."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.real_server import SECONDS

from .hub import Hub


class Person:
    """Somebody who logged in through the Hub's form, with a browser's profile of their own.

    Parameters
    ----------
    hub
        The Hub.
    browser
        The browser that the profile is in.
    name
        The name they log in with.
    """

    token = ""
    """Nobody needs one here to open their server; `make_token` makes one."""

    def __init__(self, hub: Hub, browser: Browser, name: str) -> None:
        self.hub = hub
        self.name = name
        self.home = hub.home(name)
        self.url = hub.user_url(name)
        self.profile = browser.new_context(viewport={"width": 1200, "height": 900})
        self.profile.set_default_timeout(30_000)
        self.page = self.profile.new_page()
        self._log_in()

    def _log_in(self) -> None:
        self.page.goto(self.hub.url)
        self.page.get_by_label("Username:").fill(self.name)
        self.page.get_by_label("Password:").fill("any")
        self.page.get_by_role("button", name="Sign in").click()
        # The Hub shows how far the server's start is, and goes on to it by itself.
        self.page.wait_for_url(self.url + "lab**", wait_until="commit", timeout=SECONDS * 1000)

    @property
    def xsrf(self) -> str:
        """What pages of this person's server send with each request."""
        return self.cookie("_xsrf", urlsplit(self.url).path)

    def cookie(self, name: str, path: str) -> str:
        """The value of a cookie that is set for a path."""
        found = [c for c in self.profile.cookies() if (c["name"], c["path"]) == (name, path)]
        assert len(found) == 1, (name, path, [(c["name"], c["path"]) for c in found])
        return found[0]["value"]

    def make_token(self) -> str:
        """A token of the Hub's that may do all that this person may."""
        hub_url = self.hub.url + "hub/"
        tab = self.profile.new_page()
        tab.goto(hub_url + "home")
        tab.close()
        xsrf = self.cookie("_xsrf", urlsplit(hub_url).path)
        answer = self.profile.request.post(
            f"{hub_url}api/users/{self.name}/tokens", headers={"X-XSRFToken": xsrf}, data={}
        )
        assert answer.status == 201, answer.text()
        token: str = answer.json()["token"]
        return token

    def leave(self) -> None:
        """Close the browser's profile."""
        self.profile.close()
