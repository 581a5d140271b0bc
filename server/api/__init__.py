"""The HTTP API, /api/v1: one blueprint a resource, documented by the schemas it checks with."""
