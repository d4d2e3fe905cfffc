"""`twinbook manage makemigrations`: Django's commands on this installation's database."""

import typer

CONTEXT_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def command(context: typer.Context) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["twinbook manage", *context.args])
