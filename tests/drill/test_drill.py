"""The short form of `make drill`: backup while a teacher types, loss, restore, confirmation, agreement. Real programs."""

from pathlib import Path

from scripts.drill import Drill


def test_after_a_loss_the_backup_is_restored_and_both_gradebooks_agree(tmp_path: Path) -> None:
    drill = Drill(tmp_path)
    drill.rehearse(whole=False)
    assert drill.talk.wrong == []
