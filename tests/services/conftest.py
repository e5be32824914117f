"""Fixtures that several tests of services share."""

from tests.amendment_house import amending  # noqa: F401
from tests.ballot_house import coop_of, open_motion  # noqa: F401 - tests ask for them by name
from tests.beginning_house import founding, moving  # noqa: F401
from tests.letter_house import deliver, post  # noqa: F401
from tests.mandate_house import mandate_house  # noqa: F401
from tests.money_house import house  # noqa: F401
from tests.motion_house import moved, movers  # noqa: F401
from tests.nomination_house import call, coop, stands  # noqa: F401 - fixtures of nominations
from tests.objection_house import counted  # noqa: F401
from tests.petition_house import recall_house  # noqa: F401
from tests.proxy_house import gives, votes_for, voting  # noqa: F401
from tests.secret_house import booth_of  # noqa: F401
from tests.teller_house import election_house, motion_house, telling  # noqa: F401
