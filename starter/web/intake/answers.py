"""What the protocol says of a draft, screen by screen: it is asked, so that no rule stands here."""

from __future__ import annotations

from datetime import UTC, datetime

from protocol.decide import take
from protocol.messages import Actor, Told
from protocol.policy import Policy
from protocol.refusals import Refused
from protocol.vocabulary import Signal
from starter.errors import BadInput
from starter.fields import HERE
from starter.intake import opening_message, read_intake
from starter.web.intake.draft import Draft
from starter.web.intake.reading import Fields, intake, read
from starter.web.intake.screens import Screen
from starter.web.texts import Texts

_NUMBER = "0000-0000-0000"
_ASSUMED: Fields = {
    "signals": list(Signal),
    "staff_involved": False,
    "pupil": {"name": "-", "date_of_birth": "1990-01-01"},
    "guardians": [{"name": "-", "custody": True}],
}
"""What nothing can be said against: stands for the screens that are not asked about."""
_WHERE = {Screen.SIGNALS: "signals", Screen.STAFF: "staff_involved", Screen.GUARDIANS: "guardians"}
"""The field beside which a refusal is shown."""


class Answers:
    """What is wrong with a draft."""

    def __init__(self, draft: Draft, actor: Actor, policy: Policy, t: Texts) -> None:
        self._draft = draft
        self._actor = actor
        self._policy = policy
        self._t = t
        self._now = datetime.now(UTC)
        self._fields = intake(draft)

    def of(self, sheet: str) -> dict[str, str]:
        """Fields of a sheet that are wrong, each with a sentence."""
        errors = {name: self._t(key) for name, key in read(sheet, self._draft.sheet(sheet)).errors.items()}
        if errors:
            return errors
        match sheet:
            case Screen.PUPIL:
                return self._of_pupil()
            case Screen.SIGNALS | Screen.STAFF | Screen.GUARDIANS:
                return self._of_protocol(Screen(sheet))
            case _:
                return {}

    def may_open(self) -> None:
        """Check that this visitor may open a case at all.

        Raises:
            Refused: ``not_allowed``.
        """
        self._ask({})

    def _of_pupil(self) -> dict[str, str]:
        try:
            self._ask({"pupil": self._fields["pupil"]})
        except BadInput:
            return {"date_of_birth": self._t("intake.wrong_date_of_birth")}
        return {}

    def _of_protocol(self, screen: Screen) -> dict[str, str]:
        name = _WHERE[screen]
        asked = {name: self._fields[name]}
        if screen is Screen.GUARDIANS and not self._pupil_wrong():
            asked["pupil"] = self._fields["pupil"]
        try:
            self._ask(asked)
        except Refused as refused:
            return {name: self._t.refusal(refused.code, refused.step)}
        except BadInput:
            return {name: self._t("intake.wrong_guardians")}
        return {}

    def _pupil_wrong(self) -> bool:
        return bool(self.of(Screen.PUPIL))

    def _ask(self, asked: Fields) -> None:
        assumed = read_intake({**_ASSUMED, **asked})
        message = opening_message(_NUMBER, assumed, self._now.astimezone(HERE).date())
        told = Told(id="probe", digest="-", actor=self._actor, message=message)
        take(None, told, self._now, self._policy)


def screens_wrong(answers: Answers, draft: Draft) -> dict[str, dict[str, str]]:
    """Every sheet on which something is wrong, with its fields."""
    sheets = [*(screen for screen in Screen if screen is not Screen.CHECK), *draft.guardians]
    return {str(sheet): errors for sheet in sheets if (errors := answers.of(sheet))}
