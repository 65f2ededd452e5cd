"""A run and everything that rates: at one instant, under one policy."""
