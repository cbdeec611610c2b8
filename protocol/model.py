"""How every value of the protocol is modelled: frozen, closed, and spelled two ways."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Frozen(BaseModel):
    """An immutable value that knows all of its fields.

    Programs write ``camelCase``, Python and ``key=value`` write ``snake_case``: both are read, and
    an unknown field is an error rather than something to ignore.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )
