"""Signing in and out: name and password, second factor, new password; pages of our own.

Each step is a stage of one session, and each passed stage gives the session a new token. Streamlit
is reached at the last stage only.
"""

import re
from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import segno
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from data.errors import (
    NotFound,
    PasswordsDiffer,
    SealBroken,
    SignInRequired,
    WrongCode,
)
from data.keys import load_keys
from data.passwords import is_strict
from data.sealing import derive, seal, unseal_text
from data.second_factors import enrolment_address, make_secret
from data.sessions import (
    SESSION_COOKIE,
    Signed,
    Stage,
    advance_session,
    end_session,
    find_session,
    open_session,
)
from data.settings import load_settings
from data.shared import shared_database
from data.sign_ins import (
    check_code,
    check_password,
    choose_password,
    enrol,
    note_sign_in,
    note_sign_out,
)
from data.text import Lang, choose_lang, mark, render_error, translate
from geo.errors import AppError
from web.oidc import address_of, is_offered, local_path

_FOLDER: Final = Path(__file__).with_name("templates")
_ASSETS: Final = ("sign_in.css", "sign_in.js")
_TEMPLATES: Final = Jinja2Templates(_FOLDER)
_LONGEST: Final = 512
_AT_ONCE: Final = Semaphore(2)
"""Passwords that are checked at once; the others wait here, not in a thread that a page needs."""

T = TypeVar("T")
Step = Callable[[Request], Awaitable[Response]]
_PAGE_OF: Final[Mapping[Stage, str]] = {
    "second_factor": "/second-factor",
    "new_password": "/new-password",
    "enrolment": "/enrol",
    "open": "/",
}
_OWN: Final = frozenset({"/sign-in", "/sign-out", "/second-factor", "/new-password", "/enrol"})
_TEXTS: Final = {
    "product": mark("挂图"),
    "place": mark("乌海脱贫攻坚挂图"),
    "language": mark("语言"),
    "name": mark("账号"),
    "password": mark("口令"),
    "show": mark("显示"),
    "hide": mark("隐藏"),
    "sign_in": mark("登录"),
    "or": mark("或"),
    "hint": mark("没有账号或忘记口令，请联系本单位的系统管理员。连续失败五次将锁定十五分钟。"),
    "code": mark("验证码"),
    "code_hint": mark("输入验证器上的六位数字；手机不在身边时，输入一个恢复码。"),
    "go_on": mark("继续"),
    "cancel": mark("退出登录"),
    "present": mark("现在的口令"),
    "fresh": mark("新口令"),
    "again": mark("再输一遍新口令"),
    "set_password": mark("设置口令"),
    "enrol_why": mark("您的角色须用第二道验证：除口令外，每次登录还要输入手机验证器上的数字。"),
    "enrol_scan": mark("用手机上的验证器应用扫描："),
    "enrol_type": mark("不能扫描时，手工输入密钥："),
    "enrol_prove": mark("输入验证器上显示的六位数字："),
    "recovery_why": mark(
        "手机丢失时，可用下列恢复码登录，每个只能用一次。它们只显示这一次：请抄下或打印，妥善保存。"
    ),
    "recovery_kept": mark("已经保存，进入挂图"),
}  # fmt: skip
_RULES: Final = mark("至少 12 个字符；可用几个不相干的词连成，不要用账号名、地名、日期。")
_STRICT_RULES: Final = mark(
    "至少 12 个字符，含大写字母、小写字母、数字、符号中的三类；每 90 天更换，不与最近五次相同。"
)
_TITLES: Final = {
    "sign_in": mark("登录"),
    "second_factor": mark("第二道验证"),
    "new_password": mark("设置新口令"),
    "enrol": mark("绑定验证器"),
    "recovery": mark("恢复码"),
}
_NOTICES: Final = {
    "ended": mark("会话已结束：久未操作、已退出或账号有变动。请重新登录。"),
    "out": mark("已退出登录。"),
}


