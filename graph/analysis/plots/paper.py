"""What pictures have in common: a title and a source line, the colours of bands, and files without a date."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from graph import output_files
from graph.analysis.plots.source import Source
from graph.errors import ParameterError
from graph.policy.scheme import HIGHEST_POINTS, NEW, Band

# People who see fewer colours can tell these apart (Okabe and Ito); a band's name always stands beside its colour.
COLOURS = ("#E69F00", "#F0E442", "#56B4E9", "#009E73", "#0072B2")
DARK = COLOURS[3:]
"On these, white text is easier to read than dark text."
INK, GREY, LIGHT = "#222222", "#5a5a5a", "#d9d9d9"
SUFFIXES = (".png", ".svg")
STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.parse_math": False,  # an id may have dollar signs
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and copied
    "svg.hashsalt": "innercircle",
}


def colours(bands: Sequence[Band]) -> dict[str, str]:
    """The colour of each band by name, the lowest first; where there are more than five, neighbours share one.

    New is no place on the scale, and has a grey of its own.
    """
    if NEW in bands:
        return {NEW.name: LIGHT} | colours([band for band in bands if band != NEW])
    last = max(len(bands), len(COLOURS)) - 1
    spread = len(COLOURS) - 1
    places = [place * spread // last if len(bands) > len(COLOURS) else place for place in range(len(bands))]
    if 1 < len(bands) < len(COLOURS):
        places = [round(place * spread / (len(bands) - 1)) for place in range(len(bands))]
    return {band.name: COLOURS[place] for band, place in zip(bands, places, strict=True)}


def short(text: str, longest: int) -> str:
    """The text, or its beginning and end with an ellipsis between, where it is too long for its place."""
    return text if len(text) <= longest else f"{text[: longest - longest // 3 - 1]}…{text[-(longest // 3) :]}"


@contextmanager
def paper(
    title: str, about: str, source: Source, *, inches: tuple[float, float] = (8.0, 5.4)
) -> Iterator[tuple[Figure, Axes]]:
    """A figure with its title, what it is about below that, and the source line; and the axes to draw on."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=inches)
        FigureCanvasAgg(figure)
        width, height = inches
        figure.text(0.3 / width, 1 - 0.38 / height, short(title, 64), fontsize=13, fontweight="bold")
        figure.text(0.3 / width, 1 - 0.52 / height, about, fontsize=8.5, color=GREY, va="top", linespacing=1.35)
        figure.text(0.3 / width, 0.16 / height, source.line, fontsize=6.5, color=GREY, linespacing=1.4)
        above = 1.0 + 0.16 * about.count("\n")
        axes = figure.add_axes((0.75 / width, 0.95 / height, 1 - 1.45 / width, 1 - (above + 0.95) / height))
        yield figure, axes


def show_bands(axes: Axes, bands: Sequence[Band], *, on: str) -> None:
    """The bands lie behind what is drawn, each in its colour and with its name; on: the axis of points, x or y."""
    span, ends = (axes.axvspan, axes.get_xlim()) if on == "x" else (axes.axhspan, axes.get_ylim())
    found = colours(bands)
    uppers = [*(band.from_points for band in bands[1:]), HIGHEST_POINTS]
    for band, upper in zip(bands, uppers, strict=True):
        lower, upper = max(band.from_points, ends[0]), min(upper, ends[1])  # noqa: PLW2901
        if lower >= upper:
            continue
        span(lower, upper, color=found[band.name], alpha=0.22, linewidth=0, zorder=0)
        middle = (lower + upper) / 2
        if on == "x":
            name = axes.text(
                middle, 1.012, band.name, transform=axes.get_xaxis_transform(), ha="center", va="bottom"
            )
        else:
            name = axes.text(1.01, middle, band.name, transform=axes.get_yaxis_transform(), ha="left", va="center")
        name.set(fontsize=7.5, color=GREY)


def check(file: Path) -> None:
    """A picture can go there. Raises ParameterError: another kind of file, or none that can be written."""
    if file.suffix.lower() not in SUFFIXES:
        raise ParameterError(f"{file}: a picture is a .png or a .svg file")
    output_files.check(file)


def save(figure: Figure, file: Path) -> None:
    """The picture is in the file, PNG or SVG by its name; the same picture always gives the same bytes.

    Raises ParameterError (another kind of file, or it cannot be written).
    """
    check(file)
    form = file.suffix.lower()[1:]
    nothing: Mapping[str, Any] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    with output_files.replaced(file) as out, mpl.rc_context(STYLE), warnings.catch_warnings():
        # of letters that the font lacks, such as Chinese ones; an SVG file is shown with the viewer's fonts
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(out, format=form, dpi=120, metadata=dict(nothing))
