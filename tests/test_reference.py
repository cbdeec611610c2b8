from pathlib import Path

from protocol.reference import reference

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"


def test_the_reference_is_the_one_that_the_protocol_writes() -> None:
    """``make reference`` was run after the last change of a message, code, event, task or notice."""
    assert PAGE.read_text(encoding="utf-8") == reference()
