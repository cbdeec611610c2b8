"""The command line: see ``vangnet --help``."""

import logging
import os
import sys

import typer
from typer.core import TyperGroup

from runtime.leaving import leaving
from starter.cli import audit, case, clock, keys, region, retention, temporal
from starter.cli.check import check
from starter.cli.exits import Exit, report
from starter.cli.notices import notices
from starter.cli.processes import codec, local, migrate, web, worker
from starter.cli.reconcile import reconcile


class InOrder(TyperGroup):
    """Lists what people do first, then what is looked after, then the processes."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # its public name there
        found = super().list_commands(ctx)
        return [*(name for name in _ORDER if name in found), *(name for name in found if name not in _ORDER)]


_ORDER = (
    "case",
    "clock",
    "notices",
    "audit",
    "retention",
    "keys",
    "region",
    "temporal",
    "check",
    "reconcile",
    "local",
    "worker",
    "web",
    "codec",
    "migrate",
)

app = typer.Typer(
    cls=InOrder,
    context_settings={"help_option_names": ["--help", "-h"]},
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Vangnet: runs the school protocol for sexting and loverboy cases, one durable workflow for each case.",
    epilog="Exit codes: 0 done, 1 not in order or waited in vain, 2 wrong use, 3 refused or no such case, "
    "4 not reachable or not carried out yet: repeat it with the same --id.",
)
app.add_typer(case.app, name="case")
app.add_typer(clock.app, name="clock")
app.command()(notices)
app.add_typer(audit.app, name="audit")
app.add_typer(retention.app, name="retention")
app.add_typer(keys.app, name="keys")
app.add_typer(region.app, name="region")
app.add_typer(temporal.app, name="temporal")
app.command()(check)
app.command()(reconcile)
for process in (local, worker, web, codec, migrate):
    app.command()(process)


def main() -> None:
    """Run the command line; every error ends here as one line and an exit code."""
    # What a library complains of is for logs; a person gets the one line of what it led to.
    logging.lastResort = logging.NullHandler()
    with leaving():
        raise SystemExit(_run(as_json="--json" in sys.argv[1:]))


def _run(*, as_json: bool) -> int:
    try:
        ended = app(prog_name="vangnet", standalone_mode=False)
    except KeyboardInterrupt:
        ended = Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        ended = Exit.DONE
    except Exception as error:  # noqa: BLE001  # nothing but a line may reach a person
        ended = report(error, as_json=as_json)
    return ended if isinstance(ended, int) else Exit.DONE
