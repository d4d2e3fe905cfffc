"""Carrying out, written without I/O: generators that yield effects and receive their results.

Production interprets the effects with PostgreSQL and HTTP, the simulator with dictionaries and a virtual clock. Every
yield is a point at which a process may die; what must survive a death is committed by an effect before it.

An interpreter throws `LeaseLost` into the generator when another worker holds the class: nothing here catches it.
"""
