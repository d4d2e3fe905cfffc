"""Django's own, which also knows the sentences of the parts below the faces (core/sentence.py) and the short names that our
scripts give gettext (static/web/words.js)."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=sentence",
        "--keyword=counted:1,2",
        "--keyword=t",
        "--keyword=nt:1,2",
    ]
