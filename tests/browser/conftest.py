from .fixtures import browser, desk, jp_asyncio_loop, jp_server_cleanup, page

__all__ = ["browser", "desk", "jp_asyncio_loop", "jp_server_cleanup", "page"]
