"""What members and the operator may decide: taking part, grants, disputes, contests, erasure."""
