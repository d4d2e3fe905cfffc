"""The Aeries connector: what Aeries is asked, how its answers are read, and what can go wrong.

Start at `client.AeriesClient`; the errors are a tree drawn at the top of `errors`.
"""
