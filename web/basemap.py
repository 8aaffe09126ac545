"""An optional base map: tiles of one configured service, fetched through this process.

Off by default. The browser asks us only, so that a key never reaches it and the content policy
stays closed. Services in a shifted datum are refused when the settings are read.
"""

from typing import Final

import httpx
from starlette.requests import Request
from starlette.responses import Response

from data.errors import BasemapUnavailable, NotFound
from data.settings import Settings, load_settings
from web.sessions import viewer_of

_TIANDITU: Final = (
    "https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
_TIMEOUT_S: Final = 5.0
_LARGEST_TILE: Final = 1_000_000


def describe_basemap(settings: Settings) -> dict[str, object] | None:
    """Tell the browser where tiles are, in our own addresses; None when there is no base map."""
    if settings.basemap == "none":
        return None
    return {
        "url": "/tiles/{z}/{x}/{y}",
        "attribution": settings.basemap_attribution
        or ("天地图" if settings.basemap == "tianditu" else ""),
        "max_zoom": settings.basemap_max_zoom,
    }


def get_tile(request: Request) -> Response:
    """Fetch one tile from the configured service.

    Raises
    ------
    BasemapUnavailable
        The service did not answer with an image.
    """
    viewer_of(request)
    settings = load_settings()
    z, x, y = (int(request.path_params[name]) for name in ("z", "x", "y"))
    if settings.basemap == "none" or z > settings.basemap_max_zoom or not _exists(z, x, y):
        raise NotFound(what=f"{z}/{x}/{y}")
    template = _TIANDITU if settings.basemap == "tianditu" else settings.basemap_url
    url = template
    for name, value in (("z", z), ("x", x), ("y", y)):
        url = url.replace("{" + name + "}", str(value))
    url = url.replace("{key}", settings.tianditu_key.get_secret_value())
    try:
        answer = httpx.get(url, timeout=_TIMEOUT_S, follow_redirects=False)
    except httpx.HTTPError as error:
        raise BasemapUnavailable from error
    kind = answer.headers.get("content-type", "")
    is_tile = answer.is_success and kind.startswith("image/") and "svg" not in kind
    if not is_tile or len(answer.content) > _LARGEST_TILE:
        raise BasemapUnavailable
    return Response(
        answer.content, media_type=kind, headers={"Cache-Control": "private, max-age=86400"}
    )


def _exists(z: int, x: int, y: int) -> bool:
    side = 1 << z
    return 0 <= x < side and 0 <= y < side
