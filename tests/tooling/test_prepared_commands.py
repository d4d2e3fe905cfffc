"""Building the command line leaves the modules' own commands alone."""

from twinbook.cli import user
from twinbook.cli.main import build


def test_building_the_command_line_changes_no_module() -> None:
    """It once wrapped the module's own commands: whoever called them later started, and then lost, another database."""
    before = [command.callback for command in user.app.registered_commands]
    build(["user", "list"])
    assert [command.callback for command in user.app.registered_commands] == before
