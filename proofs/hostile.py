"""Hostile input: requests that no browser of ours sends, made by hypothesis from the pages and forms there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from proofs.crawling import ROUTES, Ground

_FORM = b"application/x-www-form-urlencoded"
_METHODS = ("POST",) * 12 + ("GET",) * 6 + ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "GEEN")
_NASTY = (
    "", " ", "\0", "a\0b", "-1", "0", "1e999", "NaN", "null", "true", "[]", "{}", '{"a":', "٣", "²", "9" * 4301, "-" * 9,
    "0000-00-00", "0001-01-01", "9999-12-31", "9999-12-31T23:59", "0001-01-01T00:00", "2026-02-30", "2026-W01-1",
    "2026-10-25T02:30", "20261122", "2026-11-22T10:00+99:99", "24:00", "../../etc/passwd", "' OR 1=1 --", "{{7*7}}",
    "{0.__class__}", "%s%n", "%(x)s", "<script>alert(1)</script>", "\u202e", "\ufeff", "e\u0301" * 50, "\ud7ff",
    "guardian-99", "guardian-0", "action-1|", "|", "pupil pupil", "cjg.1 cjg.1", "school:school-de-meent:m.dewit",
    "data:image/png;base64,iVBORw0KGgo=", "\r\n", "\n" * 900, "https://elders.example", "//elders.example", "javascript:1",
)  # fmt: skip
_REPEATED = ("[", "{", '{"a":', "9", "a", "😟", "&", "=", "%", ";", "../", "\u0301", "<b>", "a@")
_TIMES = (2, 60, 65, 501, 4301, 20_000, 65_537)
_BROKEN = ("%ff%fe", "%", "%zz", "%u0041", "%c0%af", "%ed%a0%80", "%00", "+%f0%9f", "%80=%80")
_SIZES = (0, 1, 65_536, 786_432, 786_433, 2_000_000, 10_000_000)
_TYPES = (
    b"multipart/form-data; boundary=x", b"multipart/form-data", b"application/json", b"text/plain", b"", b"*/*", b"\xff",
    b"application/x-www-form-urlencoded; charset=utf-16", b"APPLICATION/X-WWW-FORM-URLENCODED", b"image/jpeg",
)  # fmt: skip
_HEADERS = (
    (b"Host", b"elders.example"), (b"Host", b"[::1"), (b"Host", b""), (b"X-Forwarded-For", b"' OR 1=1"),
    (b"X-Forwarded-Proto", b"gopher"), (b"Forwarded", b"for=unknown"), (b"Hx-Request", b"true"),
    (b"Hx-Current-Url", b"http://[::1"), (b"Hx-Current-Url", b"\xff//"), (b"Accept-Language", b"x" * 5000),
    (b"Accept-Encoding", b"gzip;q=NaN"), (b"Range", b"bytes=9-1,0-"), (b"If-Modified-Since", b"gisteren"),
    (b"If-None-Match", b'"'), (b"Expect", b"100-continue"), (b"Upgrade", b"websocket"), (b"Upgrade", b"h2c"),
    (b"Content-Length", b"1"), (b"Content-Length", b"-1"), (b"Content-Length", b"9" * 30), (b"Content-Length", b"x"),
    (b"Transfer-Encoding", b"gzip"), (b"Content-Encoding", b"gzip"), (b"X-Http-Method-Override", b"DELETE"),
    (b"Sec-Fetch-Site", b"cross-site"), (b"Referer", b"http://[" * 50), (b"X-Lang", b"y" * 70_000), (b"A b", b"c"),
    (b"Authorization", b"Bearer x"), (b"X", b"\x00"), (b"X-Csrf-Token", b"\xff" * 64), (b"User-Agent", b"\x80" * 900),
)  # fmt: skip
_COOKIES = (b"=", b";;;", b"__Host-vangnet=", b"__Host-vangnet=\xff", b'__Host-vangnet="', b"__Host-vangnet-taal=xx",
            b"__Host-vangnet-link=9999999999999999999.x", b"__Host-vangnet-login=" + b"a" * 4000, b"a=b; " * 400)  # fmt: skip
_QUERIES = ("taal", "bewaard", "terug", "gedaan", "stap", "na", "vanaf", "tot", "code", "state", "error", "formulier",
            "organisatie", "zaak", "pagina", "van", "zoek", "wie", "voorgelegd")  # fmt: skip
_OWN, _NONE, _WRONG, _TWICE = "own", "none", "wrong", "twice"


class Hostile(NamedTuple):
    """One request; what depends on a session is filled in when it is sent."""

    method: str
    path: bytes
    who: str
    """Whose session, or which link; nobody's when empty."""
    token: str
    origin: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    is_form: bool
    listens: bool

    def written(self, here: bytes, cookies: Mapping[str, bytes], tokens: Mapping[str, str]) -> bytes:
        """Write it down, with what a session has at this moment."""
        token = tokens.get(self.who, "").encode()
        body = self.body + self._csrf(token) if self.is_form else self.body
        head = [(b"Host", here), (b"Connection", b"close")]
        head += [(b"Origin", b"http://" + here)] if self.origin == _OWN.encode() else [(b"Origin", self.origin)]
        head += [(b"Cookie", cookies[self.who])] if self.who in cookies else []
        head += [(b"X-CSRF-Token", token)] if not self.is_form and self.token == _OWN else []
        names = {name.lower() for name, _ in self.headers}
        length = str(len(body) + (0 if self.listens else 1000)).encode()
        head += [] if b"content-length" in names else [(b"Content-Length", length)]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in (*head, *self.headers))
        return self.method.encode() + b" " + self.path + b" HTTP/1.1\r\n" + lines + b"\r\n" + body

    def _csrf(self, token: bytes) -> bytes:
        brought = {_OWN: b"csrf=" + token, _NONE: b"", _WRONG: b"csrf=%ff" + token, _TWICE: b"csrf=x&csrf=" + token}
        return (b"&" if self.body else b"") + brought[self.token]

    @property
    def small(self) -> bool:
        """Whether it is of a size to which an answer has to come."""
        announces = any(name == b"Content-Length" for name, _ in self.headers)  # what does not come is waited for
        return len(self.body) <= _SIZES[2] and self.listens and not announces


