"""FastAPI around XGBoost. `ALTERNATIVE_DOES` says what: scores, explains or stores.

The model is asked in the event loop: a thread for each request costs more than a prediction takes.
What is stored goes through a pool of psycopg's asynchronous connections, and is committed before
the answer.
"""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from model import Model, load_contract
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel
from schema import request_of

DOES = os.environ["ALTERNATIVE_DOES"]
CONNECTIONS = 4  # a worker: two workers are asked by eight callers
INSERT = """
INSERT INTO fastapi_decision (id, reference, requested, features, pd, reasons, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""

model = Model(Path(os.environ["ALTERNATIVE_MODEL"]))
Request = request_of(load_contract(Path(os.environ["ALTERNATIVE_CONTRACT"])))
pool = AsyncConnectionPool(
    os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS, open=False
)


class Reason(BaseModel):
    """What raised the PD, in log-odds."""

    feature: str
    contribution: float


class Score(BaseModel):
    """An answer without reasons."""

    id: str
    reference: str
    pd: float


class Explained(Score):
    """An answer with them."""

    reasons: list[Reason]


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Connect before the first request."""
    if DOES == "stores":
        await pool.open(wait=True)
    yield
    if DOES == "stores":
        await pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/healthz")
async def healthz() -> dict[str, bool]:
    """Say that the model is loaded."""
    return {"ok": True}


async def scores(body: Request) -> Score:
    """Score."""
    return Score(
        id=str(uuid.uuid4()), reference=body.reference, pd=model.pd(body.features.__dict__)
    )


async def explains(body: Request) -> Explained:
    """Score and explain."""
    return _explained(body)


async def stores(body: Request) -> Explained:
    """Score, explain and commit a row."""
    answer = _explained(body)
    values = (
        answer.id,
        body.reference,
        Jsonb(body.requested.__dict__),
        Jsonb(body.features.__dict__),
        answer.pd,
        Jsonb([reason.__dict__ for reason in answer.reasons]),
        datetime.now(UTC),
    )
    async with pool.connection() as connection:
        await connection.execute(INSERT, values)
    return answer


def _explained(body: Any) -> Explained:
    pd, reasons = model.explained(body.features.__dict__)
    return Explained(
        id=str(uuid.uuid4()),
        reference=body.reference,
        pd=pd,
        reasons=[Reason(**each) for each in reasons],
    )


does = {"scores": scores, "explains": explains, "stores": stores}[DOES]
app.post("/api/v1/decisions", status_code=201)(does)
