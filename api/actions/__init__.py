"""Actions that a route and a form have in common."""
