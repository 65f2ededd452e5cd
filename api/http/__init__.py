"""Middleware and what requests meet before and after a route."""
