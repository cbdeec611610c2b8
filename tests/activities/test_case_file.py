"""Recording as an activity, and how errors reach Temporal: by fixed codes, without data."""

from __future__ import annotations

import logging

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.case_file import CaseFile
from activities.errors import DeliveryCode, Undeliverable, translated
from activities.turns import lay_out
from protocol.recording import Recording
from store import KeyDestroyed, Store
from tests.store.builders import Story, intake, opening, pupil_talk, told

SECRET = "Roosmarijn <r@scherpenzeel.example>"


async def record(store: Store, recording: Recording) -> None:
    """Run the activity as a worker does."""
    with lay_out(recording) as turn:
        await ActivityEnvironment().run(CaseFile(store).record, turn)


@pytest.fixture
async def story(store: Store) -> Story:
    """A case that is accepted, of which nothing is recorded yet."""
    accepted = Story(opening())
    await store.open_case(accepted.opening, intake())
    return accepted


async def test_a_turn_is_recorded_once(store: Store, story: Story) -> None:
    """A turn that is carried out twice stands in the journal once."""
    first = story.open()
    await record(store, first)
    await record(store, first)

    assert [row.recorded for row in await store.journal(story.id)] == list(first.events)


async def test_other_content_under_a_number_stops_for_good(store: Store, story: Story) -> None:
    """The same numbers with other content fail without another try: somebody has to look."""
    await record(store, story.open())
    other = Story(story.opening.model_copy(update={"told": story.opening.told.model_copy(update={"id": "another"})}))
    with pytest.raises(ApplicationError) as stopped:
        await record(store, other.open())

    assert (stopped.value.type, stopped.value.non_retryable) == ("recording_mismatch", True)


async def test_a_skipped_number_stops_for_good(store: Store, story: Story) -> None:
    """A turn whose predecessor was never recorded fails without another try."""
    story.open()
    with pytest.raises(ApplicationError) as stopped:
        await record(store, story.tell(told(pupil_talk())))

    assert (stopped.value.type, stopped.value.non_retryable) == ("recording_gap", True)


async def test_a_database_that_is_away_is_waited_for(store: Store, story: Story) -> None:
    """Without the database recording fails in a way that Temporal tries again."""
    store._pool.terminate()
    with pytest.raises(ApplicationError) as away:
        await record(store, story.open())

    assert (away.value.type, away.value.non_retryable) == ("store_unavailable", False)


@pytest.mark.parametrize(
    ("error", "code", "for_good"),
    [
        (ValueError(SECRET), "unexpected_error", False),
        (KeyDestroyed(SECRET), "key_destroyed", True),
        (Undeliverable(DeliveryCode.MAIL_REFUSED), "mail_refused", True),
    ],
)
async def test_no_error_takes_data_along(
    caplog: pytest.LogCaptureFixture, error: Exception, code: str, for_good: bool
) -> None:
    """Whatever an error says, only its fixed code reaches Temporal and the log."""

    @translated
    async def fails() -> None:
        raise error

    with caplog.at_level(logging.DEBUG), pytest.raises(ApplicationError) as translation:
        await fails()

    failure = translation.value
    assert (failure.type, failure.message, failure.non_retryable) == (code, code, for_good)
    assert failure.__cause__ is None
    assert failure.__suppress_context__
    assert SECRET not in caplog.text
    assert ("ValueError" in caplog.text) == (code == "unexpected_error")


async def test_an_error_that_is_meant_for_temporal_passes_as_it_is() -> None:
    """What is translated already is not translated again."""
    meant = ApplicationError("as_it_is", type="as_it_is")

    @translated
    async def fails() -> None:
        raise meant

    with pytest.raises(ApplicationError) as passed:
        await fails()

    assert passed.value is meant
