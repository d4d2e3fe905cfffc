"""The v5 routes, one module a family (reference §4 to §13)."""
