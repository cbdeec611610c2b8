"""Backup and restore as an operator gives them: what they tell PostgreSQL's programs, what they refuse, what they leave.

Stand-ins take the place of those programs and of ours: only what they are given is looked at here, and nothing of them.
The scripts are run with the real ones by `proofs/test_restore.py`.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.tools import DEPLOY, Judged, judge

_ADDRESS = "postgresql://vangnet:p%40ss%2Fw%25rd@postgres.example:5433/vangnet?sslmode=require"
_PASSWORD = "p@ss/w%rd"
_DAY = 24 * 3600
_STAND_IN = """#!/bin/sh
echo "$(basename "$0")|${PGPASSWORD:-}|$*" >> "$SEEN"
for argument; do
    case $argument in --file=/dev/null) ;; --file=*) touch -d "${MADE:-now}" "${argument#--file=}" ;; esac
done
case "$(basename "$0") $*" in
"${KILLS:-nobody}"*) kill -9 "$PPID" ;;
"${FAILS:-nobody}"*) exit 2 ;;
esac
"""


class _Folder:
    """A folder of backups, and the stand-ins beside it."""

    def __init__(self, path: Path) -> None:
        self.path, self._programs, self._seen = path / "backups", path / "programs", path / "seen"
        (self.path / "keys").mkdir(parents=True)
        self._programs.mkdir()
        for name in ("pg_dump", "pg_restore", "psql", "vangnet"):
            (self._programs / name).write_text(_STAND_IN, encoding="utf-8")
            (self._programs / name).chmod(0o755)

    def run(self, script: str, *arguments: str, **environment: str) -> Judged:
        """One of the two scripts, with the same address for both."""
        self._seen.write_text("", encoding="utf-8")
        ours = {"PATH": f"{self._programs}:{os.environ['PATH']}", "SEEN": str(self._seen)}
        urls = dict.fromkeys(("BACKUP_DATABASE_URL", "VANGNET_MIGRATE_DATABASE_URL"), _ADDRESS)
        return judge("sh", DEPLOY / "backup" / script, self.path, *arguments, **ours | urls | environment)

    def backup(self, **environment: str) -> Judged:
        return self.run("backup.sh", **environment)

    def restore(self, moment: str, **environment: str) -> Judged:
        return self.run("restore.sh", moment, **environment)

    def moment(self) -> str:
        """That of a backup which is taken now."""
        code, said = self.backup()
        assert 0 == code, said
        return said.strip()

    @property
    def seen(self) -> list[list[str]]:
        """Of each program that the last script ran: its name, the password in its environment, and its arguments."""
        return [line.split("|") for line in self._seen.read_text(encoding="utf-8").splitlines()]

    @property
    def files(self) -> set[str]:
        """What is there, but for the lock."""
        here = {str(file.relative_to(self.path)) for file in self.path.rglob("*") if file.is_file()}
        return here - {".lock"}


@pytest.fixture
def folder(tmp_path: Path) -> _Folder:
    """One of its own."""
    return _Folder(tmp_path)


def test_no_password_stands_on_a_command_line(folder: _Folder) -> None:
    """Everybody on a machine sees those: the address goes there without, and the password by the environment, to PostgreSQL's programs alone."""
    moment = folder.moment()
    backed_up = folder.seen
    assert 0 == folder.restore(moment).code
    put_back = folder.seen
    for _, password, told in backed_up + put_back:
        assert not any(secret in told for secret in ("p%40ss", _PASSWORD))
        assert password == (_PASSWORD if "--dbname=" in told else "")
        assert "--dbname=" not in told or "postgresql://vangnet@postgres.example:5433/vangnet?sslmode=require" in told
    assert ["pg_dump", "pg_dump", "vangnet", "pg_restore", "pg_restore", "vangnet"] == [each[0] for each in backed_up]
    assert "audit backed-up" == backed_up[-1][2]
    looked, done = ["pg_restore"] * 2, ["psql", "pg_restore", "pg_restore", "vangnet", "vangnet"]
    assert looked + done == [each[0] for each in put_back]


def test_a_password_that_is_given_by_itself_stays(folder: _Folder) -> None:
    """As the unit of the night's backup gives it; where it would be on the command line all the same, nothing is done."""
    here = "postgresql://vangnet_backup@127.0.0.1/vangnet"
    assert 0 == folder.backup(BACKUP_DATABASE_URL=here, PGPASSWORD="by-itself").code
    assert {"by-itself"} == {password for _, password, told in folder.seen if here in told}
    refused = folder.backup(BACKUP_DATABASE_URL=f"{here}?password=x")
    assert (2, True) == (refused.code, "before its @" in refused.said)


