"""What routes and pages depend on: who asks, the database, pages of a list, repeated requests."""
