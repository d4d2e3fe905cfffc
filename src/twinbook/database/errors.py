"""What keeps a backup, a restore or an upgrade from being done. Told to a person as it stands."""


class DatabaseToolError(Exception):
    """`hint`: the next thing to do. Whatever is raised, the present data is as it was before."""

    def __init__(self, message: str, hint: str, code: str = "failed") -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code
