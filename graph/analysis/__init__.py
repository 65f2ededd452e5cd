"""For whoever looks at a whole scheme: frames, exports, pictures, how the service is, a copy that names nobody."""
