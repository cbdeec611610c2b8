"""The reference of codes and tables that programs rely on, written from the protocol itself.

``python -m protocol.reference`` prints it; ``docs/reference.md`` is that text, and a test compares.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum

from protocol import access, vocabulary
from protocol import messages as m
from protocol.case import OPEN_STEPS, STEPS_BEFORE_HAND_OVER, STEPS_COORDINATED
from protocol.events import EVENTS, Event, event_name
from protocol.notices import Contact, LinkPurpose, NoticeKind
from protocol.policy import DEFAULT_TERMS, Term
from protocol.refusals import TEXTS, RefusalCode
from protocol.vocabulary import Step

_HEAD = """# Reference

Written from `protocol/` by `make reference`; do not edit it by hand. The names and codes here are
stable: programs may rely on them.

Messages and fields are spelled in kebab-case and camelCase on the command line
(`record-pupil-talk`, `heldBy`), and in snake_case in Python, in Temporal and in the journal."""

_STEPS = {
    tuple(Step): "always, also closed",
    OPEN_STEPS: "before closed",
    STEPS_BEFORE_HAND_OVER: "before hand_over",
    STEPS_COORDINATED: "partners to coordination",
    (Step.REPORT, *STEPS_COORDINATED): "report to coordination",
    (*STEPS_COORDINATED, Step.HAND_OVER): "partners to hand_over",
    (*STEPS_COORDINATED, Step.HAND_OVER, Step.CLOSED): "from partners on",
}
_NOTHING = "-"
_HIDDEN = frozenset({"kind", "event"})


def reference() -> str:
    """The whole page, as markdown."""
    parts = [_HEAD, *_messages(), *_seeing(), *_refusals(), *_events(), *_deadlines(), *_notices(), *_vocabulary()]
    return "\n\n".join(parts) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _says(of: type) -> str:
    """The first sentence of a docstring, on one line."""
    text = " ".join(inspect.cleandoc(of.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
    return text.replace("|", "/")


def _fields(of: type[m.Message | Event]) -> str:
    fields = (
        f"`{name}`" + ("" if field.is_required() else "?")
        for name, field in of.model_fields.items()
        if name not in _HIDDEN
    )
    return ", ".join(fields) or _NOTHING


def _grants(row: access.Row) -> str:
    when: dict[tuple[Step, ...], list[str]] = {}
    for grant in row.grants:
        when.setdefault(grant.when, []).append(grant.who)
    return "; ".join(f"{', '.join(who)}: {_steps(steps)}" for steps, who in when.items())


def _steps(steps: tuple[Step, ...]) -> str:
    return _STEPS.get(steps, ", ".join(steps))


def _messages() -> Iterator[str]:
    yield "## Messages\n\n`?` marks a field that may be left out, ✎ a message that needs a note."
    yield _table(
        ("message", "who: when", "fields", "", "what it says"),
        (
            _message(m.OpenCase, "any school"),
            *(_message(kind, _grants(row)) for kind, row in access.TABLE.items()),
        ),
    )
    yield "### Who\n\nWhat somebody is to a case follows from the state of the case:"
    yield _table(("relation",), ((f"`{relation}`",) for relation in access.Relation))


def _message(kind: type[m.Message], who: str) -> tuple[str, ...]:
    return (f"`{m.name_of(kind)}`", who, _fields(kind), "✎" if kind.NOTE else "", _says(kind))


def _seeing() -> Iterator[str]:
    yield (
        "## What is seen\n\nWho sees what, by what they are to the case now; the second column holds only while consent or"
        " a legal basis\ncovers them. A relation that is not named sees nothing by itself."
    )
    rows = (
        (f"`{field}`", _glances(glances, covered=False), _glances(glances, covered=True))
        for field, glances in access.SEEING.items()
    )
    yield _table(("field", "always", "while covered"), rows)


def _glances(glances: Iterable[access.Glance], *, covered: bool) -> str:
    when: dict[tuple[Step, ...], list[str]] = {}
    for glance in glances:
        if glance.covered is covered:
            when.setdefault(glance.when, []).append(glance.who)
    return "; ".join(f"{', '.join(who)}: {_steps(steps)}" for steps, who in when.items()) or _NOTHING


def _refusals() -> Iterator[str]:
    yield "## Refusal codes"
    yield _table(("code", "what the person reads"), ((f"`{code}`", TEXTS[code]) for code in RefusalCode))


def _events() -> Iterator[str]:
    yield "## Events\n\nWhat the journal holds, in the past tense."
    rows = ((f"`{event_name(event)}`", _fields(event), _says(event)) for event in EVENTS)
    yield _table(("event", "fields", ""), rows)


def _deadlines() -> Iterator[str]:
    yield "## Tasks and their terms\n\nIn working days, a region's own settings aside; the reminder's day behind the slash."
    rows = (
        (f"`{task}`", _term(terms.sexting), _term(terms.loverboy_first or terms.loverboy), _term(terms.loverboy_acute))
        for task, terms in DEFAULT_TERMS.items()
    )
    yield _table(("task", "sexting", "loverboy (first)", "loverboy, acute"), rows)
    yield "`action` is due on its own date. Rungs: `reminder`, `deadline`, `overdue-1`, `overdue-2`, …"


def _term(term: Term | None) -> str:
    if term is None:
        return _NOTHING
    return f"{term.days}" + (f" / {term.reminder}" if term.reminder else "")


def _notices() -> Iterator[str]:
    yield "## Notices"
    for name, words in (("kind", NoticeKind), ("contact", Contact), ("link", LinkPurpose)):
        yield f"- {name}: " + _listed(words)


def _vocabulary() -> Iterator[str]:
    yield "## Values"
    found = inspect.getmembers(vocabulary, lambda thing: inspect.isclass(thing) and issubclass(thing, StrEnum))
    rows = ((name, _listed(words), _says(words)) for name, words in found if words is not StrEnum)
    yield _table(("list", "values", ""), rows)


def _listed(words: type[StrEnum]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    sys.stdout.write(reference())
