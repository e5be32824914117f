import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.rules.provisions import REGISTRY, BadValue, Days, Months
from coop.rules.provisions.words import contradiction
from tests.scale import scale


@pytest.mark.parametrize("key", REGISTRY)
def test_every_provision_holds_its_own_default_in_canonical_words(key):
    provision = REGISTRY[key]
    assert provision.text(provision.parse(provision.default)) == provision.default
    assert provision.spell(provision.parse(provision.default))
    assert provision.label
    assert provision.sentence.endswith(".")


@pytest.mark.parametrize("key", REGISTRY)
def test_every_example_of_a_grammar_can_be_read(key):
    kind = REGISTRY[key].kind
    assert kind.text(kind.parse(kind.example)) or kind.name == "list"


@pytest.mark.parametrize(("key", "low", "high", "unit"), [
    (key, p.low, p.high, {"days": " days", "clear days": " days", "months": " months"}.get(p.kind.name, ""))
    for key, p in REGISTRY.items() if p.low is not None
])  # fmt: skip
def test_a_bound_is_part_of_what_is_allowed(key, low, high, unit):
    provision = REGISTRY[key]
    for inside in (low, low + 1, high - 1, high):
        assert provision.parse(f"{inside}{unit}")
    for outside in (low - 1, high + 1):
        with pytest.raises(BadValue):
            provision.parse(f"{outside}{unit}")


def test_notice_is_always_counted_in_clear_days():
    notice = REGISTRY["meeting.notice"]
    assert notice.parse("21 days") == notice.parse("21 clear days") == Days(21, clear=True)
    assert notice.text(Days(21, clear=True)) == "21 days"
    assert notice.spell(Days(21, clear=True)) == "21 clear days"


def test_two_years_are_twenty_four_months():
    assert REGISTRY["office.term"].parse("2 years") == Months(24)
    assert REGISTRY["office.term"].spell(Months(24)) == "2 years"
    assert REGISTRY["office.term"].spell(Months(18)) == "18 months"


@pytest.mark.parametrize(("key", "text"), [
    ("meeting.notice", "21"),
    ("meeting.notice", "twenty-one days"),
    ("meeting.notice", "-1 days"),
    ("meeting.notice", "3 weeks"),
    ("meeting.notice", ""),
    ("meeting.notice", "٢١ days"),
    ("dues.due", "30 clear days"),
    ("office.term", "24"),
    ("decision.special.majority", "2/3"),
    ("decision.special.majority", "66%"),
    ("decision.special.majority", ">= 2/3"),
    ("decision.special.majority", ">= 2/0 of cast"),
    ("decision.special.majority", ">= 4/3 of cast"),
    ("decision.special.majority", ">= 1/2 of cast"),
    ("decision.special.majority", "> 1/3 of cast"),
    ("decision.special.quorum", "5/4 of eligible"),
    ("decision.special.quorum", "1/4 of cast"),
    ("decision.tie", "won"),
    ("member.votes", "two"),
    ("member.votes", "1/2"),
    ("member.votes", "-1"),
    ("member.votes", "2 votes"),
    ("proxy.limit", "٢"),
    ("election.method", "stv"),
    ("election.secrecy", "open"),
    ("ballot.secret.minimum", "ten"),
    ("ballot.secret.minimum", "10 members"),
    ("ballot.secret.minimum", "10.5"),
    ("organisation.zone", "Madrid"),
    ("organisation.currency", "EURO"),
    ("organisation.currency", "JPY"),
    ("membership.declarations", "one;;two"),
    ("membership.declarations", "one; One"),
])  # fmt: skip
def test_what_is_no_value_is_refused_with_a_sentence(key, text):
    with pytest.raises(BadValue, match=r"\.$"):
        REGISTRY[key].parse(text)


