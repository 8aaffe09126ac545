"""The real application: pages and routes behind one gate, in one process."""

import gc

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from data.settings import ROOT, load_settings
from data.shared import shared_database

PAGES = ("/", "/leader", "/village", "/claims")


@pytest.fixture(scope="module")
def started(demo_file):
    """Start the application once: Streamlit's runtime does not start twice in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUATU_DATABASE_URL", f"sqlite:///{demo_file}")
        load_settings.cache_clear()
        shared_database.cache_clear()
        import app  # noqa: PLC0415 - reads the settings, and loads Streamlit for this module alone

        with TestClient(app.app, base_url="http://127.0.0.1:8501") as client:
            yield client
    gc.unfreeze()


@pytest.fixture
def site(started, use_database, demo_file):
    use_database(demo_file)
    return started


def test_the_application_runs_the_shell_and_not_the_entry(site):
    assert site.app.script_path == ROOT / "pages" / "shell.py"


def test_pages_and_routes_answer_with_the_policy(site):
    for path in (*PAGES, "/healthz", "/readyz", "/layers/zh-CN/places.json", "/_stcore/health"):
        answer = site.get(path)
        assert answer.status_code == 200, path
        source = "'self'" if path in PAGES else "'none'"
        assert f"default-src {source}" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff"
    for path in PAGES:
        assert site.get(path).headers["content-type"].startswith("text/html")


def test_expected_failures_are_problem_documents_here_too(site):
    answer = site.get("/layers/zh-CN/values.gold.json")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_foreign_name_reaches_neither_page_nor_route_nor_stream(site):
    for path in (*PAGES, "/healthz", "/_stcore/health"):
        assert site.get(path, headers={"host": "evil.example"}).status_code == 403
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        site.websocket_connect(
            "ws://127.0.0.1:8501/_stcore/stream", headers={"host": "evil.example"}
        ),
    ):
        pass
    assert caught.value.code == 1008
