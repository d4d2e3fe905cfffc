"""The installation's own data as a whole: one file out of it, and back. Knows PostgreSQL, and none of our tables but two."""
