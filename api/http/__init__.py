"""Middleware: what requests pass before and after a route."""