def _leads_back(step: Step) -> Step:
    """Lead to signing in when a form is sent after the session behind it has ended."""

    @wraps(step)
    async def answer(request: Request) -> Response:
        try:
            return await step(request)
        except SignInRequired:
            if "text/html" not in request.headers.get("accept", ""):
                raise
            form = await _form(request)
            asked = {"ended": 1, "next": _wanted(form), "lang": _lang(request, form)}
            return RedirectResponse(f"/sign-in?{urlencode(asked)}", 303)

    return answer


# ── Name and password ───────────────────────────────────────────────────────────────────────────


async def show_sign_in(request: Request) -> Response:
    """Show the page of name and password; whoever is signed in goes on."""
    if load_settings().mode == "demo":
        return RedirectResponse("/", 303)
    signed = await _signed(request)
    if signed is not None:
        return _lead_on(signed.stage, _wanted(request.query_params), _lang(request))
    said = next((text for key, text in _NOTICES.items() if key in request.query_params), None)
    lang = _lang(request)
    return _sign_in_page(request, lang, notice=translate(said, lang) if said else "")


async def sign_in(request: Request) -> Response:
    """Check name and password and open a session at its first stage."""
    _require_production()
    form = await _form(request)
    lang, name = _lang(request, form), _field(form, "name")
    db, address = shared_database(), address_of(request)
    try:
        stage = await _hash(
            lambda: check_password(db, name, _field(form, "password"), address=address)
        )
    except AppError as error:
        return _sign_in_page(request, lang, form=form, error=error)
    name = name.strip().lower()
    token = await run_in_threadpool(
        lambda: open_session(
            db,
            name,
            means="password",
            stage=stage,
            address=address,
            replacing=request.cookies.get(SESSION_COOKIE),
        )
    )
    return await _passed(request, name, stage, token, form)


def _sign_in_page(
    request: Request,
    lang: Lang,
    *,
    form: FormData | None = None,
    error: AppError | None = None,
    notice: str = "",
) -> Response:
    settings = load_settings()
    given = form if form is not None else request.query_params
    provider = ""
    if is_offered(settings):
        named = settings.oidc_name or translate("统一身份", lang)
        provider = translate("用{provider}登录", lang, provider=named)
    facts = {
        "next": _wanted(given),
        "name": _field(form, "name")[:64] if form is not None else "",
        "provider": provider,
        "notice": notice,
    }
    return _page(request, "sign_in", lang, facts, error=error)


async def sign_out(request: Request) -> Response:
    """End the session, and with it every page that lives on it."""
    _require_production()
    form = await _form(request)
    token = request.cookies.get(SESSION_COOKIE, "")
    signed = await _signed(request)
    if signed is not None:
        db = shared_database()
        await run_in_threadpool(end_session, db, token, "sign_out")
        if signed.stage == "open":
            await run_in_threadpool(note_sign_out, db, signed.viewer)
    answer = RedirectResponse(
        f"/sign-in?{urlencode({'out': 1, 'lang': _lang(request, form)})}", 303
    )
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


# ── Second factor ───────────────────────────────────────────────────────────────────────────────


async def show_second_factor(request: Request) -> Response:
    """Show the page of the second factor."""
    await _require_stage(request, "second_factor")
    return _page(request, "second_factor", _lang(request), {"next": _wanted(request.query_params)})


@_leads_back
async def pass_second_factor(request: Request) -> Response:
    """Check a code, or a recovery code."""
    signed = await _require_stage(request, "second_factor")
    form = await _form(request)
    db, name = shared_database(), signed.account
    try:
        stage = await run_in_threadpool(
            check_code, db, name, _field(form, "code"), address=address_of(request)
        )
    except AppError as error:
        facts = {"next": _wanted(form)}
        return _page(request, "second_factor", _lang(request, form), facts, error=error)
    token = await run_in_threadpool(advance_session, db, _token(request), stage)
    return await _passed(request, name, stage, token, form)


