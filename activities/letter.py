"""A notice as a mail: the same notice makes the same mail, byte for byte but for its date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from zoneinfo import ZoneInfo

from activities.dispatch import Dispatch
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


def mail(dispatch: Dispatch, sender: str, recipient: str, domain: str) -> EmailMessage:
    """The mail of a notice, plain text and HTML; its Message-ID is fixed by the notice's id."""
    letter = worded(dispatch)
    words = catalogue(dispatch.language)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{dispatch.notice.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = words.language
    message.set_content(_plain(letter), cte="quoted-printable")
    message.add_alternative(_html(letter, words), subtype="html", cte="quoted-printable")
    # Left to itself the library draws a boundary by lot, and a resend would differ.
    message.set_boundary(f"=_{sha256(dispatch.notice.id.encode()).hexdigest()[:32]}")
    return message


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
