"""Cases at every point where it matters who may tell or see something, for the tables about access."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from protocol import messages as m
from protocol import vocabulary as v
from tests.protocol import stories as s
from tests.protocol.telling import Telling, organisation

VEILIG_THUIS = organisation("veilig-thuis")
ROADS: dict[str, Callable[[], Telling]] = {
    "partners": s.engaged,
    "network_meeting": s.planned,
    "coordination": s.at_coordination,
}
"""The three steps in which somebody else coordinates than the school."""


def withdrawn(telling: Telling) -> Telling:
    """The pupil takes every consent back: nobody is covered any more."""
    return telling.must(m.WithdrawConsent(person="pupil"), "pupil")


def bare(road: str) -> Telling:
    """The CJG coordinates without cover, and the school keeps the file."""
    telling = s.at_bare_partners()
    if road != "partners":
        telling.must(m.DecideNetworkMeeting(needed=road == "network_meeting"), "cjg")
    return telling


def bare_agency(road: str) -> Telling:
    """Veilig Thuis coordinates without cover, and the CJG keeps the file."""
    telling = s.refused().must(s.basis("cjg"), "school-de-meent")
    telling.must(m.DecideReport(needed=True), "school-de-meent").must(m.AcceptReport(), "cjg")
    telling.must(m.SetSeverity(severity=v.Severity.HIGH), "cjg")
    telling.must(m.ForwardCase(to=VEILIG_THUIS), "cjg").must(m.AcceptForward(), "veilig-thuis")
    if road != "partners":
        telling.must(m.DecideNetworkMeeting(needed=road == "network_meeting"), "veilig-thuis")
    return telling


def keeper_loses_cover(road: str) -> Telling:
    """The same, and the CJG's own cover is gone: consent was all it had."""
    telling = ROADS[road]().must(s.ask(("pupil",), "jeugdbescherming"), "cjg")
    return withdrawn(telling)


def agency_without(road: str) -> Telling:
    """Veilig Thuis takes over after all consent was withdrawn: the CJG keeps the file without cover."""
    telling = withdrawn(s.engaged()).must(m.ForwardCase(to=VEILIG_THUIS), "cjg")
    telling.must(m.AcceptForward(), "veilig-thuis")
    if road != "partners":
        telling.must(m.DecideNetworkMeeting(needed=road == "network_meeting"), "veilig-thuis")
    return telling


def bare_forwarded(road: str) -> Telling:
    """The CJG coordinates without cover and wants to be rid of it."""
    telling = s.at_bare_partners().must(m.ForwardCase(to=VEILIG_THUIS), "cjg")
    if road != "partners":
        telling.must(m.DecideNetworkMeeting(needed=road == "network_meeting"), "cjg")
    return telling


def cjg_takes_part(road: str, *, accepted: bool = True) -> Telling:
    """Veilig Thuis coordinates, and engages the CJG as a partner."""
    telling = s.at_agency().must(m.EngagePartners(partners=(organisation("cjg"),)), "veilig-thuis")
    if accepted:
        telling.must(m.AnswerPartnerRequest(answer=v.PartnerAnswer.ACCEPT), "cjg")
    if road != "partners":
        telling.must(m.DecideNetworkMeeting(needed=road == "network_meeting"), "veilig-thuis")
    return telling


def forwarded(road: str) -> Telling:
    """Veilig Thuis is asked to coordinate."""
    if road != "network_meeting":
        return ROADS[road]().must(m.ForwardCase(to=VEILIG_THUIS), "cjg")
    telling = s.engaged().must(m.ForwardCase(to=VEILIG_THUIS), "cjg")
    return telling.must(m.DecideNetworkMeeting(needed=True), "cjg")


def asked_zvh(road: str) -> Telling:
    """The ZVH is asked and has not answered."""
    return ROADS[road]().must(s.escalate(), "cjg")


def zvh_directs(telling: Telling) -> Telling:
    """The ZVH takes the direction it was asked to take."""
    return telling.must(m.AcceptEscalation(), "zvh")


def forwarded_from_zvh(road: str) -> Telling:
    """Veilig Thuis is asked while the ZVH directs."""
    return zvh_directs(forwarded(road).must(s.escalate(), "cjg"))


def acting(road: str) -> Telling:
    """The GGD and a guardian have something to do."""
    telling = s.agreed()
    if road != "coordination":
        telling.must(m.RecordEvaluation(next=v.NextStep(road)), "cjg")
    return telling


def unconfirmed(telling: Telling) -> Telling:
    """The school never confirmed, and the CJG closed the case."""
    return telling.wait(20).must(m.CloseUnconfirmed(second_reviewer=s.SECOND), "cjg")


def finished() -> Telling:
    """The GGD's part is over; the police officer never answered."""
    return s.engaged().must(m.FinishPartner(partner=organisation("ggd")), "cjg")


def bare_hand_over() -> Telling:
    """The CJG hands back what it coordinated without cover."""
    return bare("coordination").must(s.de_escalate(), "cjg")


@cache
def stage(make: Callable[[], Telling]) -> Telling:
    """A scene, made once: nobody changes it."""
    return make()
