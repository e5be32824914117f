"""Who belongs: applications, the register, particulars, and what is held about a person."""

from coop.services.members.applications import (
    admit,
    application_of,
    apply,
    find_application,
    is_confirmed,
    list_applications,
    lock_application,
    refuse,
    waiting_applications,
    withdraw,
)
from coop.services.members.enrolling import HeldBy, enrol
from coop.services.members.erasing import ask_for_erasure, erase, erasures_asked_for, forget_applications
from coop.services.members.importing import import_members, plan_import
from coop.services.members.leaving import (
    kinds_to_note,
    note_event,
    offices_that_end,
    record_event,
    refuse_to_note,
    resign,
)
from coop.services.members.particulars import Particulars, change_particulars, held_about, set_reminders
from coop.services.members.register import (
    Filter,
    active_membership_of,
    bodies_seen,
    count_active,
    find,
    list_members,
    look_at,
    note_export,
    organisations_of,
    register_rows,
)

__all__ = [
    "Filter",
    "HeldBy",
    "Particulars",
    "active_membership_of",
    "admit",
    "application_of",
    "apply",
    "ask_for_erasure",
    "bodies_seen",
    "change_particulars",
    "count_active",
    "enrol",
    "erase",
    "erasures_asked_for",
    "find",
    "find_application",
    "forget_applications",
    "held_about",
    "import_members",
    "is_confirmed",
    "kinds_to_note",
    "list_applications",
    "list_members",
    "lock_application",
    "look_at",
    "note_event",
    "note_export",
    "offices_that_end",
    "organisations_of",
    "plan_import",
    "record_event",
    "refuse",
    "refuse_to_note",
    "register_rows",
    "resign",
    "set_reminders",
    "waiting_applications",
    "withdraw",
]
