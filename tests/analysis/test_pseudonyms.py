"""What takes the place of ids, rare words and amounts tells nothing of them."""

from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.anonymised_copy import pseudonyms


@given(st.dictionaries(st.text(max_size=3), st.integers(min_value=1, max_value=50), max_size=8))
def test_no_word_that_stays_is_of_few_and_the_others_together_are_not_either(held: dict[str, int]) -> None:
    stay = pseudonyms.kept(held, 20)
    others = [count for word, count in held.items() if word not in stay]
    assert all(held[word] >= 20 for word in stay)
    if stay and others:
        # however their holders overlap, at least as many hold one of them as hold the commonest
        assert max(others) >= 20


def test_words_of_many_stay_where_there_are_no_others() -> None:
    assert pseudonyms.kept({"a": 20, "b": 30}, 20) == {"a", "b"}
    assert pseudonyms.kept({"a": 1, "b": 30, "c": 40}, 20) == {"c"}
    assert pseudonyms.kept({"a": 1, "b": 30}, 20) == frozenset()


def test_pseudonyms_are_drawn_anew_each_time_and_are_no_ids() -> None:
    ids = [str(number) for number in range(100)]
    one, two = pseudonyms.drawn(ids), pseudonyms.drawn(ids)
    assert len({*one.values(), *two.values(), *ids}) == 300


def test_an_amount_is_told_to_one_digit() -> None:
    told = {12.5: 10.0, 1234.5: 1000.0, 0.077: 0.08, 99.0: 100.0, 0.0: 0.0, -15.1: -20.0}
    assert {amount: pseudonyms.about(amount) for amount in told} == told
    assert pseudonyms.about(None) is None
