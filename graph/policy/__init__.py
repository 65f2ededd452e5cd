"""A scheme's policy: read, published, and told in words."""
