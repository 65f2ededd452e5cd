"""Registered numbers of organisations: unified social credit codes and legal entity identifiers, checked."""

from types import ModuleType

from stdnum import lei
from stdnum.cn import uscc

from graph.errors import ParameterError
from graph.text.counts import counted

USCC, LEI = uscc, lei
_LEI_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def standard_form(standard: ModuleType, code: str) -> str | None:
    """The code as registers write it; None where its form or its check digits do not hold.

    standard: USCC, of China; or LEI, of any country.
    """
    if not standard.is_valid(code):
        return None
    found = str(standard.compact(code))
    return None if _fault(standard, found) else found


def why_not(standard: ModuleType, code: str) -> str:
    """What is wrong with a code that has no standard form: its length, a character, or its check digits."""
    found = str(standard.compact(code))
    name = "a unified social credit code" if standard is USCC else "a legal entity identifier"
    digits = "its check digit is wrong" if standard is USCC else "its check digits are wrong"
    return f"not {name}: {_fault(standard, found) or digits}"


def _fault(standard: ModuleType, found: str) -> str:
    """What is wrong besides the arithmetic; ISO 17442 gives no check digits but 02 to 98."""
    length, allowed = (18, _USCC_CHARACTERS) if standard is USCC else (20, _LEI_CHARACTERS)
    if len(found) != length:
        return f"it has {counted(len(found), 'characters')}, not {length}"
    if others := [each for each in found if each not in allowed]:
        return f"it has a character that none has, {others[0]!r}"
    if standard is LEI and (not found[-2:].isdigit() or not 2 <= int(found[-2:]) <= 98):
        return f"its check digits are wrong: {found[-2:]}, and they are 02 to 98"
    return ""


def standard_number(text: str) -> str:
    """The number in standard form. Raises ParameterError where it is neither of the two."""
    for standard in (USCC, LEI):
        if (found := standard_form(standard, text)) is not None:
            return found
    raise ParameterError(
        "number: neither a unified social credit code nor a legal entity identifier: its form or its check digits "
        "do not hold"
    )
