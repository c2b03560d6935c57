from .fixtures import browser, jp_asyncio_loop, jp_server_cleanup, page

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup", "page"]