WORDS = [
    ("meeting.notice", "21 days", "twenty-one clear days", True),
    ("meeting.notice", "14 days", "twenty-one clear days", False),
    ("meeting.notice", "14 days", "a fortnight", True),
    ("meeting.notice", "21 days", "three weeks", True),
    ("meeting.notice", "20 days", "three weeks", False),
    ("meeting.notice", "121 days", "one hundred and twenty-one days", True),
    ("dues.due", "30 days", "one month", False),
    ("dues.due", "30 days", "thirty working days", False),
    ("dues.due", "30 days", "thirty clear days", False),
    ("dues.due", "30 days", "within 30 days", True),
    ("dues.due", "0 days", "at once", True),
    ("office.term", "24 months", "two years", True),
    ("office.term", "24 months", "three years", False),
    ("decision.special.majority", ">= 2/3 of cast", "two thirds of the votes cast", True),
    ("decision.special.majority", ">= 2/3 of cast", "two-thirds of the votes", True),
    ("decision.special.majority", ">= 2/3 of cast", "⅔ of the votes cast", True),
    ("decision.special.majority", ">= 3/4 of cast", "two thirds of the votes cast", False),
    ("decision.special.majority", ">= 3/4 of cast", "not less than three quarters of the votes cast", True),
    ("decision.special.majority", "> 3/4 of cast", "not less than three quarters of the votes cast", False),
    ("decision.special.majority", ">= 3/4 of cast", "more than three quarters of the votes cast", False),
    ("decision.special.majority", ">= 3/4 of cast", "75 per cent of the votes cast", True),
    ("decision.special.majority", ">= 2/3 of cast", "66% of the votes cast", False),
    ("decision.special.majority", ">= 2/3 of cast", "two thirds of the members", False),
    ("decision.special.majority", ">= 2/3 of eligible", "two thirds of all members", True),
    ("decision.special.majority", ">= 2/3 of eligible", "two thirds of the members present", False),
    ("decision.special.majority", ">= 1/1 of eligible", "unanimously by all members", True),
    ("decision.ordinary.majority", "> 1/2 of cast", "a simple majority of the votes cast", True),
    ("decision.ordinary.majority", ">= 2/3 of cast", "a simple majority of the votes cast", False),
    ("decision.special.quorum", "1/4 of eligible", "a quarter of the members", True),
    ("decision.special.quorum", "1/3 of eligible", "a quarter of the members", False),
    ("decision.special.quorum", "1/10 of eligible", "one tenth", True),
    ("decision.special.quorum", "1/10 of eligible", "more than one tenth", False),
    ("decision.special.quorum", "1/10 of eligible", "one in ten members", True),
    (
        "decision.special.quorum",
        "1/10 and 5 of eligible",
        "one tenth of the members, and at least five",
        True,
    ),
    ("decision.special.quorum", "1/10 of eligible", "one tenth of the members, and at least five", False),
    ("meeting.quorum", "1/2 of eligible", "half of its members", True),
    ("member.votes", "2", "two votes", True),
    ("member.votes", "2", "three votes", False),
    ("member.votes", "2", "one vote", False),
    ("member.votes", "1", "one vote", True),
    ("member.votes", "2", "twice the vote", True),
    ("delegate.members_per_vote", "100", "one vote for each hundred members", True),
    ("delegate.members_per_vote", "100", "one vote for each fifty members", False),
    ("delegate.members_per_vote", "1000", "each 1,000 of its members", True),
    ("delegate.members_per_vote", "2500", "each two thousand five hundred members", True),
    ("delegate.members_per_vote", "2005", "each two thousand and five members", True),
    ("delegate.members_per_vote", "1000", "a thousand members", True),
    ("delegate.members_per_vote", "1000", "ten thousand members", False),
    ("proxy.limit", "2", "no more than two other members", True),
    ("proxy.limit", "3", "no more than two other members", False),
    ("proxy.limit", "2", "for one other member", False),
    ("decision.tie", "lost", "A tie is lost.", True),
    ("decision.tie", "lost", "A tie is settled by lot.", False),
    ("decision.tie", "lot", "A tie is settled by lot.", True),
    ("decision.tie", "lot", "A tie is lost.", False),
    ("decision.tie", "lost", "the chair has the casting vote", False),
    ("ballot.secrecy", "private", "by open vote", False),
    ("ballot.secrecy", "open", "by secret ballot", False),
    ("ballot.secrecy", "secret", "by secret ballot", True),
    ("ballot.secrecy", "secret", "by open vote", False),
    ("election.secrecy", "private", "by secret ballot", False),
    ("ballot.secret.minimum", "10", "at least ten voters", True),
    ("ballot.secret.minimum", "10", "at least twelve voters", False),
    ("election.method", "irv", "single transferable vote", False),
    ("election.method", "meek-stv", "single transferable vote", True),
    ("election.method", "meek-stv", "single transferable vote as in Scottish local elections", False),
    ("election.method", "schulze", "the single transferable vote", False),
    ("election.method", "schulze", "Schulze's method", True),
    ("election.method", "approval", "equal shares", False),
    ("dues.decision", "ordinary", "a special resolution", False),
    ("dues.decision", "special", "a special resolution", True),
    ("organisation.currency", "EUR", "GBP", False),
    ("organisation.zone", "Europe/Madrid", "Europe/Lisbon", False),
    ("membership.declarations", "I accept the rules", "I accept the rules", True),
    ("membership.declarations", "I accept the rules; I bring soup", "I accept the rules", False),
]


@pytest.mark.parametrize(("key", "value", "words", "agree"), WORDS)
def test_a_mark_says_what_its_words_say(key, value, words, agree):
    provision = REGISTRY[key]
    assert (contradiction(provision, provision.parse(value), words) is None) == agree


ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905


def in_words(n: int) -> str:
    if n < 20:
        return ONES[n - 1]
    if n < 100:
        return TENS[n // 10 - 2] + ("-" + ONES[n % 10 - 1] if n % 10 else "")
    return ONES[n // 100 - 1] + " hundred" + (" and " + in_words(n % 100) if n % 100 else "")


@settings(max_examples=scale(100, 5000), deadline=None)
@given(st.integers(1, 180), st.integers(1, 180))
def test_any_number_of_days_in_words_agrees_with_itself_alone(said, marked):
    notice = REGISTRY["meeting.notice"]
    told = contradiction(notice, notice.parse(f"{marked} days"), f"{in_words(said)} clear days")
    assert (told is None) == (said == marked)
