"""A managed Neo4j: installed, started, watched, served to Browser."""
