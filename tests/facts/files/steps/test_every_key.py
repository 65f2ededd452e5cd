"""Each key of a mapping, with any values that it can write: they are read back as what they mean."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from graph.facts.files import mapping
from graph.facts.files.cell import Cell
from graph.facts.files.mapping import _Top
from tests.conftest import samples
from tests.facts.files.steps.keys_of_cells import CELLS, Case
from tests.facts.files.steps.keys_of_files import CONDITIONS, TOP
from tests.facts.files.steps.mapped import of_file, text_of
from tests.facts.files.written import xlsx

KEYS = {
    f"{place} {key}": made
    for place, of in (("cell", CELLS), ("where", CONDITIONS), ("top", TOP))
    for key, made in of.items()
}


def test_every_key_is_tried() -> None:
    """A new key needs a line above."""
    written = {"from_": "from"}
    assert set(CELLS) == {written.get(name, name) for name in Cell.__struct_fields__}
    assert set(TOP) == {*_Top.__struct_fields__, "asks", "words"}


@pytest.mark.parametrize("key", KEYS)
def test_what_a_key_can_write_is_read_back(key: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    @given(KEYS[key])
    @settings(max_examples=samples(6, 60))
    def holds(case: Case) -> None:
        folder = tmp_path_factory.mktemp("key")
        path = written(folder, case)
        more = {name: cell for name, cell in case.more.items() if name != "sheet"}
        text = text_of(case.kind, case.top, case.where, **(more | {case.of: case.cell}))
        made = mapping.parse(text, "test.toml", folder, case.answers)
        found = of_file(path, made, chunk_rows=3)
        assert [each.line for each in found.rejects] == list(case.refused)
        assert found.column(case.of) == list(case.expected)

    holds()


def written(folder: Path, case: Case) -> Path:
    for name, content in case.beside.items():
        (folder / name).write_bytes(content)
    path = folder / case.name
    if path.suffix == ".xlsx":
        return xlsx(path, [["other"]], **{case.more["sheet"]: [["c"], *([each] for each in case.expected)]})
    path.write_bytes(case.content)
    return path
