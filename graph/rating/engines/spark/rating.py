"""A snapshot's members are rated, step by step, and the ratings are written beside it."""

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from graph import __version__
from graph.policy.scheme import CategoryFactor, Scheme
from graph.rating.engines.spark import circles, conduct, layout, scores, source, voices
from graph.rating.engines.spark.conduct import Keep, Owed, Voices
from graph.rating.engines.spark.folds import summed
from graph.rating.engines.spark.places import Place, beside, named, replace
from graph.rating.engines.spark.source import Source
from graph.rating.engines.sweeps import Propagated

ENGINE = "spark"


@dataclass(frozen=True)
class Rated:
    """What was made of a snapshot."""

    out: str
    scheme: str
    version: str
    as_of: datetime
    members: int
    ties: int
    sweeps: int
    bound: float


@dataclass(frozen=True)
class Worked:
    """All that was worked out of the members."""

    conduct: DataFrame
    "as conduct.rate_members has it, with voice, met and met_others"
    ties: DataFrame
    solved: Propagated
    state: DataFrame


def rate(spark: SparkSession, directory: str) -> Rated:
    """The directory of a snapshot has `ratings`, with every part of each member's rating; older ones are gone.

    Raises RecordError (the snapshot is not as its manifest says), NotConverged, ParameterError (the path).
    """
    place = named(spark, directory.rstrip("/"))
    found = source.opened(spark, place)
    with beside(place / layout.RATINGS) as work, beside(place / layout.RATINGS) as fresh:
        worked = _work_out(found, _keeper(spark, work))
        ratings = _ratings(found.scheme, worked)
        ratings.sortWithinPartitions("rid").write.parquet(str(fresh))
        manifest = _manifest(found, worked, fresh)
        (fresh / layout.MANIFEST).write(layout.encoded(manifest))
        replace(fresh, place / layout.RATINGS)
    return Rated(
        out=str(place / layout.RATINGS),
        scheme=found.scheme.id,
        version=found.scheme.version,
        as_of=layout.midnight(found.manifest),
        members=manifest.members,
        ties=manifest.ties,
        sweeps=manifest.sweeps,
        bound=manifest.bound,
    )


def _keeper(spark: SparkSession, work: Place) -> Keep:
    def keep(name: str, frame: DataFrame) -> DataFrame:
        path = str(work / name)
        frame.write.parquet(path)
        return spark.read.schema(frame.schema).parquet(path)

    return keep


def _work_out(found: Source, keep: Keep) -> Worked:
    scheme, members = found.scheme, found.table("members").select("rid", "offset")
    factor = scheme.factors.obligations
    owed = None if factor is None else conduct.cap(found, factor, keep)
    spoken = _voices(found, members, owed, keep)
    rated: dict[str, DataFrame] = {}
    for name, each in scheme.factors.named().items():
        if isinstance(each, CategoryFactor):
            rated[name] = conduct.rate_things(found, name, each)
        elif owed is not None:
            rated[name] = conduct.rate_obligations(owed, spoken)
    own = conduct.rate_members(members, rated, scheme.factors.named())
    if spoken.by_rid is not None:
        own = own.join(spoken.by_rid, "rid", "left")
    finding = circles.Finding(found, scheme.circle, members, spoken)
    contacts, disputed = found.table("contacts"), found.table("contacts_in_dispute")
    ties = keep("ties", finding.chosen(contacts))
    if found.manifest.tables["contacts_in_dispute"].rows and scheme.circle.share:
        own = own.join(finding.lacking(contacts, disputed), "rid", "left")
        own = own.fillna(0, subset=["met", "met_others"])
    else:
        own = own.withColumns({"met": F.lit(0), "met_others": F.lit(0)})
    own = keep("conduct", own)
    solved, state = scores.solve(scheme, ties, own, keep)
    return Worked(own, ties, solved, state)


