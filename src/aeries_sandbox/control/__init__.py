"""The control surface under /sandbox/ (public surface §5): plays the teacher, the district and the weather."""
