"""Cases as the store gets them: opened by a school, and told things by the protocol's own rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.decide import refuse_later, take, take_from_system
from protocol.events import AcuteCleared, Recorded
from protocol.messages import Actor, Organisation, Told
from protocol.notices import Contact
from protocol.notify import notices
from protocol.policy import Policy
from protocol.recording import Recording
from protocol.refusals import RefusalCode
from store import ContactPerson, Content, GuardianIntake, Intake, Opening, OrganisationRow, PupilIntake, Store

REGION = "demo"
SCHOOL = "school-de-meent"
POLICY = Policy(region=REGION)
AT_SCHOOL = Actor(role=v.Role.SCHOOL, organisation=SCHOOL, user="s-mentor")
AT_CJG = Actor(role=v.Role.CJG, organisation="cjg", user="s-coordinator")
CJG = Organisation(id="cjg", kind=v.OrganisationKind.CJG)

PUPIL_NAME = "Roosmarijn van Scherpenzeel"
GUARDIAN_NAME = "Wilhelmina van Scherpenzeel"
GUARDIAN_ADDRESS = "wilhelmina@scherpenzeel.example"
DESK_NAME = "Balie van Ooijen"
DESK_ADDRESS = "balie@ooijen.example"
LEAD_ADDRESS = "hoofd@ooijen.example"
NOTE = "In de pauze werd een foto doorgestuurd"
SECRETS = (PUPIL_NAME, GUARDIAN_NAME, GUARDIAN_ADDRESS, NOTE, "Scherpenzeel", "2013-05-17")

_ids = count(1)


def note_id() -> str:
    """A new note's id."""
    return f"00000000-0000-4000-8000-{next(_ids):012d}"


def told(message: m.Message, actor: Actor = AT_SCHOOL, *, note: str | None = None, ident: str | None = None) -> Told:
    """A message on its way."""
    number = next(_ids)
    return Told(id=ident or f"m-{number}", digest=f"digest-{number}", actor=actor, message=message, note_id=note)


def intake(date_of_birth: date = date(2013, 5, 17), name: str = PUPIL_NAME) -> Intake:
    """What the school tells about the people."""
    return Intake(
        signals=(v.Signal.NUDE_PHOTOS,),
        staff_involved=False,
        pupil=PupilIntake(name=name, date_of_birth=date_of_birth, email="r@scherpenzeel.example"),
        guardians=(GuardianIntake(name=GUARDIAN_NAME, email=GUARDIAN_ADDRESS, custody=True),),
        note=NOTE,
    )


_IN_A_NUMBER = str.maketrans("01", "xw")
"""Numbers of cases have neither."""


def opening(age: v.AgeBand = v.AgeBand.FROM_12, case_id: str | None = None) -> Opening:
    """The message that opens a case with one guardian."""
    case_id = case_id or f"{next(_ids):04d}".translate(_IN_A_NUMBER) + "-2222-2222"
    message = m.OpenCase(
        case=case_id,
        signals=(v.Signal.NUDE_PHOTOS,),
        age=age,
        guardians=(m.Guardian(person="guardian-1", custody=True),),
        staff_involved=False,
    )
    return Opening(case_id=case_id, region=REGION, school=SCHOOL, told=told(message, note=note_id()), policy=POLICY)


class Story:
    """A case that is told one thing after another; each turn gives a recording."""

    def __init__(self, first: Opening, now: datetime | None = None) -> None:
        self.opening = first
        self.id = first.case_id
        self.now = now or datetime.now(UTC)
        self.case: Case | None = None

    def tell(self, *messages: Told) -> Recording:
        """One turn: what these messages lead to."""
        before = self.case
        rows: list[Recorded] = []
        for message in messages:
            taken = take(self.case, message, self.now, POLICY)
            self.case = taken.case
            rows += taken.recorded
        assert self.case is not None
        return Recording(case=self.case, events=tuple(rows), notices=notices(before, self.case, tuple(rows)))

    def tell_from_system(self, message: m.Message) -> Recording:
        """One turn: what the system tells."""
        assert self.case is not None
        before = self.case
        taken = take_from_system(before, message, self.now, POLICY)
        self.case = taken.case
        return Recording(case=taken.case, events=taken.recorded, notices=notices(before, taken.case, taken.recorded))

    def refuse(self, message: Told) -> Recording:
        """One turn: a message that was taken turns out to be refused."""
        assert self.case is not None
        before = self.case
        taken = refuse_later(before, message, RefusalCode.WRONG_STEP, self.now, POLICY)
        self.case = taken.case
        told_about = notices(before, taken.case, taken.recorded)
        return Recording(case=taken.case, events=taken.recorded, notices=told_about, refused=(message.id,))

    def note_only(self, message: Told) -> Recording:
        """One turn whose only event carries a note, whatever the protocol thinks of the message."""
        assert self.case is not None
        number = self.case.number + 1
        recorded = Recorded(
            number=number,
            at=self.now,
            actor=message.actor,
            message_id=message.id,
            digest=message.digest,
            note_id=message.note_id,
            event=AcuteCleared(),
        )
        self.case = self.case.model_copy(update={"number": number, "at": self.now})
        return Recording(case=self.case, events=(recorded,))

    def open(self) -> Recording:
        """The first turn."""
        return self.tell(self.opening.told)

    def later(self, by: timedelta) -> None:
        """Time passes for this case."""
        self.now += by


def plan_talk() -> m.PlanPupilTalk:
    """A plain message."""
    return m.PlanPupilTalk(held_by=(v.Talker.MENTOR,), at=datetime(2026, 11, 30, 9, tzinfo=UTC))


def pupil_talk() -> m.RecordPupilTalk:
    """The talk of step 2."""
    return m.RecordPupilTalk(held_by=(v.Talker.MENTOR,))


def parent_talk() -> m.RecordParentTalk:
    """The talk of step 3."""
    return m.RecordParentTalk(existing_care=False, postponed_for_safety=False, pupil_present=True)


def ask_consent() -> m.RequestConsent:
    """Guardian and pupil are asked: a notice with a link each."""
    return m.RequestConsent(persons=("pupil", "guardian-1"), parties=(CJG,))


async def opened(store: Store, story: Story | None = None) -> Story:
    """A case that is accepted and whose first turn is recorded."""
    story = story or Story(opening())
    await store.open_case(story.opening, intake())
    await store.record(story.open())
    return story


async def told_and_recorded(
    store: Store, story: Story, message: m.Message, actor: Actor = AT_SCHOOL, content: Content | None = None
) -> Told:
    """Stage a message, decide it and record it."""
    note = note_id() if content and content.note else None
    telling = told(message, actor, note=note)
    await store.stage(story.id, telling, content or Content())
    await store.record(story.tell(telling))
    return telling


async def asked(store: Store) -> Story:
    """A case in which consent is asked: two notices with a link, and some to the school."""
    story = await opened(store)
    for message in (pupil_talk(), parent_talk(), ask_consent()):
        await told_and_recorded(store, story, message)
    return story


async def save_directory(store: Store, webhook_url: str | None = None) -> None:
    """A directory with the school, its desk and its team lead."""
    school = OrganisationRow(
        region=REGION, id=SCHOOL, kind=v.OrganisationKind.SCHOOL, name="De Meent", webhook_url=webhook_url
    )
    desk = ContactPerson(name=DESK_NAME, email=DESK_ADDRESS)
    lead = ContactPerson(name="Hoofd van Ooijen", email=LEAD_ADDRESS)
    await store.save_organisation(school, {Contact.DESK: desk, Contact.TEAM_LEAD: lead})
