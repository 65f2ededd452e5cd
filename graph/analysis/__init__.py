"""A whole scheme at a glance: frames, exports, pictures, monitoring, a copy that names nobody."""
