"""``vangnet audit verify``."""

from pathlib import Path

from pydantic import JsonValue

from runtime.errors import SettingsError
from runtime.settings import Settings
from starter.cli.exits import InVain
from starter.cli.output import write, write_json, write_table
from starter.cli.session import session
from store import AnchorLine, Audited, Counted, read_lines, verifying_keys


async def verify(anchors: Path | None, public_key: Path | None, *, as_json: bool) -> None:
    """Print whether all chains are intact, or the first row of each that is not; and how much is anchored.

    Raises:
        InVain: One is not.
        SettingsError: A file cannot be read.
    """
    async with session() as here:
        lines, source = _lines(anchors, here.settings)
        pem = _key(public_key, here.settings)
        found = await here.store.audited(lines, *(verifying_keys(pem) if pem else ()))
    if as_json:
        write_json({"intact": not found.broken, **found.model_dump(mode="json", by_alias=True),
                    "anchorsFrom": str(source) if source else None, "signaturesChecked": pem is not None})  # fmt: skip
    else:
        _say(found, source, signed=pem is not None)
    if found.broken:
        raise InVain


def _lines(asked: Path | None, settings: Settings) -> tuple[tuple[AnchorLine, ...] | None, Path | None]:
    """The anchors that were kept outside; none where none are set up."""
    set_up = settings.anchor_file
    source = asked or (set_up if set_up is not None and set_up.exists() else None)
    return (read_lines(_read(source).decode()), source) if source else (None, None)


def _key(asked: Path | None, settings: Settings) -> bytes | None:
    source = asked or settings.anchor_public_key or settings.anchor_key
    return _read(source) if source else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} is niet te lezen ({type(error).__name__})") from None


def _say(found: Audited, source: Path | None, *, signed: bool) -> None:
    if found.broken:
        rows: list[dict[str, JsonValue]] = [broken.model_dump(mode="json", by_alias=True) for broken in found.broken]
        write_table(rows, ("log", "scope", "number", "fault", "anchor"))
    else:
        write("Journaal en toegangslog zijn ongeschonden.")
    write(_counted("Journaal", found.journal, "casussen"))
    write(_counted("Toegangslog", found.access_log, "ketens"))
    if not found.anchors:
        write("Er zijn geen ankers: een afgeknipte staart of een hele nieuwe keten is niet te zien.")
        return
    write(f"{found.anchors} ankers, het laatste van {found.anchored_until:%Y-%m-%d %H:%M} UTC.")
    if source is None:
        write("Let op: dit is de kopie in de database zelf. Geef het bestand van buiten met --anchors.")
    if not signed:
        write("Let op: de handtekeningen zijn niet gecontroleerd. Geef de publieke sleutel met --public-key.")
    if found.later_anchors:
        write(f"Let op: de database heeft {found.later_anchors} ankers die niet in het bestand staan.")


def _counted(name: str, counted: Counted, chains: str) -> str:
    open_rows = counted.rows - counted.anchored_rows
    return (
        f"{name}: {counted.rows} regels van {counted.chains} {chains}; {counted.anchored_rows} verankerd, "
        f"{open_rows} nog niet (van {counted.open_chains} {chains})."
    )
