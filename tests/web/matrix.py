"""Who may do and see what over HTTP, written by hand from the protocol's own page. Review this table, not the test.

A case stands at eight moments. Every letter is somebody who logs in:

    S  the school of the case            A  a partner that is asked (GGD)
    C  the CJG                           J  a partner that joined (zedenpolitie)
    V  an agency (Veilig Thuis)          D  a partner that is done (jeugdpreventie)
    Z  the ZVH                           O  another school
    F  the functional administrator      P  the privacy officer        T  the technical administrator

A person has no login: what their link shows and takes is at the end.
"""

from __future__ import annotations

USERS = {
    "S": "m.dewit",
    "O": "r.bakker",
    "C": "s.yilmaz",
    "V": "j.vandijk",
    "Z": "a.jansen",
    "A": "l.smit",
    "J": "t.visser",
    "D": "d.bos",
    "F": "f.admin",
    "P": "p.privacy",
    "T": "o.ops",
}

MOMENTS = ("opened", "talked", "reported", "partners", "meeting", "directed", "hand_over", "closed")
"""
opened     the school has just reported signals
talked     both talks held, consent asked of pupil and parent for the CJG, nobody answered
reported   escalated without any consent: the CJG and the ZVH are asked and not covered
partners   the CJG coordinates with everybody's consent; A asked, J joined, D done; asked: the ZVH to direct, and
           Veilig Thuis, for which nobody consented, to take over
meeting    the CJG coordinates, a network meeting is planned, acute danger is declared; A asked, J joined
directed   coordination by Veilig Thuis, not covered, so the CJG holds the file still; the ZVH directs; A joined and
           lost its consent; J joined and has an agreement to carry out
hand_over  given back to the school, not confirmed; A was asked and never answered, J joined
closed     the school confirmed
"""

READS_NAMES = {
    "opened": "S",
    "talked": "S",
    "reported": "S",
    "partners": "S C Z J",
    "meeting": "S C J",
    "directed": "S C Z J",
    "hand_over": "S C J",
    "closed": "S",
}
"""Who reads who the people are. Needs cover and a place in the case (2.4)."""

SEES_NO_NAMES = {
    "opened": "F P T",
    "talked": "F P T",
    "reported": "C Z F P T",
    "partners": "V A F P T",
    "meeting": "A F P T",
    "directed": "V A F P T",
    "hand_over": "F P T",
    "closed": "F P T",
}
"""For whom there is a case without anybody's name: who was asked, or lost cover; and who keeps the system.

For everybody in neither table there is no case."""

BREAKS_GLASS = {
    "opened": "",
    "talked": "",
    "reported": "C Z",
    "partners": "V",
    "meeting": "",
    "directed": "V A",
    "hand_over": "",
    "closed": "",
}
"""Who may open the file in an emergency: whom only cover keeps from it. A partner that is asked has to accept first."""

# A cell names who may; a dot is nobody. For who sees the case and is not named it is refused; for all others there is
# no such page. The rows are those of part 2.3.
#                         opened  talked  reported partners meeting directed  hand_over closed
MAY = """
add-signal                S       S       S        SC       SC      SV        .         .
set-guardians             S       S       S        SC       SC      SV        .         .
change-school             S       S       S        SC       SC      SV        .         .
record-police-contact     S       S       S        SC       SC      SV        SC        .
plan-pupil-talk           S       .       .        .        .       .         .         .
record-pupil-talk         S       .       .        .        .       .         .         .
record-parent-talk        .       .       .        .        .       .         .         .
request-consent           .       S       S        C        C       V         .         .
answer-consent            .       S       .        .        .       .         .         .
ask-to-talk               .       .       .        .        .       .         .         .
withdraw-consent          .       .       .        SC       SC      SCV       SC        S
record-legal-basis        S       S       S        SC       SC      SV        SC        .
decide-report             .       S       .        .        .       .         .         .
accept-report             .       .       C        .        .       .         .         .
return-report             .       .       .        .        .       .         .         .
forward-case              .       .       C        .        .       V         .         .
accept-forward            .       .       .        V        .       .         .         .
decline-forward           .       .       .        V        .       .         .         .
withdraw-forward          .       .       .        C        .       .         .         .
set-severity              .       .       .        C        C       VZ        .         .
engage-partners           .       .       .        C        C       VZ        .         .
answer-partner-request    .       .       .        A        A       .         .         .
finish-partner            .       .       .        CJ       CJ      VAJ       CJ        .
decide-network-meeting    .       .       .        C        .       VZ        .         .
plan-network-meeting      .       .       .        .        C       .         .         .
cancel-network-meeting    .       .       .        .        C       .         .         .
record-network-meeting    .       .       .        .        C       .         .         .
complete-action           .       .       .        .        .       VZJ       .         .
record-evaluation         .       .       .        .        .       VZ        .         .
escalate                  S       S       .        .        SC      .         .         .
report-non-cooperation    S       S       .        .        C       .         .         .
withdraw-escalation       .       .       S        C        .       .         .         .
accept-escalation         .       .       Z        Z        .       .         .         .
decline-escalation        .       .       Z        Z        .       .         .         .
de-escalate               .       .       .        C        C       .         .         .
confirm-hand-over         .       .       .        .        .       .         S         .
return-hand-over          .       .       .        .        .       .         S         .
resume-coordination       .       .       .        .        .       .         C         .
close-unconfirmed         .       .       .        .        .       .         .         .
end-case                  .       .       S        C        C       .         .         .
extend-deadline           S       S       SCZ      CVZA     CA      VZJ       SC        .
declare-acute             S       S       SCZ      SCVZAJ   .       SCVZAJ    SCJ       .
clear-acute               .       .       .        .        C       .         .         .
cancel-case               S       .       .        .        .       .         .         .
"""

