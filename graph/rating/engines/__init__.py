"""Engines: what works the ratings of a run out. contract.py says what each of them gives."""