async def show_enrolment(request: Request) -> Response:
    """Show the secret that an authenticator is to learn."""
    signed = await _require_stage(request, "enrolment")
    given = request.query_params
    return _enrolment_page(request, _lang(request), signed, make_secret(), _wanted(given))


@_leads_back
async def pass_enrolment(request: Request) -> Response:
    """Take on an authenticator that has learned the secret, and show the recovery codes once."""
    signed = await _require_stage(request, "enrolment")
    form = await _form(request)
    lang, db, name = _lang(request, form), shared_database(), signed.account
    try:
        secret = unseal_text(_enrolment_key(), _field(form, "sealed"), "enrolment", name)
    except SealBroken:
        return _enrolment_page(request, lang, signed, make_secret(), _wanted(form))
    try:
        codes = await run_in_threadpool(
            lambda: enrol(db, name, secret, _field(form, "code"), address=address_of(request))
        )
    except WrongCode as error:
        return _enrolment_page(request, lang, signed, secret, _wanted(form), error=error)
    token = await run_in_threadpool(advance_session, db, _token(request), "open")
    await run_in_threadpool(
        lambda: note_sign_in(db, name, address=address_of(request), means="password")
    )
    # No other language here: the codes are shown this once, and asking again loses them.
    facts = {"codes": codes, "next": _wanted(form), "switch": ""}
    answer = _page(request, "recovery", lang, facts)
    _give(answer, token)
    return answer


def _enrolment_page(
    request: Request,
    lang: Lang,
    signed: Signed,
    secret: str,
    wanted: str,
    *,
    error: AppError | None = None,
) -> Response:
    drawn = segno.make(enrolment_address(signed.account, secret), error="m")
    facts = {
        "next": wanted,
        "picture": drawn.svg_inline(scale=4, border=2, omitsize=True),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "sealed": seal(_enrolment_key(), secret, "enrolment", signed.account),
    }
    return _page(request, "enrol", lang, facts, error=error)


def _enrolment_key() -> bytes:
    return derive(load_keys().sessions, "enrolment")


# ── New password ────────────────────────────────────────────────────────────────────────────────


async def show_new_password(request: Request) -> Response:
    """Show the page of a new password: a first one must be replaced, any other may be."""
    signed = await _require_stage(request, "new_password", "open")
    return _password_page(request, _lang(request), signed, _wanted(request.query_params))


@_leads_back
async def set_new_password(request: Request) -> Response:
    """Replace the password; every other session of the account ends."""
    signed = await _require_stage(request, "new_password", "open")
    form = await _form(request)
    db, name, address = shared_database(), signed.account, address_of(request)
    try:
        if signed.stage == "open":
            present = _field(form, "present")
            await _hash(lambda: check_password(db, name, present, address=address))
        if _field(form, "fresh") != _field(form, "again"):
            raise PasswordsDiffer
        stage = await _hash(
            lambda: choose_password(
                db, name, _field(form, "fresh"), address=address, token=_token(request)
            )
        )
    except SignInRequired:
        raise
    except AppError as error:
        return _password_page(request, _lang(request, form), signed, _wanted(form), error=error)
    if signed.stage == "open":
        stage = "open"
    token = await run_in_threadpool(advance_session, db, _token(request), stage)
    if signed.stage == "open":
        answer = _lead_on("open", _wanted(form), _lang(request, form))
        _give(answer, token)
        return answer
    return await _passed(request, name, stage, token, form)


def _password_page(
    request: Request, lang: Lang, signed: Signed, wanted: str, *, error: AppError | None = None
) -> Response:
    facts = {
        "next": wanted,
        "name": signed.account,
        "asks_present": signed.stage == "open",
        "rules": translate(_STRICT_RULES if is_strict() else _RULES, lang),
    }
    return _page(request, "new_password", lang, facts, error=error)


