"""Public notices: a batch's households as a sheet to print, A4, by codes alone."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from data.access import prefix_of
from data.actions.export_notice import Notice, export_notice
from data.queries.places import get_dataset, list_division_names
from data.shared import shared_database
from data.text import Lang, choose_lang, format_day, mark, translate
from web.policy import POLICY
from web.sessions import viewer_of

_TEMPLATES: Final = Jinja2Templates(Path(__file__).with_name("templates"))
_OWN_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src data:; "
    "frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
"""The sheet carries its style and no script."""
_TEXTS: Final = {
    "title": mark("脱贫退出公示"),
    "synthetic": mark("合成数据"),
    "village": mark("村（社区）"),
    "household": mark("户编码（代号）"),
    "persons": mark("退出人数"),
    "total": mark("合计"),
    "objection": mark(
        "公示期间对以上各户脱贫退出有不同意见的，可向所在村（社区）、镇（街道）或区扶贫部门反映。"
    ),
    "masked": mark("本公示只写村、户编码和人数，不写姓名、证件号和致贫原因。"),
    "source": mark("七天公示的要求按第三方转述，待核。"),
    "seal": mark("（盖章处）"),
    "print": mark("请用浏览器的打印功能输出，纸张 A4。"),
}


def show_notice(request: Request) -> Response:
    """Answer with the notice of a batch as a page to print.

    Raises
    ------
    Denied, NotFound, SignInRequired
        The visitor may not export households; a batch elsewhere answers like a missing one.
    ExportsUsedUp, NoticeNotUp
        The account has exported often enough today; the batch has no notice yet.
    """
    viewer = viewer_of(request)
    lang = choose_lang(request.query_params.get("lang"))
    notice = export_notice(shared_database(), viewer, request.path_params["batch"])
    return _TEMPLATES.TemplateResponse(
        request,
        "notice.html",
        _facts(notice, lang),
        headers={POLICY: _OWN_POLICY, "Cache-Control": "no-store"},
    )


def _facts(notice: Notice, lang: Lang) -> dict[str, object]:
    db = shared_database()
    names = list_division_names(db, lang)

    def place(code: str) -> str:
        return names.get(prefix_of(code), code)

    def village(code: str) -> str:
        return place(code).removeprefix(f"{place(notice.town_code)} · ")

    persons = sum(row.persons for row in notice.rows)
    return {
        "lang": lang,
        "text": {key: translate(text, lang) for key, text in _TEXTS.items()},
        "is_synthetic": get_dataset(db).is_synthetic,
        "place": place(notice.town_code),
        "days": translate(
            "公示期：{first} 至 {last}",
            lang,
            first=format_day(notice.put_up_on, lang),
            last=format_day(notice.until - timedelta(days=1), lang),
        ),
        "rows": [(village(row.village), row.household, row.persons) for row in notice.rows],
        "sum": translate(
            "{households} 户 {persons} 人", lang, households=len(notice.rows), persons=persons
        ),
    }