@pytest.mark.parametrize("days", ["0", "-1", "31", "08", "1.5", "thirty", " ", "1 2"])
def test_what_is_no_number_of_days_is_refused(folder: _Folder, days: str) -> None:
    """With 0 a backup threw away the key store that it had just dumped: without that its file cannot be read."""
    code, said = folder.backup(BACKUP_KEYSTORE_DAYS=days)

    assert (2, True) == (code, "BACKUP_KEYSTORE_DAYS" in said)
    assert ([], set()) == (folder.seen, folder.files)


def test_older_key_stores_go_and_the_new_one_stays(folder: _Folder) -> None:
    """Also the new one that looks old, by a clock that was put right meanwhile."""
    keys, now = folder.path / "keys", time.time()
    for name, age in (("keystore-older.dump", 1.5), ("keystore-old.dump", 0.5)):
        (keys / name).touch()
        os.utime(keys / name, (now - age * _DAY, now - age * _DAY))

    code, said = folder.backup(BACKUP_KEYSTORE_DAYS="1", MADE="3 days ago")

    assert (0, {"keystore-old.dump", f"keystore-{said.strip()}.dump"}) == (code, {file.name for file in keys.iterdir()})


def test_two_backups_are_not_made_at_once(folder: _Folder) -> None:
    """The second would write into the first one's files: it is refused, and touches none of them."""
    (folder.path / ".file").touch()
    with (folder.path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = folder.backup()

    assert (2, True) == (code, "another one is at work" in said)
    assert ([], {".file"}) == (folder.seen, folder.files)
    assert folder.moment()


def test_half_a_backup_does_not_stay(folder: _Folder) -> None:
    """One that fails takes its own away, and of one that was killed the next does: a dump of keys has its days."""
    (folder.path / "keys" / ".keystore").touch()
    assert -9 == folder.backup(KILLS="pg_dump").code
    assert {".file"} == folder.files
    assert 0 != folder.backup(FAILS="vangnet keys destroyed").code
    assert set() == folder.files


def _without(name: str) -> Callable[[Path, str], None]:
    return lambda path, moment: (path / name.format(moment)).unlink()


def _cut(path: Path, _: str) -> None:
    (path / "destroyed").write_text('{"key": 1}\n\n{"key": 2, "de', encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (_without("file-{}.dump"), "/file-"),
        (_without("keys/keystore-{}.dump"), "/keys/keystore-"),
        (_without("destroyed"), "/destroyed"),
        (_cut, "/destroyed"),
    ],
    ids=["no file", "no key store", "no list", "half a list"],
)
def test_a_restore_begins_with_all_its_files(folder: _Folder, harm: Callable[[Path, str], None], named: str) -> None:
    """What is missing is found before the database holds half of it, or what was erased."""
    moment = folder.moment()
    harm(folder.path, moment)

    code, said = folder.restore(moment)

    assert (2, True, True) == (code, named in said, "nothing was begun" in said)
    assert "psql" not in {each[0] for each in folder.seen}


def test_a_restore_reads_both_dumps_first(folder: _Folder) -> None:
    """One that ends halfway, as a copy does on a full disk, is found before the other one is put back."""
    moment = folder.moment()
    code, said = folder.restore(moment, FAILS=f"pg_restore --file=/dev/null {folder.path}/keys/")

    assert (2, True) == (code, "cannot be read to its end" in said)
    assert ["pg_restore", "pg_restore"] == [each[0] for each in folder.seen]


def test_a_restore_that_is_cut_off_says_what_to_do(folder: _Folder) -> None:
    """Wherever it was: exit code 1 and the way on, and 2 where the database was not touched."""
    moment = folder.moment()
    (folder.path / "destroyed").write_text('{"key": 1}\n', encoding="utf-8")
    for program in ("pg_restore --exit-on-error", "vangnet migrate", "vangnet keys apply-destroyed"):
        code, said = folder.restore(moment, FAILS=program)
        assert (1, True) == (code, "Make the database anew and repeat" in said), program
    code, said = folder.restore(moment, FAILS="psql")
    assert (2, True) == (code, "nothing was begun" in said)
