"""Why a message is refused: a fixed code, and one Dutch sentence that names what is missing."""

from __future__ import annotations

from enum import StrEnum

from protocol import vocabulary as v


class RefusalCode(StrEnum):
    """Stable: programs rely on these."""

    UNKNOWN_CASE = "unknown_case"
    CASE_CLOSED = "case_closed"
    NOT_ALLOWED = "not_allowed"
    WRONG_STEP = "wrong_step"
    NOTE_MISSING = "note_missing"
    MESSAGE_ID_REUSED = "message_id_reused"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    UNKNOWN_PERSON = "unknown_person"
    PERSON_TWICE = "person_twice"
    DATE_IN_PAST = "date_in_past"
    DATE_TOO_FAR = "date_too_far"
    SECOND_REVIEWER_MISSING = "second_reviewer_missing"
    SECOND_REVIEWER_SAME = "second_reviewer_same"
    OBJECTION_PENDING = "objection_pending"

    NO_SIGNAL = "no_signal"
    STAFF_INVOLVED = "staff_involved"
    NO_GUARDIAN_WITH_CUSTODY = "no_guardian_with_custody"
    NOTHING_NEW = "nothing_new"
    NOT_A_SCHOOL = "not_a_school"
    NOT_COVERED = "not_covered"
    POLICE_CONTACT_MISSING = "police_contact_missing"

    PARENT_TALK_MISSING = "parent_talk_missing"
    TALK_ALREADY_HELD = "talk_already_held"

    NOTHING_TO_ASK = "nothing_to_ask"
    NOTHING_ASKED = "nothing_asked"
    NOTHING_GRANTED = "nothing_granted"
    NOT_YOUR_ANSWER = "not_your_answer"
    WRONG_CHANNEL = "wrong_channel"

    FORWARD_OPEN = "forward_open"
    FORWARD_IMPOSSIBLE = "forward_impossible"
    NO_FORWARD = "no_forward"
    SEVERITY_MISSING = "severity_missing"
    PARTNER_ALREADY_ENGAGED = "partner_already_engaged"
    NOT_A_PARTNER = "not_a_partner"
    PARTNER_NOT_REQUESTED = "partner_not_requested"
    PARTNER_NOT_ACCEPTED = "partner_not_accepted"

    PARENTS_NOT_INVITED = "parents_not_invited"
    PUPIL_HAS_NOT_CONSENTED = "pupil_has_not_consented"
    MEETING_NOT_PLANNED = "meeting_not_planned"
    NOT_INVITED = "not_invited"
    OWNER_NOT_IN_CASE = "owner_not_in_case"
    NO_OPEN_ACTION = "no_open_action"
    OPEN_ACTIONS = "open_actions"

    ESCALATION_OPEN = "escalation_open"
    NO_ESCALATION = "no_escalation"
    REASON_NOT_YOURS = "reason_not_yours"
    CONSENT_NOT_LACKING = "consent_not_lacking"
    COORDINATOR_NOT_SILENT = "coordinator_not_silent"
    ZVH_NOT_SILENT = "zvh_not_silent"

    DEADLINE_NOT_PASSED = "deadline_not_passed"
    NO_SUCH_DEADLINE = "no_such_deadline"
    DEADLINE_NOT_LATER = "deadline_not_later"
    EXTENDED_ALREADY = "extended_already"
    ALREADY_ACUTE = "already_acute"
    NOT_ACUTE = "not_acute"
    AGE_NOT_NEW = "age_not_new"


STEP_IN_DUTCH = {
    v.Step.SIGNAL: "signaal",
    v.Step.PUPIL_TALK: "gesprek met de leerling",
    v.Step.PARENT_TALK: "gesprek met de ouders",
    v.Step.REPORT: "melding",
    v.Step.PARTNERS: "partners",
    v.Step.NETWORK_MEETING: "netwerkberaad",
    v.Step.COORDINATION: "coördinatie",
    v.Step.HAND_OVER: "overdracht",
    v.Step.CLOSED: "gesloten",
}

