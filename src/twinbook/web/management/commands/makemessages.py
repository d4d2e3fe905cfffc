"""Django's own, which also knows the short names that our scripts give gettext (static/web/words.js)."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=t", "--keyword=nt:1,2"]
