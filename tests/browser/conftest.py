from .fixtures import _desk, browser, desk, jp_asyncio_loop, jp_server_cleanup, page

__all__ = ["_desk", "browser", "desk", "jp_asyncio_loop", "jp_server_cleanup", "page"]
