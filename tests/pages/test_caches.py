"""Caches: a write is seen at the next run, and no role is answered with another's figures."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from data.engine import Database, reading, transaction
from data.ledger import void_event
from data.models import EventKind, HouseholdComposition, RegisterEvent
from data.models.people import Household
from tests.pages.conftest import Visitor

pytestmark = pytest.mark.usefixtures("empty_caches")

DONGXING = "150303104238"


def remaining(visitor: Visitor) -> str:
    """Give the panel's line of persons and households that are left."""
    found = re.search(r"<dt>未脱贫</dt><dd>(.*?)</dd>", visitor.html())
    assert found
    return found[1]


def exit_in(db: Database, village: str) -> str:
    """Find an exit of somebody of a village."""
    statement = (
        select(RegisterEvent.id)
        .join(HouseholdComposition, HouseholdComposition.member_id == RegisterEvent.member_id)
        .join(Household, Household.code == HouseholdComposition.household_code)
        .where(Household.village_code == village, RegisterEvent.kind == EventKind.EXITED)
        .order_by(RegisterEvent.id)
    )
    with reading(db) as connection:
        return str(connection.execute(statement).scalars().first())


def test_a_write_is_seen_at_the_next_run(
    visit: Callable[..., Visitor],
    use_database: Callable[[Path], None],
    writable_file: Path,
    writable_demo: Database,
):
    use_database(writable_file)
    visitor = visit(role="office", village=DONGXING)
    before, version = remaining(visitor), visitor.message()["ver"]
    visitor.run()
    assert visitor.message()["ver"] == version
    with transaction(writable_demo) as connection:
        void_event(
            connection,
            exit_in(writable_demo, DONGXING),
            recorded_by="test",
            reason="entered by mistake",
        )
    visitor.run()
    told = visitor.message()
    assert told["ver"] != version
    assert all(told["ver"] in told[url] for url in ("places_url", "values_url"))
    persons = [int(line.split(" ")[0]) for line in (before, remaining(visitor))]
    assert persons[1] == persons[0] + 1
    claims = visit("claims", role="office").html()
    assert "台账按事件折算为 92 人" in claims


@pytest.mark.parametrize("order", [("leader", "office", "team"), ("team", "office", "leader")])
def test_no_role_is_handed_anothers_rows(visit: Callable[..., Visitor], order: tuple[str, ...]):
    """The same questions in both orders: the answer depends on who asks, not on who asked first."""
    seen = {role: visit(role=role, village=DONGXING, as_of="2016-12-31").html() for role in order}
    pages = {role: visit("village", role=role, village=DONGXING).texts() for role in order}
    assert "&lt;5" in seen["leader"]
    assert "&lt;5" not in seen["office"]
    assert "&lt;5" not in seen["team"]
    assert "household" not in pages["leader"]
    assert "household" in pages["office"]
    assert "household" in pages["team"]
    assert len({visit(role=role).message()["ver"] for role in order}) == len(order)
    team = visit("village", role="team", village="150303104236")
    assert "没有找到“150303104236”" in team.html()
    assert team.test.selectbox[0].options == ["东兴村"]
