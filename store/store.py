"""The store: everything that is remembered, on PostgreSQL."""

from __future__ import annotations

from store.accesses import Accesses
from store.ages import Ages
from store.anchors import Anchors
from store.audit import Audit
from store.cases import Cases
from store.corrections import Corrections
from store.cuts import Cuts
from store.directory_changes import DirectoryChanges
from store.drafts import Drafts
from store.emergencies import Emergencies
from store.figures import FigureReading
from store.file import File
from store.holds import Holds
from store.journal import Journal
from store.key_store import DataKeys
from store.link_codes import LinkCodes
from store.links import Links
from store.messages import Messages
from store.notices import Notices
from store.outbox import Outbox
from store.overview import Overviews
from store.reconciling import Reconciling
from store.recording import Recordings
from store.retention import Retention
from store.reviews import Reviews
from store.rights import Rights
from store.sessions import Sessions
from store.staff import Staff


class Store(
    Cases,
    Messages,
    Recordings,
    Notices,
    Outbox,
    Links,
    LinkCodes,
    Overviews,
    Journal,
    File,
    Ages,
    DirectoryChanges,
    Staff,
    Sessions,
    Drafts,
    Reviews,
    Retention,
    Holds,
    Rights,
    Corrections,
    Cuts,
    Emergencies,
    Accesses,
    Audit,
    Anchors,
    DataKeys,
    FigureReading,
    Reconciling,
):
    """All parts of the store over one pool of connections; each is described in its own module.

    Open it with :meth:`connect`, close it with :meth:`close`. It decides no rule of the protocol.
    Every method can raise ``StoreUnavailable``, and may then be called again.
    """