FIELDS: dict[str, dict[str, str]] = {
    "add-signal": {"signals": "recruitment"},
    "set-guardians": {"name-1": "Ouder Twee", "custody-1": "yes"},
    "change-school": {"to": "school-het-kompas"},
    "record-police-contact": {"contact": "complaint"},
    "plan-pupil-talk": {"held_by": "mentor", "at": "2031-01-08T10:00"},
    "record-pupil-talk": {"held_by": "mentor"},
    "record-parent-talk": {"existing_care": "no", "postponed_for_safety": "no", "pupil_present": "yes"},
    "request-consent": {"persons": "pupil", "parties": "slachtofferhulp"},
    "answer-consent": {"person": "pupil", "answer": "granted", "channel": "paper"},
    "withdraw-consent": {"person": "pupil"},
    "record-legal-basis": {"basis": "acute_danger", "parties": "ggz"},
    "decide-report": {"needed": "yes"},
    "forward-case": {"to": "veilig-thuis"},
    "set-severity": {"severity": "high"},
    "engage-partners": {"partners": "ggd"},
    "answer-partner-request": {"answer": "accept"},
    "finish-partner": {"partner": "zedenpolitie"},
    "decide-network-meeting": {"needed": "no"},
    "plan-network-meeting": {"at": "2031-01-08T10:00", "invitees": "guardian-1"},
    "record-network-meeting": {"attendees": "guardian-1"},
    "complete-action": {"action": "action-1"},
    "record-evaluation": {"next": "coordination"},
    "escalate": {"reason": "more_partners_needed"},
    "report-non-cooperation": {"who": "parent"},
    "de-escalate": {"reason": "goal_reached"},
    "end-case": {"reason": "stalled"},
    "extend-deadline": {"task": "police_contact", "until": "2031-01-08"},
}
"""What the one who tries fills in: what the message would need if it were theirs to tell."""

PAGES = {
    "/zaken": "SOCVZAJDFPT",
    "/zaken/nieuw": "SO",
    "/beoordelingen": "SOCVZAJDFPT",
    "/organisaties": "F",
    "/organisaties/nieuw": "F",
    "/organisaties/ggd": "F",
    "/organisaties/instellingen": "F",
    "/organisaties/wijzigingen": "F",
    "/toegang": "P",
    "/toegang?zaak={case}": "P",
    "/toegang/noodtoegang": "P",
    "/toegang/uittreksel": "P",
    "/toegang/uittreksel?zaak={case}&persoon=pupil": "P",
    "/toegang/uittreksel.json?zaak={case}&persoon=pupil": "P",
    "/rechten": "P",
    "/rechten/nieuw": "P",
    "/rechten/nieuw?zaak={case}": "P",
    "/rechten/bewaartermijnen": "P",
    "/rechten/bewaartermijnen/aanpassen": "P",
    "/rechten/{request}": "P",
    "/rechten/{request}/stukken": "P",
    "/rechten/{request}/inzage": "P",
    "/rechten/{request}/inzage.json": "P",
    "/beoordelingen/{review}": "S",
}
"""Pages that are about no case of the visitor's own; a review is for the organisation of who asks for it."""

REFUSED = {"/zaken/nieuw"}
"""Of these everybody else hears that it is not theirs; all others are no page for them."""

POSTS = {
    "/zaken": "SOCVZAJDFPT",
    "/toegang": "P",
    "/toegang/uittreksel": "P",
    "/zaken/nieuw": "SO",
    "/organisaties/nieuw": "F",
    "/organisaties/ggd": "F",
    "/organisaties/instellingen": "F",
    "/rechten/bewaartermijnen": "P",
    "/rechten/bewaartermijnen/aanpassen": "P",
    "/rechten/bewaartermijnen/vasthouden": "P",
}
"""Their forms. Nothing is filled in: who may is asked to."""

LINKS = {
    "talked": "Mogen wij",
    "partners": "Dit is uw antwoord",
    "hand_over": "Dit is uw antwoord",
    "closed": "Dit is uw antwoord",
}
"""What the parent's consent link shows, with nobody logged in."""


def may() -> dict[str, dict[str, str]]:
    """The table by message and moment."""
    rows = [line.split() for line in MAY.split("\n") if line]
    return {
        name: dict(zip(MOMENTS, ["" if cell == "." else cell for cell in cells], strict=True)) for name, *cells in rows
    }
