"""The first request a server ever gets: the shell runs, whatever page it asks for."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.board import Board
from tests.e2e.conftest import Offline
from tests.e2e.servers import (
    ROOT,
    START_S,
    Server,
    environment_for,
    find_port,
    streamlit_command,
    uvicorn_command,
)

# Each after its icon, which is a ligature of its name.
NAMES = ("挂图", "一村一图", "脱贫程序", "公布数对照", "矩阵")
TITLES = [re.compile(f"{name}$") for name in NAMES]
SAYS = {
    "/leader?district=150303": "截至2016年12月31日，海南区",
    "/village?village=150303104238": "人口变化",
    "/claims": "公布数与台账对照",
}


@pytest.mark.parametrize("path", SAYS)
def test_deep_link_is_the_first_request(
    launch_fresh: Callable[..., Server], demo_file: Path, visit: Callable[..., Board], path: str
):
    board = visit(path, at=launch_fresh(demo_file), is_alone=True)
    expect(board.page.locator(".g-strip")).to_contain_text("乌海脱贫攻坚挂图")
    expect(board.page.locator(".g-mark")).to_have_text("合成数据")
    links = board.page.get_by_test_id("stTopNavLink")
    expect(links).to_have_text(TITLES)
    expect(board.page.get_by_text(SAYS[path]).first).to_be_visible()
    assert board.offline.console_errors == []
    assert board.offline.refused == []


def test_trap_a_pages_folder_beside_the_script_runs_a_page_alone(
    launch_fresh: Callable[..., Server], context_offline: Callable[..., Offline], tmp_path: Path
):
    """Why app.py is not the script: this is what a deep link would do otherwise."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "open.py").write_text("import streamlit as st\nst.write('open')\n")
    (tmp_path / "pages" / "secret.py").write_text(
        "import streamlit as st\nst.write('the register')\n"
    )
    (tmp_path / "app_script.py").write_text(
        "import streamlit as st\n"
        "st.write('the shell')\n"
        "st.navigation([st.Page('pages/open.py', default=True)]).run()\n"
    )
    (tmp_path / "trap.py").write_text(
        "from pathlib import Path\n\nimport streamlit as st\n\n"
        "app = st.App(Path(__file__).resolve().parent / 'app_script.py')\n"
    )
    port = find_port()
    server = launch_fresh(
        None,
        command=uvicorn_command(port, "trap:app", tmp_path),
        port=port,
        ready="/_stcore/health",
    )
    page = context_offline(base_url=server.url).new_page()
    page.goto("/secret")
    expect(page.get_by_text("the register")).to_be_visible()
    expect(page.get_by_text("the shell")).to_have_count(0)
    page.goto("/")
    expect(page.get_by_text("the shell")).to_be_visible()
    page.goto("/secret")  # once the shell has run, the old router is gone
    expect(page.get_by_text("the shell")).to_be_visible()
    expect(page.get_by_text("the register")).to_have_count(0)


def test_streamlit_run_serves_pages_and_routes(
    launch_fresh: Callable[..., Server], demo_file: Path, visit: Callable[..., Board]
):
    port = find_port()
    server = launch_fresh(demo_file, command=streamlit_command(port), port=port)
    board = visit("/?district=150304", at=server, is_alone=True).wait()
    assert board.figure("remaining") == "0"
    assert "乌达区" in board.sentence()
    assert board.page.request.get("/healthz").json() == {"status": "ok"}
    assert board.offline.console_errors == []
    assert board.offline.refused == []


def test_demonstration_does_not_start_on_an_open_address(demo_file: Path):
    done = subprocess.run(  # noqa: S603 - our own program
        uvicorn_command(find_port()),
        cwd=ROOT,
        env=environment_for(demo_file, GUATU_HOST="0.0.0.0"),  # noqa: S104 - to be refused
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=START_S,
        check=False,
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Demonstration mode has no passwords" in said
    assert "GUATU_DEMO_PUBLIC_CONFIRM" in said


def test_demonstration_opens_when_told_twice(launch_fresh: Callable[..., Server], demo_file: Path):
    told = {
        "GUATU_HOST": "0.0.0.0",  # noqa: S104 - said twice, below; the socket stays local
        "GUATU_DEMO_PUBLIC": "1",
        "GUATU_DEMO_PUBLIC_CONFIRM": "synthetic-data-only",
    }
    assert launch_fresh(demo_file, settings=told).process.poll() is None
