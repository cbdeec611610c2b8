"""The store: everything that is remembered, on PostgreSQL."""

from __future__ import annotations

from store.ages import Ages
from store.audit import Audit
from store.cases import Cases
from store.data_keys import DataKeys
from store.directory_changes import DirectoryChanges
from store.drafts import Drafts
from store.file import File
from store.journal import Journal
from store.links import Links
from store.messages import Messages
from store.notices import Notices
from store.outbox import Outbox
from store.overview import Overviews
from store.recording import Recordings
from store.reviews import Reviews
from store.sessions import Sessions
from store.staff import Staff


class Store(
    Cases,
    Messages,
    Recordings,
    Notices,
    Outbox,
    Links,
    Overviews,
    Journal,
    File,
    Ages,
    DirectoryChanges,
    Staff,
    Sessions,
    Drafts,
    Reviews,
    Audit,
    DataKeys,
):
    """All parts of the store over one pool of connections; each is described in its own module.

    Open it with :meth:`connect`, close it with :meth:`close`. It decides no rule of the protocol.
    Every method can raise ``StoreUnavailable``, and may then be called again.
    """
