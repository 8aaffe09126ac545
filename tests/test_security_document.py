"""The document of requirements is what the tests say, and promises nothing that none proves."""

from tests.security_document import DOCUMENT, PROMISED, ROOT, ROWS, find_tests, write_document

WANTED = {*range(1, 14), 15, *range(20, 27), *range(29, 34)}


def test_the_document_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == write_document(), "run make docs"


def test_no_promised_row_is_without_a_test():
    assert PROMISED == WANTED
    assert PROMISED - set(find_tests()) == set()


def test_every_mark_is_of_a_known_row():
    assert set(find_tests()) <= set(ROWS) == set(range(1, 35))


def test_no_document_calls_the_product_compliant_or_cites_a_clause():
    words = ("compliant", "compliance with", "符合等保", "合规", "gb/t", "asvs", "pipl")
    for name in ("SECURITY.md", "docs/security.md", "docs/threat-model.md"):
        text = (ROOT / name).read_text(encoding="utf-8").lower()
        assert [word for word in words if word in text] == [], name
