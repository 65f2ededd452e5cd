"""The tests and the drills: a package, or one of that name that some library brings would be found instead."""
