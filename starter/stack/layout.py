from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_MOST_LOG = 10_000_000


@dataclass(frozen=True)
class Layout:
    """What stands where in the folder of a local stack; it survives the stack, ``make clean`` removes it."""

    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def settings(self) -> Path:
        """The settings that another terminal's ``vangnet`` finds by itself."""
        return self.folder / "env"

    @property
    def key_ring(self) -> Path:
        return self.folder / "keys.json"

    @property
    def anchor_key(self) -> Path:
        return self.folder / "anchor.pem"

    @property
    def anchors(self) -> Path:
        return self.folder / "anchors"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def temporal(self) -> Path:
        return self.folder / "temporal.db"

    @property
    def temporal_profile(self) -> Path:
        """Temporal's own configuration file, in the place of a user's."""
        return self.folder / "temporal.toml"

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    @property
    def login(self) -> Path:
        """The keys and the people of the login provider."""
        return self.folder / "login"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Make the folders, and put logs that grew large aside."""
        for folder in (self.folder, self.mail, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _MOST_LOG:
                log.replace(log.with_suffix(".old"))
