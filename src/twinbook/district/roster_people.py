"""The roster's staff and their accounts."""

from twinbook.aeries import models as wire
from twinbook.core.sentence import sentence
from twinbook.district import accounts
from twinbook.district.models import NAME_LENGTH, Staff
from twinbook.district.roster_report import Findings

# A list in which more than this share of the known is missing is taken for a broken answer.
LARGEST_SHARE_GONE = 0.5
FEW = 3


def looks_partial(gone: int, known: int) -> bool:
    """Whether so many are missing from a list that the list is doubted, not the people (design A7)."""
    return gone >= FEW and gone > known * LARGEST_SHARE_GONE


def store_staff(reading: wire.ListReading[wire.StaffMember], findings: Findings) -> dict[int, Staff]:
    """Keeps the staff as Aeries tells it; our rows by Aeries' id. Who is missing from a whole list becomes
    inactive."""
    known = {row.sis_staff_id: row for row in Staff.objects.all()}
    told = {
        member.id: Staff(
            sis_staff_id=member.id,
            first_name=member.first_name.strip()[:NAME_LENGTH],
            last_name=member.last_name.strip()[:NAME_LENGTH],
            email=member.email.strip(),
            inactive=not member.active,
        )
        for member in reading
        if member.id > 0
    }
    changed = [row for sis_id, row in told.items() if sis_id not in known or not _same(row, known[sis_id])]
    gone = [row for sis_id, row in known.items() if sis_id not in told and not row.inactive]
    if looks_partial(len(gone), len(known)) or (gone and not reading.proves_absence):
        findings.problem(
            "staff_list_incomplete",
            sentence(
                "Aeries' staff list lacks %(gone)s people whom it had before; they were left as they are.",
                gone=len(gone),
            ),
            sentence(
                "Nothing to do if the next run finds them; else look at the certificate's options in Aeries."
            ),
        )
        gone = []
    Staff.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["sis_staff_id"],
        update_fields=["first_name", "last_name", "email", "inactive"],
    )
    Staff.objects.filter(id__in=[row.id for row in gone]).update(inactive=True)
    findings.counts["staff_changed"] += len(changed) + len(gone)
    return {row.sis_staff_id: row for row in Staff.objects.all()}


def store_accounts(findings: Findings) -> None:
    """An account for each active staff member with an own address; the others are named, never guessed."""
    made = accounts.for_staff()
    findings.counts["accounts_created"] += len(made.created)
    findings.counts["accounts_linked"] += len(made.linked)
    if made.blank_email:
        findings.problem(
            "email_blank",
            sentence(
                "%(blank_email)s active staff have no e-mail address in Aeries and so no account.",
                blank_email=len(made.blank_email),
            ),
            sentence("Enter their addresses in Aeries, or invite them with `twinbook user invite`."),
            _ids(made.blank_email),
        )
    if made.invalid_email:
        findings.problem(
            "email_invalid",
            sentence(
                "%(invalid_email)s active staff have something else than an address as their e-mail.",
                invalid_email=len(made.invalid_email),
            ),
            sentence("Correct it in Aeries."),
            _ids(made.invalid_email),
        )
    if made.shared_email:
        findings.problem(
            "email_shared",
            sentence(
                "%(shared_email)s active staff share an e-mail address with others and so have no account.",
                shared_email=len(made.shared_email),
            ),
            sentence("Give each of them an own address in Aeries."),
            _ids(made.shared_email),
        )
    if made.taken_email:
        findings.problem(
            "email_taken",
            sentence(
                "The e-mail addresses of %(taken_email)s staff belong to other people's accounts.",
                taken_email=len(made.taken_email),
            ),
            sentence("Decide whose account it is; no account was changed."),
            _ids(made.taken_email),
        )


def _ids(staff: tuple[Staff, ...]) -> list[str]:
    return [f"staff {row.sis_staff_id}" for row in staff]


def _same(one: Staff, other: Staff) -> bool:
    return (one.first_name, one.last_name, one.email, one.inactive) == (
        other.first_name,
        other.last_name,
        other.email,
        other.inactive,
    )