def _voices(found: Source, members: DataFrame, owed: Owed | None, keep: Keep) -> Voices:
    policy = found.scheme.voice
    if policy is None or owed is None:
        return Voices(None, 1.0)
    made = voices.made(owed.reports, members, found.table("founders"), policy, keep)
    return Voices(made, policy.outside)


def _ratings(scheme: Scheme, worked: Worked) -> DataFrame:
    """One row a member, with every part: made once more from the contacts' scores, as a reader adds them up."""
    contacts = worked.state.select(F.col("rid").alias("contact"), F.col("score").alias("used"), "veil")
    seen = F.least(F.greatest("veil", F.lit(0.0)), F.lit(1.0)).alias("seen")
    tied = worked.ties.join(contacts, "contact").select(
        F.col("member").alias("rid"), *worked.ties.columns[1:], "used", "veil", seen
    )
    means = {f"{name}_mean": F.col("weight") * F.col(name) for name in ("used", "veil", "seen")}
    circle = list(layout.CIRCLE)
    company = summed(tied.withColumns(means), ["rid"], order=circle, sums=list(means), keep=True)
    found = worked.conduct.join(company, "rid", "left").join(
        worked.state.select("rid", F.col("score").alias("swept"), F.col("veil").alias("swept_veil")), "rid"
    )
    own, share, names = F.col("conduct"), scheme.circle.share, list(scheme.factors.named())
    none = F.array().cast(f"array<struct<{', '.join(f'{name}: {kind}' for name, kind in layout.CIRCLE.items())}>>")
    return found.select(
        "rid",
        F.array(*names).alias("rates"),
        F.array(*(f"{name}_evidence" for name in names)).alias("evidences"),
        "conduct",
        "offset",
        (F.col("voice") if "voice" in found.columns else F.lit(None).cast("double")).alias("voice"),
        F.array(*(F.col(name).cast("int") for name in ("own", "others", "met", "met_others"))).alias("aside"),
        F.coalesce(
            F.transform("rows", lambda row: F.struct(*(row[name].alias(name) for name in circle))), none
        ).alias("circle"),
        scores.mixed(own, F.col("used_mean"), share).alias("score"),
        scores.mixed(own + F.col("offset"), F.col("veil_mean"), share).alias("veiled"),
        scores.mixed(own, F.col("seen_mean"), share).alias("shown"),
        "swept",
        "swept_veil",
    )


def _leaning(scheme: Scheme, own: DataFrame) -> list[int]:
    """Members whose rating leans on reporters without a voice, on one partner, on one month."""
    if scheme.factors.obligations is None:
        return [0, 0, 0]
    evidence = F.col("evidence")
    partner, month = F.col("obligations_partner"), F.col("obligations_month")
    each = (
        F.col("obligations_unheard") > evidence,
        (evidence > 1) & (partner > evidence / 2),
        (evidence > 1) & (month > evidence / 2),
    )
    row = own.agg(*(F.sum(F.when(one, 1).otherwise(0)) for one in each)).collect()[0]
    return [int(count or 0) for count in row]


def _manifest(found: Source, worked: Worked, fresh: Place) -> layout.Ratings:
    files = source.described(found.spark, fresh)
    java = found.spark._jvm.java.lang.System.getProperty("java.version")
    return layout.Ratings(
        format=layout.FORMAT,
        snapshot=found.manifest.snapshot,
        snapshot_sha256=found.manifest_sha256,
        engine=ENGINE,
        software=__version__,
        spark=found.spark.version,
        java=java,
        as_of=found.manifest.as_of,
        hash=found.manifest.hash,
        factors=list(found.scheme.factors.named()),
        sweeps=worked.solved.sweeps,
        bound=worked.solved.bound,
        members=sum(file.rows for file in files),
        ties=worked.ties.count(),
        leaning=_leaning(found.scheme, worked.conduct),
        table=layout.Table(rows=sum(file.rows for file in files), files=files),
    )
