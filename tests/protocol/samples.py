"""One ordinary example of each message that people tell."""

from __future__ import annotations

from datetime import timedelta

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import name_of
from tests.protocol import stories as s
from tests.protocol.telling import Telling, organisation, organisations


def samples(telling: Telling) -> dict[str, m.Message]:
    """By name; dates are a few days from the case's now."""
    first = (telling.state.deadlines or s.at_signal().state.deadlines)[0]
    everything: tuple[m.Message, ...] = (
        m.AddSignal(signals=(v.Signal.IMAGE_SPREAD,)),
        m.SetGuardians(guardians=(*s.PARENTS, m.Guardian(person="guardian-3", custody=False))),
        m.ChangeSchool(to=organisation("school-het-kompas")),
        s.police(),
        s.plan_pupil_talk(telling),
        m.RecordPupilTalk(held_by=(v.Talker.SUPPORTER,)),
        s.talk(),
        s.ask(("pupil",), "jeugdbescherming"),
        s.answer("pupil"),
        m.AskToTalk(),
        m.WithdrawConsent(person="pupil"),
        s.basis("cjg"),
        m.DecideReport(needed=True),
        m.AcceptReport(),
        m.ReturnReport(),
        m.ForwardCase(to=organisation("veilig-thuis")),
        m.AcceptForward(),
        m.DeclineForward(),
        m.WithdrawForward(),
        m.SetSeverity(severity=v.Severity.LOW),
        m.EngagePartners(partners=organisations("veilig-thuis")),
        m.AnswerPartnerRequest(answer=v.PartnerAnswer.ACCEPT),
        m.FinishPartner(partner=organisation("ggd")),
        m.DecideNetworkMeeting(needed=True),
        s.meeting(telling, "cjg"),
        m.CancelNetworkMeeting(),
        m.RecordNetworkMeeting(attendees=("guardian-1",)),
        m.CompleteAction(action="action-1"),
        m.RecordEvaluation(next=v.NextStep.COORDINATION),
        s.escalate(),
        m.ReportNonCooperation(who=v.Who.PARENT),
        m.WithdrawEscalation(),
        m.AcceptEscalation(),
        m.DeclineEscalation(),
        s.de_escalate(),
        m.ConfirmHandOver(),
        m.ReturnHandOver(),
        m.ResumeCoordination(),
        m.CloseUnconfirmed(second_reviewer=s.SECOND),
        s.end_case(),
        m.ExtendDeadline(task=first.task, subject=first.subject, until=(telling.now + timedelta(days=100)).date()),
        m.DeclareAcute(),
        m.ClearAcute(),
        m.CancelCase(reason=v.CancelReason.DUPLICATE),
    )
    return {name_of(message): message for message in everything}
