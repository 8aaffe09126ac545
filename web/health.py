"""Health: alive at all, and ready to answer from the database."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from data.queries.places import get_dataset
from data.shared import shared_database
from geo.errors import AppError


def live(_request: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


def ready(_request: Request) -> Response:
    """Say whether the database answers, and in which data version."""
    try:
        facts = get_dataset(shared_database())
    except AppError as error:
        return JSONResponse({"status": "unready", "code": error.code}, status_code=503)
    return JSONResponse({"status": "ready", "data_version": facts.version})
