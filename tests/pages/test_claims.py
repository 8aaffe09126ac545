"""The page of claims: accounts, residual, readings, and the form that signs."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select

from data.engine import reading, transaction
from data.ledger import append_event
from data.models import EventKind, Household, HouseholdComposition, Reconciliation, RegisterEvent

PAGE = "claims"

NOTE = "经核对，原文印刷时点有误"


def sign(visitor, note="", reading_=None, *, button="签署结论"):
    if reading_:
        visitor.test.selectbox(key="claims.reading.N4").select(reading_)
    (field,) = visitor.test.text_input
    field.input(note)
    next(b for b in visitor.test.button if button in b.label).click()
    return visitor.run()


def rows(db, model):
    with reading(db) as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def test_the_sum_the_residual_and_the_readings_stand_with_the_claim(visit):
    page = visit("claims", role="office")
    assert page.is_clean()
    html = page.html()
    assert "<b>1,515</b>" in html
    assert "<b>1,424</b>" in html
    assert html.count("<b>91</b>") == 3  # the city's closing, the district's, and the ledger's
    assert "<b>89</b>" in html
    assert "<b>−2</b>" in html
    assert "（全部在海南区）：未解释。" in html
    for code, name in zip("ABCD", ("日期", "流量", "误印", "清理"), strict=True):
        assert f"<h3>解释 {code}</h3><b>{name}</b>" in html
    assert html.count("没有</dd>") == 4
    assert "《乌海脱贫攻坚不落下一个贫困户》" in page.texts()


def test_a_leader_reads_status_and_readings_and_no_flow(visit):
    page = visit("claims", role="leader")
    assert page.is_clean()
    html = page.html()
    assert "自然减少" not in html
    assert 'class="g-zero"' not in html
    assert "没有</dd>" not in html
    assert "<b>−2</b>" in html
    assert "（全部在海南区）：未解释。" in html
    assert not page.test.button


def test_another_district_sees_no_account_of_this_one(visit):
    page = visit("claims", role="district-150304")
    assert page.is_clean()
    assert 'class="g-sum"' not in page.html()


def test_in_english(visit):
    page = visit("claims", role="office", lang="en")
    assert page.is_clean()
    assert "Persons not yet exited" in page.texts()


def test_without_evidence_and_note_the_form_says_why_not(db, come):
    page = sign(come())
    assert "公布数 N4 的差额 −2 不能结案" in page.html()
    assert rows(db, Reconciliation) == 0


def test_a_signed_note_explains_and_the_claim_stays(db, come):
    before = rows(db, RegisterEvent)
    page = sign(come(), NOTE, "A")
    assert page.is_clean()
    html = page.html()
    assert f"）：已解释。采信解释 A。{NOTE}（demo-office 签署" in html
    assert "89 人</td>" in html
    assert "<b>−2</b>" in html
    assert "未解释差额" not in html  # nothing is open any more
    assert page.test.success
    assert rows(db, RegisterEvent) == before
    assert "已解释" in come("leader").html()
    again = sign(come(), "批复有误", button="恢复为未解释")
    assert "）：未解释。批复有误" in again.html()
    assert NOTE in again.html()
    assert rows(db, Reconciliation) == 2


def test_the_second_of_two_who_sign_is_told(db, come):
    one, other = come(), come()
    assert sign(one, NOTE).is_clean()
    late = sign(other, "另一说明")
    assert "“N4”在您打开后已被 demo-office" in late.html()
    assert rows(db, Reconciliation) == 1


def test_a_note_with_a_number_of_a_person_is_refused(db, come):
    page = sign(come(), "联系 13900000000")
    assert "13900000000" not in page.html()
    assert rows(db, Reconciliation) == 0


def test_two_dated_departures_show_in_the_sum_and_support_flow(db, come):
    with transaction(db) as connection:
        exited = select(RegisterEvent.member_id).where(RegisterEvent.kind == "exited")
        members = connection.execute(
            select(HouseholdComposition.member_id)
            .join(Household, Household.code == HouseholdComposition.household_code)
            .where(
                Household.village_code.startswith("150303"),
                HouseholdComposition.member_id.not_in(exited),
            )
            .limit(2)
        ).scalars()
        for member in list(members):
            append_event(
                connection, member_id=member, kind=EventKind.NATURAL_DECREASE,
                occurred_on=date(2016, 6, 15), recorded_by="clerk",
                recorded_at=datetime(2018, 1, 1, tzinfo=UTC),
            )  # fmt: skip
    html = come().html()
    assert "有，支持" in html
    assert html.count("没有</dd>") == 3
    assert "未解释差额" not in html
    assert rows(db, Reconciliation) == 0


def test_who_does_not_own_the_data_has_no_form(visit):
    for role in ("clerk", "district-150303", "town"):
        assert not visit("claims", role=role).test.button
