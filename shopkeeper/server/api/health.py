"""Health for load balancers and people, metrics for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from shopkeeper import __version__
from shopkeeper.server.api.routes import Routes

if TYPE_CHECKING:
    from shopkeeper.server.metrics import Metrics
    from shopkeeper.server.security import Security
    from shopkeeper.shop import Shop


class HealthModel(BaseModel):
    """How the server is."""

    live: bool
    ready: bool = Field(description="whether every answer has something to answer from")
    answers: dict[str, str | None] | None = Field(None, description="model version by answer; only with a key")
    version: str | None = Field(None, description="Shopkeeper's version; only with a key")


class LiveModel(BaseModel):
    """The process answers."""

    live: Literal[True] = True


def add_health_routes(routes: Routes, shop: Shop, security: Security, metrics: Metrics) -> None:
    """``/api/health``, ``/api/health/live``, ``/api/health/ready`` and ``/metrics``."""

    async def health(request: Request) -> HealthModel:
        versions = shop.answers.ready()
        known = security.caller(request).may("storefront")
        ready = all(version is not None for version in versions.values())
        return HealthModel(live=True, ready=ready, answers=versions if known else None, version=__version__ if known else None)

    async def live() -> LiveModel:
        return LiveModel()

    async def ready(request: Request) -> Response:
        state = await health(request)
        return JSONResponse(state.model_dump(exclude_none=True), 200 if state.ready else 503)

    def read_metrics() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    routes.add("GET", "/api/health", "anyone", health, summary="Live, ready, and the models in service.")
    routes.add("GET", "/api/health/live", "anyone", live, summary="200 while the process answers.")
    routes.add(
        "GET", "/api/health/ready", "anyone", ready, summary="200 when every answer has a model, else 503.",
        response_model=HealthModel, responses={503: {"model": HealthModel, "description": "not ready"}},
    )  # fmt: skip
    routes.add(
        "GET", "/metrics", "operator", read_metrics, response_class=Response, summary="Prometheus' text format.",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
