"""How the play speaks: a numbered step, what was seen, and whether it came out right."""

from __future__ import annotations

from rich.console import Console

WIDTH = 100


class Talk:
    def __init__(self) -> None:
        self._console = Console(width=WIDTH, highlight=False, soft_wrap=True)
        self._step = 0
        self.wrong: list[str] = []

    def title(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/bold]")

    def step(self, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}. {text}[/bold]")

    def say(self, text: str) -> None:
        self._console.print(f"   {text}", markup=False)

    def seen(self, right: bool, text: str) -> None:
        """One thing that was looked at afterwards."""
        mark = "[green]✓[/green]" if right else "[red]✗[/red]"
        self._console.print(f"   {mark} ", end="")
        self._console.print(text, markup=False)
        if not right:
            self.wrong.append(f"step {self._step}: {text}")

    def plain(self, text: str) -> None:
        self._console.print(text, markup=False)
