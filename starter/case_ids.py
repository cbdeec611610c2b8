"""Case ids: random to whoever reads them, and always the same for the same opening."""

import hmac
from hashlib import sha256

ALPHABET = "23456789cdfhjkmnprtvwx"
"""Digits and consonants: no words, and nothing that is misread over the telephone."""

_GROUPS, _LENGTH = 3, 4


def case_id(key: bytes, school: str, message_id: str) -> str:
    """Make the id of the case that this school opens under this message id.

    So opening a case is repeated safely with the same message id, and without the key nobody can
    tell anything from the number.

    Args:
        key: 32 secret bytes that serve nothing else.
        school: The organisation that opens the case.
        message_id: The id of its opening message.
    """
    number = int.from_bytes(hmac.digest(key, f"{school}\0{message_id}".encode(), sha256), "big")
    signs = []
    for _ in range(_GROUPS * _LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "-".join("".join(signs[at : at + _LENGTH]) for at in range(0, len(signs), _LENGTH))
