"""Restrictions by courts, and organisations by their registered numbers: apart from any rating."""
