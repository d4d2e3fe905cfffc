"""Preparing an installation: the district and its first administrator."""

import secrets

from django.db import transaction

from twinbook.district import accounts, connection, settings


def initialise(name: str, timezone: str, admin_email: str, password: str | None) -> str | None:
    """Names the district and makes the administrator; returns the password when one was generated.

    Safe to repeat: an administrator who has a password keeps it unless a new one is given. All or nothing.
    Raises InvalidError.
    """
    with transaction.atomic():
        settings.patch({"name": name, "timezone": timezone})
        connection.get()
        admin = accounts.invite(admin_email, district_admin=True)
        if password is None and admin.has_usable_password():
            return None
        chosen = password or secrets.token_urlsafe(15)
        accounts.set_password(admin.email, chosen)
        return None if password else chosen
