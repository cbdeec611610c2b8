"""The catalogue: the same keys in every language, and a word for everything the protocol can say."""

from __future__ import annotations

import inspect
from enum import StrEnum
from string import Formatter

import pytest

from activities.texts import catalogues
from protocol import messages, vocabulary
from protocol.access import Field
from protocol.refusals import TEXTS, RefusalCode
from protocol.vocabulary import Step
from starter.web.faults import _OF_ERROR, _OF_STATUS
from starter.web.texts import DEFAULT_LANGUAGE, REFUSALS, Texts, catalogue, word_key

_ALL = catalogue().languages
_VALUES = [
    value for kind in vars(vocabulary).values() if inspect.isclass(kind) and issubclass(kind, StrEnum) for value in kind
]


@pytest.fixture(params=sorted(_ALL))
def words(request: pytest.FixtureRequest) -> Texts:
    """Each language."""
    return _ALL[request.param]


def test_mail_is_in_languages_that_the_pages_have() -> None:
    """A link in a mail opens its page in the language of that mail."""
    assert catalogues().keys() == _ALL.keys()


def test_every_language_says_everything(words: Texts) -> None:
    """No key is missing in a language, and none stands in one only."""
    refusals = {f"{REFUSALS}{code}" for code in RefusalCode}

    assert _ALL[DEFAULT_LANGUAGE].keys == words.keys - refusals


def test_every_language_says_why_something_is_refused(words: Texts) -> None:
    """In Dutch with the protocol's own sentences, in every other language with one for each."""
    own = {code for code in RefusalCode if f"{REFUSALS}{code}" in words}

    assert own == (set() if words.language == DEFAULT_LANGUAGE else set(RefusalCode))
    assert not [code for code in RefusalCode if _places(TEXTS[code]) != {"step"} & _places(words_of(words, code))]
    assert words.word(Step.REPORT).lower() in words.refusal(RefusalCode.WRONG_STEP, Step.REPORT).lower()


def words_of(words: Texts, code: RefusalCode) -> str:
    """The sentence with its places."""
    return words(f"{REFUSALS}{code}") if f"{REFUSALS}{code}" in words else TEXTS[code]


def test_every_language_fills_in_the_same(words: Texts) -> None:
    """A text has the same places to fill in as the Dutch one."""
    dutch = _ALL[DEFAULT_LANGUAGE]
    differ = [key for key in dutch.keys if _places(words(key)) != _places(dutch(key))]  # no mapping

    assert [] == differ


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_value_of_the_protocol_has_a_word(words: Texts) -> None:
    """Nobody ever reads a code."""
    assert [] == [word_key(value) for value in _VALUES if word_key(value) not in words]


def test_every_field_that_an_organisation_may_see_has_words(words: Texts) -> None:
    """What a receiver will and will not see is said field by field."""
    assert {f"seeing.{field}" for field in Field} - words.keys == {f"seeing.{Field.OWN_DEADLINES}"}


def test_every_message_says_what_one_does(words: Texts) -> None:
    """An action is offered in words."""
    names = [messages.name_of(message) for message in messages.TOLD_BY_PEOPLE]

    assert [] == [name for name in names if f"messages.{name}" not in words]


def test_every_problem_says_what_to_do(words: Texts) -> None:
    """A page about a problem has a title, what happened and what to do now."""
    codes = {*_OF_STATUS.values(), *(code for code, _ in _OF_ERROR.values()), "failed", "login_failed", "no_access"}

    assert [] == [c for c in codes for part in ("title", "text", "next") if f"problems.{c}.{part}" not in words]