_C = RefusalCode
TEXTS: dict[RefusalCode, str] = {
    _C.UNKNOWN_CASE: "Er is geen casus met dit nummer waar u bij mag.",
    _C.CASE_CLOSED: "De casus is gesloten en verandert niet meer.",
    _C.NOT_ALLOWED: "Dit hoort niet bij uw rol in deze casus.",
    _C.WRONG_STEP: "Dit kan niet in de stap {step}, waarin de casus nu is.",
    _C.NOTE_MISSING: "Er ontbreekt een notitie: schrijf erbij waarom of wat er is besproken.",
    _C.MESSAGE_ID_REUSED: "Onder dit berichtnummer is al iets anders verteld; neem een nieuw nummer.",
    _C.UNKNOWN_ORGANISATION: "Een genoemde organisatie staat niet in de lijst van deze regio.",
    _C.UNKNOWN_PERSON: "Een genoemde persoon hoort niet bij deze casus.",
    _C.PERSON_TWICE: "Een persoon wordt twee keer genoemd.",
    _C.DATE_IN_PAST: "De genoemde datum is al voorbij; geef een datum in de toekomst.",
    _C.DATE_TOO_FAR: "De genoemde datum ligt te ver weg; controleer het jaar.",
    _C.SECOND_REVIEWER_MISSING: "Er ontbreekt een tweede beoordelaar.",
    _C.SECOND_REVIEWER_SAME: "De tweede beoordelaar moet iemand anders zijn dan uzelf.",
    _C.OBJECTION_PENDING: "Iemand in deze casus heeft bezwaar gemaakt: zolang daarover niet is beslist wordt niets gedeeld.",
    _C.NO_SIGNAL: "Er ontbreekt een signaal: kies er ten minste één.",
    _C.STAFF_INVOLVED: "Is een medewerker betrokken, dan geldt een andere wettelijke weg: ga direct naar uw bevoegd gezag.",
    _C.NO_GUARDIAN_WITH_CUSTODY: "Bij een leerling onder 16 jaar ontbreekt een ouder of voogd met gezag.",
    _C.NOTHING_NEW: "Dit staat al zo in de casus; er verandert niets.",
    _C.NOT_A_SCHOOL: "De genoemde organisatie is geen school.",
    _C.NOT_COVERED: "Er ontbreekt toestemming of een grondslag voor een genoemde partij.",
    _C.POLICE_CONTACT_MISSING: "Bij sexting ontbreekt nog het contact met de politie: leg dat eerst vast.",
    _C.PARENT_TALK_MISSING: "Het gesprek met de ouders is nog niet vastgelegd of uitgesteld.",
    _C.TALK_ALREADY_HELD: "Het gesprek met de ouders is al vastgelegd.",
    _C.NOTHING_TO_ASK: "Er is niets te vragen: deze toestemming is al gevraagd of gegeven.",
    _C.NOTHING_ASKED: "Er staat voor deze persoon geen vraag om toestemming open.",
    _C.NOTHING_GRANTED: "Er is geen toestemming gegeven die ingetrokken kan worden.",
    _C.NOT_YOUR_ANSWER: "U kunt alleen voor uzelf antwoorden.",
    _C.WRONG_CHANNEL: "Kies hoe het antwoord kwam: van de persoon zelf via de link, of anders op papier of mondeling.",
    _C.FORWARD_OPEN: "Er wacht al een andere instantie op een antwoord over het doorzetten.",
    _C.FORWARD_IMPOSSIBLE: "Naar deze organisatie kan de casus nu niet worden doorgezet.",
    _C.NO_FORWARD: "De casus is niet doorgezet.",
    _C.SEVERITY_MISSING: "De zwaarte van de casus is nog niet bepaald.",
    _C.PARTNER_ALREADY_ENGAGED: "Een genoemde partner is al gevraagd of doet al mee.",
    _C.NOT_A_PARTNER: "Een genoemde organisatie kan hier geen partner zijn.",
    _C.PARTNER_NOT_REQUESTED: "Uw organisatie is niet gevraagd of heeft al geantwoord.",
    _C.PARTNER_NOT_ACCEPTED: "Deze partner doet nu niet mee aan de casus.",
    _C.PARENTS_NOT_INVITED: "De ouders met gezag ontbreken bij de genodigden; zonder hen is een reden en een tweede beoordelaar nodig.",
    _C.PUPIL_HAS_NOT_CONSENTED: "De leerling is 16 jaar of ouder en heeft geen toestemming gegeven om de ouders te betrekken.",
    _C.MEETING_NOT_PLANNED: "Er is nog geen netwerkberaad gepland.",
    _C.NOT_INVITED: "Een genoemde aanwezige was niet uitgenodigd.",
    _C.OWNER_NOT_IN_CASE: "De eigenaar van een afspraak doet niet mee aan deze casus.",
    _C.NO_OPEN_ACTION: "Deze afspraak staat niet open of is niet van u.",
    _C.OPEN_ACTIONS: "Er staan nog afspraken open: rond die eerst af.",
    _C.ESCALATION_OPEN: "De casus is al opgeschaald naar het Zorg- en Veiligheidshuis.",
    _C.NO_ESCALATION: "Er staat geen verzoek om op te schalen open.",
    _C.REASON_NOT_YOURS: "Om deze reden kan uw organisatie nu niet opschalen.",
    _C.CONSENT_NOT_LACKING: "Er is geen weigering, intrekking of uitgebleven antwoord, of er is al een grondslag.",
    _C.COORDINATOR_NOT_SILENT: "Er is geen termijn van de coördinator die tien werkdagen geleden verliep.",
    _C.ZVH_NOT_SILENT: "Het Zorg- en Veiligheidshuis heeft de regie en liet korter dan tien werkdagen geleden van zich horen.",
    _C.DEADLINE_NOT_PASSED: "De termijn voor de overdracht is nog niet voorbij.",
    _C.NO_SUCH_DEADLINE: "Deze termijn loopt niet of is niet van u.",
    _C.DEADLINE_NOT_LATER: "De nieuwe datum ligt niet na de huidige termijn.",
    _C.EXTENDED_ALREADY: "Deze termijn is al een keer verlengd.",
    _C.ALREADY_ACUTE: "Het acute gevaar is al gemeld.",
    _C.NOT_ACUTE: "Er is nu geen acuut gevaar gemeld.",
    _C.AGE_NOT_NEW: "Deze leeftijd was al bekend.",
}


class Refused(Exception):  # it is an answer, not a fault
    """A message that the protocol does not allow now; nothing of it stays.

    Attributes:
        code: Which rule refused it.
        step: The step that the sentence names, where it names one.
        text: One Dutch sentence for the person who told it.
    """

    def __init__(self, code: RefusalCode, step: v.Step | None = None) -> None:
        """Refuse by this rule; ``step`` is named where the sentence names a step."""
        self.code = code
        self.step = step
        self.text = TEXTS[code].format(step=STEP_IN_DUTCH[step] if step else "")
        super().__init__(self.text)
