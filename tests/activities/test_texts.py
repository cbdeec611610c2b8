"""The words of notices: complete in every language, plain for people, and telling nothing."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from itertools import product

import pytest

from activities.letter import Letter, mail, worded
from activities.texts import Reader, Voice, catalogues
from protocol import vocabulary as v
from protocol.notices import LinkPurpose, Notice, NoticeKind
from tests.activities.builders import CASE, DUE, LINK, dispatch

LANGUAGES = tuple(catalogues())
LADDER = {NoticeKind.REMINDER: "reminder", NoticeKind.DEADLINE: "deadline", NoticeKind.OVERDUE: "overdue-2"}
MOST_WORDS = 12
TELLING = re.compile(
    r"sexting|loverboy|ronsel|recruit|naakt|nude|foto|photo|seks|sex|politie|police|zeden"
    r"|\b(ouders?|parents?|leerling|pupil|kind|child|school|voogd|guardian|mentor|dader|slachtoffer|victim)\b"
    r"|\bcjg\b|\bzvh\b|veilig(heidshuis| thuis)|\bggd\b|\bggz\b|leerplicht|wijkagent",
    re.IGNORECASE,
)
"""What says, or lets guess, what a case is about or as whom somebody is in it."""


def every_notice() -> list[Notice]:
    """Each kind of notice on each rung and for each task, with and without a link."""
    plain = [(kind, None, None) for kind in NoticeKind if kind not in LADDER]
    rungs = [(kind, rung, task) for (kind, rung), task in product(LADDER.items(), v.Task)]
    return [
        Notice(id=f"{CASE}.1.1", party="x", kind=kind, rung=rung, task=task, due_at=due, link=link)
        for (kind, rung, task), due, link in product([*plain, *rungs], (DUE, None), (None, *LinkPurpose))
    ]


def every_letter(language: str) -> list[tuple[Reader, Letter]]:
    """Each of those in words, for each kind of reader."""
    return [
        (reader, worded(dispatch(notice=notice, reader=reader, language=language)))
        for reader, notice in product(Reader, every_notice())
    ]


def sentences(voice: Voice) -> list[str]:
    """Everything that this reader can be told."""
    lists = [*voice.kinds.values(), *voice.links.values(), voice.page, voice.closing]
    return [*(s for several in lists for s in several), *voice.tasks.values(), voice.task, *voice.dates.values()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", Reader)
def test_each_language_has_each_text(language: str, reader: Reader) -> None:
    """No kind of notice, task or link is without words for any reader."""
    voice = catalogues()[language].voice(reader)

    assert set(NoticeKind) == set(voice.kinds)
    assert set(LinkPurpose) == set(voice.links)
    assert reader is Reader.PERSON or set(v.Task) == set(voice.tasks)
    assert all(sentence.strip() for sentence in sentences(voice))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_notice_can_be_worded(language: str) -> None:
    """Every notice becomes whole sentences: no placeholder is left, nothing is empty."""
    for _, letter in every_letter(language):
        assert all(letter.before)
        assert not re.search(r"[{}]", " ".join((*letter.before, *letter.after)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_for_persons_are_short(language: str) -> None:
    """A parent never reads a sentence of more than twelve words."""
    for reader, letter in every_letter(language):
        for sentence in re.split(r"(?<=[.?!:])\s+", " ".join((*letter.before, *letter.after))):
            assert reader is not Reader.PERSON or len(sentence.split()) <= MOST_WORDS, sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_tells_what_a_case_is_about(language: str) -> None:
    """Whoever reads along learns neither the kind of case nor anybody's role."""
    for _, letter in every_letter(language):
        said = " ".join((letter.subject, *letter.before, *letter.after))
        assert TELLING.search(said) is None, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_subject_is_the_same_for_all(language: str) -> None:
    """A subject holds the case number and nothing that tells one notice from another."""
    assert {letter.subject for _, letter in every_letter(language)} == {
        catalogues()[language].subject.format(case=CASE)
    }


def test_a_link_says_that_it_works_once_and_what_to_do_when_unexpected() -> None:
    """Who gets a link hears that it can be used once, and not to open it unexpected."""
    said = " ".join(worded(dispatch()).before)

    assert "één keer" in said
    assert "Verwacht u dit bericht niet? Open de link dan niet." in said


def test_english_for_who_reads_english_and_dutch_for_who_reads_a_language_we_lack() -> None:
    """A person gets the language they read, or else Dutch."""
    assert worded(dispatch(language="en")).before[0] == "Hello,"
    assert worded(dispatch(language="tlh")).before[0] == "Goedendag,"


def test_a_reminder_of_a_task_only_one_kind_of_case_has_hides_it() -> None:
    """The asterisk of the page reminds without naming whom to contact."""
    task = Notice(id="a.1.1", party="school", kind=NoticeKind.REMINDER, task=v.Task.POLICE_CONTACT, rung="reminder")

    assert "Rond de open taak bij stap 1 af." in " ".join(worded(dispatch(notice=task, reader=Reader.DESK)).before)


def test_without_a_link_no_link_is_spoken_of() -> None:
    """Who has nothing to open is not asked to open it."""
    letter = worded(dispatch(link=None, notice=dispatch().notice.model_copy(update={"link": None})))

    assert letter.link is None
    assert "link" not in " ".join((*letter.before, *letter.after))


def test_html_loads_nothing_from_elsewhere_and_escapes_what_it_is_given() -> None:
    """The HTML part needs no other source than itself, and a link cannot break out of it."""
    odd = LINK + '?"><script>'
    content = mail(dispatch(link=odd), "a@b.example", "c@d.example", "b.example")
    part = message_from_bytes(content, policy=policy.default).get_body(("html",))
    assert part is not None
    html = part.get_content()

    assert "<script" not in html
    assert not re.search(r"\bsrc=|url\(|<link|<img", html)
