"""The engine on Spark: ratings from a snapshot in Parquet, worked out where there is no store.

Nothing here may import the store, the driver, or settings. docs/scale.md says how it is used, and
docs/decisions/0055-spark.md why it is as it is.
"""
