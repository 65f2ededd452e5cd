"""Dependencies of routes and pages: the caller, the database, pages of a list, repeated requests."""
