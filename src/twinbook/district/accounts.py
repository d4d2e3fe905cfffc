"""Accounts: invited by an administrator, or made from the roster's staff. Nobody opens one alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from twinbook.core.sentence import sentence
from twinbook.district.errors import InvalidError, NotFoundError
from twinbook.district.models import Digest, Staff, User


@dataclass(frozen=True, slots=True)
class StaffAccounts:
    """What was done for the staff; the lists hold staff for whom nothing could be done without guessing."""

    created: tuple[User, ...]
    linked: tuple[User, ...]
    blank_email: tuple[Staff, ...]
    invalid_email: tuple[Staff, ...]
    shared_email: tuple[Staff, ...]
    taken_email: tuple[Staff, ...]


def normalised(email: str) -> str:
    """An address as accounts keep it. Raises InvalidError."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidError(sentence("This is not an e-mail address."), field="email") from None
    if len(email) > 254 or "\x00" in email:
        raise InvalidError(sentence("This e-mail address is too long."), field="email")
    return email


def find(email: str) -> User:
    """Raises NotFoundError."""
    found = User.objects.filter(email=email.strip().lower()).select_related("staff").first()
    if found is None:
        raise NotFoundError(
            sentence("There is no account with this e-mail address."),
            hint=sentence("`twinbook user list` shows all of them."),
        )
    return found


def everybody() -> list[User]:
    return list(User.objects.select_related("staff").order_by("email"))


def invite(email: str, *, district_admin: bool = False) -> User:
    """An account without a password, linked to the staff member of that address where exactly one has it.
    Safe to repeat; never takes the administrator's right away. Raises InvalidError."""
    email = normalised(email)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=email).first() or _new(email)
        if district_admin and not user.is_district_admin:
            user.is_district_admin = True
            user.save(update_fields=["is_district_admin"])
        if user.staff_id is None:
            same = list(Staff.objects.filter(email__iexact=email, inactive=False, user=None)[:2])
            if len(same) == 1:
                user.staff = same[0]
                user.save(update_fields=["staff"])
        return user


def set_password(email: str, password: str) -> User:
    """Raises NotFoundError; InvalidError with every reason why the password is too weak."""
    user = find(email)
    check_password_strength(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def check_password_strength(password: str, user: User | None = None) -> None:
    """Raises InvalidError."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise InvalidError(
            " ".join(weak.messages), hint=sentence("Choose a longer one."), field="password"
        ) from None


def for_staff() -> StaffAccounts:
    """An account for each active staff member with an e-mail address of their own; safe to repeat.

    An account stays with the staff member whom it was made for: it follows a changed address, and an
    address that another account holds is reported, never taken over. Accounts are never removed; whoever
    is no longer active staff sees no class.
    """
    blank, invalid, taken = [], [], []
    shared: list[Staff] = []
    created, linked = [], []
    with transaction.atomic():
        by_email: dict[str, list[Staff]] = defaultdict(list)
        for staff in Staff.objects.filter(inactive=False).order_by("id"):
            by_email[staff.email.strip().lower()].append(staff)
        blank = by_email.pop("", [])
        by_staff, by_address = _accounts()
        for email, sharers in by_email.items():
            staff = sharers[0]
            if len(sharers) > 1:
                shared += sharers
                continue
            try:
                normalised(email)
            except InvalidError:
                invalid.append(staff)
                continue
            own, holder = by_staff.get(staff.id), by_address.get(email)
            if own is not None:
                if own.email != email and holder is None:
                    own.email = email
                    own.save(update_fields=["email"])
                elif own.email != email:
                    taken.append(staff)
            elif holder is None:
                created.append(_new(email, staff))
            elif holder.staff_id is None:
                holder.staff = staff
                holder.save(update_fields=["staff"])
                linked.append(holder)
            else:
                taken.append(staff)
    return StaffAccounts(
        tuple(created), tuple(linked), tuple(blank), tuple(invalid), tuple(shared), tuple(taken)
    )


def _accounts() -> tuple[dict[int, User], dict[str, User]]:
    users: Iterable[User] = User.objects.all()
    by_staff, by_address = {}, {}
    for user in users:
        by_address[user.email] = user
        if user.staff_id is not None:
            by_staff[user.staff_id] = user
    return by_staff, by_address


def _new(email: str, staff: Staff | None = None) -> User:
    user = User(email=email, staff=staff)
    user.set_unusable_password()
    user.save()
    return user


def set_digest(user: User, digest: str, hour: int) -> None:
    """How often the mail with what needs the person goes out, and from which hour. Raises InvalidError."""
    if digest not in Digest.values:
        raise InvalidError(sentence("The mail comes daily, weekly or never."), field="digest")
    if not 0 <= hour <= 23:
        raise InvalidError(sentence("The hour is a whole number from 0 to 23."), field="digest_hour")
    User.objects.filter(id=user.id).update(digest=digest, digest_hour=hour)