# ── What they share ─────────────────────────────────────────────────────────────────────────────


def get_sign_in_asset(request: Request) -> Response:
    """Answer with the style or the script of these pages; nothing else is in reach."""
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise NotFound(what=name[:40])
    headers = {"Cache-Control": "public, max-age=3600"}
    return FileResponse(_FOLDER / "assets" / name, headers=headers)


async def _hash(work: Callable[[], T]) -> T:
    """Do what hashes passwords in a thread, two at once."""
    async with _AT_ONCE:
        return await run_in_threadpool(work)


async def _passed(
    request: Request, name: str, stage: Stage, token: str, form: FormData
) -> Response:
    """Hand over the token and lead to the next stage; the last one is recorded."""
    if stage == "open":
        await run_in_threadpool(
            lambda: note_sign_in(
                shared_database(), name, address=address_of(request), means="password"
            )
        )
    answer = _lead_on(stage, _wanted(form), _lang(request, form))
    _give(answer, token)
    return answer


def _lead_on(stage: Stage, wanted: str, lang: Lang) -> Response:
    if stage == "open":
        return RedirectResponse(wanted, 303)
    query = urlencode({"next": wanted, "lang": lang})
    return RedirectResponse(f"{_PAGE_OF[stage]}?{query}", 303)


def _give(answer: Response, token: str) -> None:
    answer.set_cookie(SESSION_COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")


def _token(request: Request) -> str:
    return request.cookies.get(SESSION_COOKIE, "")


async def _signed(request: Request) -> Signed | None:
    token = _token(request)
    return await run_in_threadpool(find_session, shared_database(), token) if token else None


async def _require_stage(request: Request, *stages: Stage) -> Signed:
    _require_production()
    signed = await _signed(request)
    if signed is None or signed.stage not in stages:
        raise SignInRequired
    return signed


def _require_production() -> None:
    if load_settings().mode == "demo":
        raise NotFound(what="sign-in")


async def _form(request: Request) -> FormData:
    """Read a form as our pages send it; of any other kind, with files say, nothing is read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await request.form() if kind == "application/x-www-form-urlencoded" else FormData()


def _field(form: FormData | None, name: str) -> str:
    value = form.get(name, "") if form is not None else ""
    text = value[:_LONGEST] if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode()  # half a character can be sent, not answered


def _wanted(given: Mapping[str, Any]) -> str:
    """Give where somebody wanted to go; never back to these pages, never to another site."""
    wanted = local_path(given.get("next"))
    path = re.split("[?#]", wanted, maxsplit=1)[0].rstrip("/")
    return "/" if path in _OWN or path.startswith("/oidc/") else wanted


def _lang(request: Request, form: FormData | None = None) -> Lang:
    given = _field(form, "lang") or request.query_params.get("lang")
    if given is None:
        wanted = _wanted(request.query_params)
        given = "en" if "lang=en" in wanted else None
    return choose_lang(given, load_settings().lang)


def _page(
    request: Request,
    name: str,
    lang: Lang,
    facts: Mapping[str, Any],
    *,
    error: AppError | None = None,
) -> Response:
    """Render one of the pages; every text in it is escaped, the drawn code alone is markup."""
    other = "en" if lang == "zh-CN" else "zh-CN"
    query = urlencode({"next": facts.get("next", "/"), "lang": other})
    path = request.url.path if request.url.path in _OWN else "/sign-in"
    return _TEMPLATES.TemplateResponse(
        request,
        f"{name}.html",
        {
            "lang": lang,
            "title": translate(_TITLES[name], lang),
            "text": {key: translate(text, lang) for key, text in _TEXTS.items()},
            "error": render_error(error, lang) if error else "",
            "notice": "",
            "switch": f"{path}?{query}",
            **facts,
        },
        status_code=error.status if error else 200,
        headers={"Cache-Control": "no-store"},
    )
