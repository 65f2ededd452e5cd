"""What a route and a form both do."""
