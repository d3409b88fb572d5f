"""The ceiling: the same model asked by a bare FastAPI route, without keys, limits, metrics, live rows or decisions."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Annotated

import orjson
import uvicorn
from fastapi import FastAPI, Query
from fastapi.responses import Response

from shopkeeper.shop import Shop


def main(folder: str, port: int) -> None:
    shop = Shop.open(folder)
    answer = shop.registry.answer("recommend.for_customer")
    task = shop.registry.task(answer.uses)
    with closing(shop.view()) as view:
        model = task.load(shop.store.models.current(task.name).path, view)
    app = FastAPI()

    @app.get("/api/recommend/for_customer")
    async def for_customer(customer: str, n: Annotated[int, Query(ge=1)] = 10, price_high: float | None = None) -> Response:
        request = answer.request(customer=customer, n=n, price_high=price_high)
        return Response(orjson.dumps(answer.function(model, request).body), media_type="application/json")

    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
