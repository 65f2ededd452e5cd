"""innercircle: ratings that can be opened, computed in Cypher on Neo4j."""

__version__ = "0.1.0"
