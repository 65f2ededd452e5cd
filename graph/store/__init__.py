"""The database and its queries: the only importer of the driver."""
