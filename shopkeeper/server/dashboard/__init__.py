"""The dashboard: what the shop knows, decides and does, in a browser; served by the same process as the API.

`mount` is its door. Pages are thin: what they show comes from ``models``, which know no browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shopkeeper.server.security import Security
    from shopkeeper.shop import Shop

__all__ = ["mount"]


def mount(app: FastAPI, shop: Shop, security: Security) -> None:
    """Put the dashboard's pages under ``/`` of the application.

    NiceGUI has one application a process: mounting a second shop in the same process puts that one on show.
    """
    from shopkeeper.server.dashboard.mounting import put_on_show

    put_on_show(app, shop, security)
