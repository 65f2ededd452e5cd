"""Registered numbers of organisations: unified social credit codes and legal entity identifiers, checked."""

from types import ModuleType

from stdnum import lei
from stdnum.cn import uscc

from graph.errors import ParameterError

USCC, LEI = uscc, lei


def standard_form(standard: ModuleType, code: str) -> str | None:
    """The code as registers write it; None where its form or its check digits do not hold.

    standard: USCC, of China; or LEI, of any country.
    """
    return str(standard.compact(code)) if standard.is_valid(code) else None


def standard_number(text: str) -> str:
    """The number in standard form. Raises ParameterError where it is neither of the two."""
    for standard in (USCC, LEI):
        if (found := standard_form(standard, text)) is not None:
            return found
    raise ParameterError(
        "number: neither a unified social credit code nor a legal entity identifier: its form or its check digits "
        "do not hold"
    )
