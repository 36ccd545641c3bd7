from itertools import pairwise

import pytest

from pricing.simulated_sales import Party, Seen, as_expected, in_ten, leads, like_seen, low_mean_high, pairs, reviews


def payload(*, expected=300.0, capacity=100):
    return {
        "base_price": "10.00",
        "bounds": {"min_multiplier": 0.8, "max_multiplier": 1.5},
        "capacity": capacity,
        "days_left": 7.0,
        "forecast": {
            "expected_at_base": expected,
            "levels": [[0.7, 0.3], [1.0, 0.4], [1.4, 0.3]],
            "curve": leads(2.2, 7.0),
            "party_mean": 2.0,
        },
        "demand": {"kind": "logit", "location": 12.5, "scale": 2.5, "base": 10.0, "shift": []},
        "config": {
            "step": "0.50",
            "max_change_per_day": 0.2,
            "never_decrease": False,
            "max_moves_per_day": None,
            "enabled": True,
            "version": "test",
        },
    }


def crowd(expected=300.0, draws=9, seed="1"):
    return as_expected(expected, leads(2.2, 7.0), party_mean=2.0, base=10.0, opened=7.0, draws=draws, seed=seed)


def test_a_full_hall_makes_more_at_adaptive_prices_than_at_the_list_price():
    found = pairs(payload(), crowd())

    assert low_mean_high([pair.gained for pair in found])[0] > 0
    assert max(pair.adaptive.sold for pair in found) <= 100


def test_prices_keep_the_bounds_the_step_and_the_largest_change_of_a_day():
    for pair in pairs(payload(), crowd()):
        steps = pair.adaptive.steps

        assert all(8.0 <= step.price <= 15.0 and step.price * 2 % 1 == 0 for step in steps)
        assert all(abs(one.price - other.price) <= 2.0 for one, other in pairwise(steps))
        assert {step.price for step in pair.listed.steps} == {10.0}


def test_without_a_forecast_the_adaptive_price_is_the_list_price():
    found = pairs(payload() | {"forecast": None}, crowd(draws=3))

    assert [pair.gained for pair in found] == [0.0, 0.0, 0.0]


def test_each_forecast_counts_from_when_it_was_made():
    first = payload()["forecast"]
    late = {**first, "expected_at_base": 2000.0}

    [pair] = pairs(payload(), [[]], forecasts=[(7.0, {**first, "expected_at_base": 20.0}), (2.0, late)])

    dearer = [step.days_left for step in pair.adaptive.steps if step.price > 10.0]
    assert max(dearer) == 2.0


def test_the_same_seed_has_the_same_people():
    assert crowd() == crowd()
    assert crowd() != crowd(seed="2")


def test_people_like_those_who_came_spend_at_the_list_price_about_what_was_spent():
    seen = [Seen(days_left=each / 10, seats=2, share=1.7, price=10.0, fixed=3.0) for each in range(1, 51)]

    draws = like_seen(seen, base=10.0, opened=7.0, draws=60, seed="5")

    made = [pair.listed.revenue for pair in pairs(payload(capacity=1000) | {"forecast": None}, draws)]
    assert sum(made) / len(made) == pytest.approx(50 * 20.0, rel=0.05)


def test_nobody_is_drawn_where_nobody_came():
    assert like_seen([], base=10.0, opened=7.0, draws=3, seed="") == [[], [], []]


def test_an_order_of_fixed_prices_comes_at_any_price_and_one_without_room_is_lost():
    people = [Party(6.0, seats=60, share=0.0, worth=0.0, fixed=30.0), Party(5.0, seats=50, share=50.0, worth=99.0)]

    [pair] = pairs(payload(capacity=100), [people])

    assert (pair.listed.sold, pair.listed.revenue) == (60, 30.0)


def test_reviews_begin_with_the_sale_and_come_more_often_towards_the_start():
    assert reviews(5.5) == [5.5, 5.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.75, 0.5, 0.25]
    assert reviews(0.1) == [0.1]


def test_of_nine_draws_eight_in_ten_further_ones_would_be_between_the_ends():
    assert low_mean_high([5, 1, 9, 3, 7, 2, 8, 4, 6]) == (1, 5, 9)
    assert (in_ten(9), in_ten(18)) == (8, 9)
