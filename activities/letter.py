"""A notice as a mail: the same notice makes the same mail, byte for byte but for its date."""

from __future__ import annotations

import re
from binascii import b2a_qp
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from hashlib import sha256
from html import escape
from time import time
from zoneinfo import ZoneInfo

from activities.dispatch import Dispatch
from activities.invitation import METHODS, invitation
from activities.texts import Catalogue, Voice, catalogue
from protocol.model import Frozen
from protocol.notices import Notice

_HERE = ZoneInfo("Europe/Amsterdam")
_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{subject}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:18px/1.5 Arial,sans-serif">
<main style="max-width:36em">
{body}
</main>
</body>
</html>
"""
_BUTTON = (
    '<p><a href="{link}" style="display:inline-block;padding:12px 20px;background:#0b4f8a;color:#ffffff;'
    'text-decoration:none;font-weight:bold">{open}</a></p>\n<p style="word-break:break-all">{link}</p>'
)
_MAIL = """\
{headers}MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="{boundary}"

--{boundary}
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

{plain}
--{boundary}
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

{html}
{calendar}--{boundary}--
""".replace("\n", "\r\n")
_CALENDAR = """\
--{boundary}
Content-Type: text/calendar; charset="utf-8"; method={method}
Content-Transfer-Encoding: quoted-printable

{entry}
""".replace("\n", "\r\n")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_LINE = 78


class Letter(Frozen):
    """A notice in words: its paragraphs, and where among them the link stands."""

    subject: str
    before: tuple[str, ...]
    link: str | None
    after: tuple[str, ...]


def worded(dispatch: Dispatch) -> Letter:
    """Put a notice into the words of its reader's language."""
    words = catalogue(dispatch.language)
    voice = words.voice(dispatch.reader)
    before = (words.greeting, _asked(words, voice, dispatch.notice), _date(words, voice, dispatch.notice))
    return Letter(
        subject=words.subject.format(case=dispatch.case_id),
        before=tuple(text for text in (*before, _said_of_link(voice, dispatch)) if text),
        link=dispatch.link,
        after=(" ".join(voice.closing), words.number.format(case=dispatch.case_id)),
    )


def mail(dispatch: Dispatch, sender: str, recipient: str, domain: str) -> bytes:
    """The mail of a notice, plain text and HTML; its Message-ID is fixed by the notice's id.

    The library's own message objects parse and fold each header anew, which costs more than all else
    in sending; here they only spell what is not plain ASCII.

    Args:
        dispatch: The notice.
        sender: The From address, with or without a name.
        recipient: As :func:`activities.addresses.sendable` gives it. Outside of ASCII it stands as it
            is: only a server with SMTPUTF8 gets such a mail.
        domain: What stands behind the @ of the Message-ID.

    Raises:
        ValueError: A header would hold a line break or another control character.
    """
    letter = worded(dispatch)
    words = catalogue(dispatch.language)
    headers = (
        _spelled("From", sender),
        _line("To", recipient),
        _spelled("Subject", letter.subject),
        _dated(int(time())),
        _line("Message-ID", f"<{dispatch.notice.id}@{domain}>"),
        _line("Auto-Submitted", "auto-generated"),
        _line("Content-Language", words.language),
    )
    # Drawn by lot a boundary would differ at a resend. Quoted-printable never holds "=_".
    boundary = f"=_{sha256(dispatch.notice.id.encode()).hexdigest()[:32]}"
    return _MAIL.format(
        headers="".join(headers),
        boundary=boundary,
        plain=_quoted(_plain(letter)),
        html=_quoted(_html(letter, words)),
        calendar=_calendar(dispatch, sender, recipient, domain, boundary),
    ).encode()


def _calendar(dispatch: Dispatch, sender: str, recipient: str, domain: str, boundary: str) -> str:
    """The part that a calendar reads, of a mail about a meeting."""
    if dispatch.meeting is None:
        return ""
    summary = catalogue(dispatch.language).meeting.format(case=dispatch.case_id)
    entry = invitation(dispatch, parseaddr(sender)[1], recipient, domain, summary)
    if entry is None:
        return ""
    written = _quoted(entry.replace("\r\n", "\n"))
    return _CALENDAR.format(boundary=boundary, method=METHODS[dispatch.notice.kind], entry=written)


def _line(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError(name)
    return f"{name}: {value}\r\n"


@lru_cache(maxsize=1)
def _dated(second: int) -> str:
    return _line("Date", format_datetime(datetime.fromtimestamp(second, UTC)))


@lru_cache(maxsize=512)
def _spelled(name: str, value: str) -> str:
    """A header that may hold words, folded and encoded as it must be."""
    plain = _line(name, value)
    if value.isascii() and len(plain) <= _LONGEST_LINE:
        return plain
    message = EmailMessage(policy.SMTP)
    message[name] = value
    return message.as_string().removesuffix("\r\n")


def _quoted(text: str) -> str:
    return b2a_qp(text.replace("\n", "\r\n").encode()).decode("ascii")


def _asked(words: Catalogue, voice: Voice, notice: Notice) -> str:
    said = " ".join(voice.kinds[notice.kind])
    return said.format(task=voice.of_task(notice.task), state=words.team_lead.of_task(notice.task))


def _date(words: Catalogue, voice: Voice, notice: Notice) -> str:
    if notice.due_at is None:
        return ""
    local = notice.due_at.astimezone(_HERE)
    # A day ends at the midnight after it; who reads it means the day before.
    last = local - timedelta(seconds=1)
    day = words.calendar.day.format(
        weekday=words.calendar.weekdays[last.weekday()],
        day=last.day,
        month=words.calendar.months[last.month - 1],
        year=last.year,
    )
    return voice.dates.get(notice.kind, voice.date).format(day=day, time=f"{local:%H:%M}")


def _said_of_link(voice: Voice, dispatch: Dispatch) -> str:
    if dispatch.link is None:
        return ""
    purpose = dispatch.notice.link
    return " ".join(voice.links[purpose] if purpose else voice.page)


def _plain(letter: Letter) -> str:
    link = (letter.link,) if letter.link else ()
    return "\n\n".join((*letter.before, *link, *letter.after)) + "\n"


def _html(letter: Letter, words: Catalogue) -> str:
    button = _BUTTON.format(link=escape(letter.link), open=escape(words.open)) if letter.link else ""
    parts = (*map(_paragraph, letter.before), button, *map(_paragraph, letter.after))
    return _PAGE.format(
        language=words.language,
        subject=escape(letter.subject),
        body="\n".join(part for part in parts if part),
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
