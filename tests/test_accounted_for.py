"""Nobody reads what is sealed, or shows a case, past the access log."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from starlette.routing import Route

from starter.web.app import routes
from starter.web.looks import is_logged

ROOT = Path(__file__).resolve().parent.parent

_OPENS = {"unseal", "opened_contact", "opened_person"}
_LOGS = {"_log", "_write"}

WITHOUT_A_ROW = {
    "directory.contacts": "whom to call: part of a case's page, which has its row, or of sending a notice",
    "directory.opened_contact": "opens what its callers have read",
    "directory_changes._contacts_now": "read by contacts_for, which logs, and to see what a change changes",
    "people.opened_person": "opens what its callers have read",
    "staff.staff_names": "names of staff: part of a page that has its row",
    "recipients._person": "an address to which a notice goes: Outbox._claimed has logged it",
    "recipients._address": "an organisation's own address to which a notice goes",
    "ages._grown": "opens what Ages.ages has read and logged",
    "corrections._correct": "changes what nobody is shown; Corrections.correct logs it",
    "emergencies._reason": "opens what Emergencies.emergencies has read and logged",
    "sessions._opened": "somebody's own session",
}
"""Functions of the store that open what is sealed and write no row themselves, and why that is right."""

NOTHING_OF_A_CASE = {
    "/": "leads on",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/inloggen": "before the login",
    "/inloggen/terug": "before the login",
    "/uitgelogd": "after it",
    "/zaken/nieuw": "a list of one's own drafts, without what is in them",
    "/zaken/nieuw/{draft}/weggooien": "one's own draft: Store.draft logs it",
    "/zaken/nieuw/{draft}/controle": "one's own draft: Store.draft logs it",
    "/zaken/nieuw/{draft}/{sheet}": "one's own draft: Store.draft logs it",
    "/organisaties": "the organisations, without who answers there",
    "/organisaties/nieuw": "an empty form",
    "/organisaties/instellingen": "settings",
    "/organisaties/wijzigingen": "changes, without anybody's data",
    "/k/{token}": "a question without anybody's data: a mail scanner may open it",
    "/k/{token}/code": "where a code is filled in: nothing of the case",
    "/k/{token}/kiezen": "the same question",
    "/k/{token}/stoppen": "the same",
    "/k/{token}/overdracht": "Store.hand_over logs it",
    "/k/{token}/overdracht.pdf": "Store.hand_over logs it",
    "/k/{rest:path}": "leads nowhere",
}
"""Addresses that are not made by ``looks.logged``, and why they need not be."""


def opening_functions() -> Iterator[tuple[str, set[str]]]:
    """The store's functions that open what is sealed, with all that each calls."""
    for file in sorted((ROOT / "store").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                called = {_name(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
                if called & _OPENS:
                    yield f"{file.stem}.{node.name}", called


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_what_is_sealed_is_opened_with_a_row() -> None:
    """A function that opens sealed data writes the access log itself, or stands here with its reason."""
    silent = {name for name, called in opening_functions() if not called & _LOGS}

    assert WITHOUT_A_ROW.keys() == silent


def test_each_page_about_a_case_has_its_row() -> None:
    """A new address shows something of a case with a row, or says here why it needs none."""
    pages = [route for route in routes() if isinstance(route, Route) and "GET" in (route.methods or ())]
    silent = {route.path for route in pages if not is_logged(route.endpoint)}

    assert NOTHING_OF_A_CASE.keys() == {path for path in silent if not path.startswith("/static")}


def test_commands_print_what_was_logged() -> None:
    """A command that looks at a case does so inside of ``looking``."""
    reading = (ROOT / "starter" / "cli" / "looking.py").read_text(encoding="utf-8")

    assert reading.count("session(acting_as) as here") == reading.count("here.looking():") > 0
