"""HTTP: knows graph/, never Cypher."""
