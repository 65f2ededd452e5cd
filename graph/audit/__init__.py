"""The audit log: every read of a person by another, in chains that can be checked."""
