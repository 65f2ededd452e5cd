"""How a number of things is written."""


def counted(number: float | str, many: str) -> str:
    """`1 fact`, `2 facts`, `1,200 facts`, `0.5 facts`; of `1,200 circle ties`, the last word is told of one.

    number: or a number as it is written already. many: the things in the plural, such as `entities`.
    """
    digits = f"{number:,}" if isinstance(number, int) else f"{number:g}" if isinstance(number, float) else number
    return f"{digits} {one(many) if digits.strip() == '1' else many}"


def one(many: str) -> str:
    """`facts` as `fact`, `entities` as `entity`, `ties` as `tie`."""
    last = many.rpartition(" ")[2]
    return f"{many.removesuffix('ies')}y" if last.endswith("ies") and last != "ties" else many.removesuffix("s")
