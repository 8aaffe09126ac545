"""The lock itself: nothing that a page could try leads off this machine, and each try is noted."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Offline

pytestmark = pytest.mark.row(14)

ELSEWHERE = ("http://evil.example/a", "http://192.0.2.1/b", "https://[2001:db8::1]/c")


def test_other_hosts_are_refused_and_noted(context_offline: Callable[..., Offline]):
    offline = context_offline()
    page = offline.new_page()
    outcomes = page.evaluate(
        """async urls => {
          const socket = new WebSocket('ws://evil.example/d');
          const closed = new Promise(done => { socket.onclose = () => done('closed'); });
          const image = new Image();
          const broken = new Promise(done => { image.onerror = () => done('broken'); });
          image.src = 'http://evil.example/e.png';
          const tried = await Promise.allSettled(urls.map(url => fetch(url, {mode: 'no-cors'})));
          return [...tried.map(({status}) => status), await closed, await broken];
        }""",
        list(ELSEWHERE),
    )
    assert outcomes == ["rejected", "rejected", "rejected", "closed", "broken"]
    assert set(offline.refused) == {
        *ELSEWHERE,
        "ws://evil.example/d",
        "http://evil.example/e.png",
    }
    assert offline.console_errors