def hostiles(ground: Ground, chosen: int, count: int) -> list[Hostile]:
    """Make so many; the same choice makes the same."""
    found: list[Hostile] = []

    @seed(chosen)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_hostile(ground))
    def collect(one: Hostile) -> None:
        found.append(one)

    collect()
    return found


_values = st.one_of(
    st.sampled_from(_NASTY),
    st.text(max_size=20),
    st.builds(lambda part, times: part * times, st.sampled_from(_REPEATED), st.sampled_from(_TIMES)),
).map(lambda text: quote_plus(text[:70_000], errors="replace"))
_encoded = st.one_of(_values, _values, st.sampled_from(_BROKEN))
_extra = st.sampled_from(_HEADERS)


@st.composite
def _hostile(draw: st.DrawFn, ground: Ground) -> Hostile:
    who = draw(st.sampled_from([*sorted(ground.reached), ""]))
    method = draw(st.sampled_from(_METHODS))
    path = draw(_path(ground, who))
    kind = draw(st.integers(0, 99))
    is_form = kind < 80  # most are forms, as those get the furthest
    headers = [(b"Content-Type", _FORM if is_form else draw(st.sampled_from(_TYPES)))]
    headers += draw(st.lists(_extra, max_size=2)) if kind % 4 == 0 else []
    headers += [(b"Cookie", draw(st.sampled_from(_COOKIES)))] if kind % 10 == 1 else []
    return Hostile(
        method=method,
        path=path.encode("ascii", "replace"),
        who=who,
        token=draw(st.sampled_from((_OWN,) * 12 + (_NONE, _WRONG, _TWICE))),
        origin=draw(st.sampled_from((b"own",) * 12 + (b"null", b"http://elders.example", b"\xff"))),
        headers=tuple(headers),
        body=draw(_fields(ground, path)) if is_form else draw(_raw(kind)),
        is_form=is_form,
        listens=kind != 7,  # one in a hundred leaves in the middle
    )


@st.composite
def _path(draw: st.DrawFn, ground: Ground, who: str) -> str:
    """A page that this person can open, any page with parameters of any case, or something near to one."""
    near = draw(st.integers(0, 9))
    known = sorted(ground.reached.get(who, ()))
    if near < 6 and known:
        path = draw(st.sampled_from(known))
    else:
        path = draw(st.sampled_from(ROUTES)).path
        for name in sorted(ground.parameters):
            value = draw(st.one_of(st.sampled_from(sorted(ground.parameters[name])).map(quote), _encoded))
            path = path.replace(f"{{{name}}}", value[:6000])
    if near == 9:
        place = draw(st.integers(1, len(path)))
        path = path[:place] + draw(_encoded)[:6000] + path[place:]
    if near % 3 == 0:
        path = f"{path.partition('?')[0]}?{draw(st.sampled_from(_QUERIES))}={draw(_encoded)[:6000]}"
    return path


@st.composite
def _fields(draw: st.DrawFn, ground: Ground, path: str) -> bytes:
    """The fields of the form on a page: what they can hold and what they cannot, some twice, some missing."""
    pairs = sorted(ground.pairs.get(path.partition("?")[0], ())) or sorted(ground.pairs[_some_form(ground, path)])
    sent = [*pairs] if draw(st.booleans()) else draw(st.lists(st.sampled_from(pairs), max_size=12)) if pairs else []
    wrong = set(draw(st.lists(st.integers(0, max(len(sent) - 1, 0)), min_size=1, max_size=4)))
    written = [
        f"{quote_plus(pair.name)}={draw(_encoded) if place in wrong else quote_plus(pair.value)}"
        for place, pair in enumerate(sent)
    ]
    if draw(st.integers(0, 9)) == 0:
        written.append(f"{draw(_encoded)}={draw(_encoded)}")
    return "&".join(written).encode("ascii", "replace")


def _some_form(ground: Ground, path: str) -> str:
    """For a path without a form: always the same other one."""
    known: Sequence[str] = sorted(ground.pairs)
    return known[len(path) % len(known)]


def _raw(kind: int) -> st.SearchStrategy[bytes]:
    """Anything at all, and now and then a lot of it."""
    if kind == 99:
        return st.builds(
            lambda part, size: part * size, st.sampled_from((b"a", b"[", b"\xff", b"&")), st.sampled_from(_SIZES)
        )
    multipart = b'--x\r\nContent-Disposition: form-data; name="note"; filename="a.png"\r\n\r\n\x89PNG\r\n--x--\r\n'
    return st.one_of(st.binary(max_size=300), st.just(multipart), st.sampled_from((b"[" * 50_000, b'{"a":' * 9000)))
