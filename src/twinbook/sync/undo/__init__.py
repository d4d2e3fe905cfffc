"""Undoing a run (G4): `request` says whether it may be, `planning` what goes back, `here` writes our side in one
transaction, `carrying` has Aeries follow."""
