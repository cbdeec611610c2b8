"""Who somebody says to be on the command line, and whether the directory agrees."""

from collections.abc import Mapping

from pydantic import ValidationError

from protocol.access import only_looks
from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import OrganisationKind, Role
from starter.errors import BadInput
from starter.limits import check_text

_ROLES: dict[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.SCHOOL: (Role.SCHOOL,),
    OrganisationKind.CJG: (Role.CJG,),
    OrganisationKind.AGENCY: (Role.AGENCY, Role.PARTNER),
    OrganisationKind.ZVH: (Role.ZVH, Role.PARTNER),
    OrganisationKind.PARTNER: (Role.PARTNER,),
}
"""As what the people of each kind of organisation can act."""

_EXPLANATION = (
    "Geef --as als <rol>:<organisatie>:<gebruiker>, of als person:<persoon>; de rollen zijn"
    f" {', '.join(role for role in Role if role not in {Role.PERSON, Role.SYSTEM})}."
)


def parse_actor(text: str) -> Actor:
    """Read ``school:school-de-meent:j.jansen`` or ``person:guardian-1``.

    The user stays as typed: a pseudonym is what the case gets, see :meth:`store.KeyRing.pseudonym`.

    Raises:
        BadInput: It is not written like that.
    """
    role, _, rest = text.partition(":")
    check_text(text, "--as")
    try:
        return _of_person(rest) if role == Role.PERSON else _of_staff(Role(role), rest)
    except (ValidationError, ValueError):
        raise BadInput(_EXPLANATION) from None


def _of_person(person: str) -> Actor:
    if not person:
        raise ValueError
    return Actor(role=Role.PERSON, person=person)


def _of_staff(role: Role, rest: str) -> Actor:
    organisation, _, user = rest.partition(":")
    if role is Role.SYSTEM or not organisation:
        raise ValueError
    return Actor(role=role, organisation=organisation, user=user.strip())


def check_actor(actor: Actor, directory: Mapping[str, OrganisationKind], unknown: RefusalCode) -> None:
    """Refuse somebody who acts as what their organisation is not.

    Args:
        actor: Who acts.
        directory: The region's organisations and what each is.
        unknown: How to refuse an organisation that the region does not have.
    """
    if actor.role is Role.PERSON or only_looks(actor):
        return
    kind = directory.get(actor.organisation or "")
    if kind is None:
        raise Refused(unknown)
    if actor.role not in _ROLES[kind]:
        raise Refused(RefusalCode.NOT_ALLOWED)
