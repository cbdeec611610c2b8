"""The processes: ``vangnet local``, ``worker``, ``web``, ``codec`` and ``migrate``."""

from starter.cli.options import Json
from starter.cli.run import run


def local() -> None:
    """Run everything here, with demo data (make run)."""
    from starter.local import main

    main()


def worker() -> None:
    """Run a worker, which carries the cases.

    Any number of them share the work.
    """
    from worker import main

    main()


def web() -> None:
    """Serve the pages."""
    from starter.web.serving import main

    main()


def codec() -> None:
    """Open payloads for Temporal's console, for who may see their cases."""
    from starter.codec.serving import main

    main()


def migrate(*, as_json: Json = False) -> None:
    """Bring the database up to date."""
    from starter.cli import migrating

    run(migrating.bring_up_to_date(as_json=as_json))
