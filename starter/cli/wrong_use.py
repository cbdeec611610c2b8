"""What the parser of arguments complains of, in Dutch as every other complaint."""

import re
from typing import Final

import typer

HELP: Final = "Usage:"
"""What a group without a command answers begins with it: that is help, and no complaint."""

_SAID: Final = (
    (r"No such command '(.*?)'\.?(?: Did you mean (.*)\?)?", "de opdracht {0} is er niet", "; misschien {1}"),
    (r"No such option: (\S+?)\.?(?: \(Possible options: (.*)\)| Did you mean (?:one of: )?(.*)\?)?",
     "de optie {0} is er niet", "; misschien {1}"),
    (r"Missing (?:argument|option) (.*)\.", "{0} ontbreekt", ""),
    (r"Option (.*) requires an argument\.?", "na {0} hoort een waarde", ""),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", "{0} is te veel", ""),
    (r"Invalid value for (.*?): .* is not one of (.*?)\.?", "{0} moet een van deze waarden hebben: {1}", ""),
    (r"Invalid value for (.*?): .*", "de waarde van {0} kan niet", ""),
)  # fmt: skip
"""How the parser begins, what that is in Dutch, and what is added where it knows what was meant."""


def wrong_use(error: typer.TyperException) -> str:
    """Say what is wrong and where the help is; help itself stays as it is."""
    said = str(getattr(error, "format_message", error.__str__)())
    if said.startswith(HELP):
        return said
    context = getattr(error, "ctx", None)
    where = f" Zie `{context.command_path} --help`." if context else ""
    return f"Verkeerd gebruik: {_in_dutch(said)}.{where}"


def _in_dutch(said: str) -> str:
    for pattern, dutch, meant in _SAID:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            parts = [part.replace("' / '", " of ").replace("'", "") for part in found.groups() if part]
            return (dutch + (meant if len(parts) > 1 else "")).format(*parts).removesuffix(".")
    return said.removesuffix(".")
