from decimal import Decimal

import pytest

from pricing.models import PricingMode, multipliers
from pricing.quotes import price_quote


@pytest.mark.parametrize(
    ("base", "floor", "step", "expected"),
    [
        ("350.00", "0", "10.00", ("280", "450")),  # 455 is not on the grid
        ("350.00", "300.00", "10.00", ("300", "450")),
        ("350.00", "301.00", "10.00", ("310", "450")),
        ("350.00", "400.00", "10.00", ("350", "450")),  # only the list price may be below the minimum
        ("333.33", "0", "0.50", ("267", "433")),
        ("7.00", "0", "10.00", ("7", "7")),  # no price of the grid is within the bounds
    ],
)
def test_bounds_are_on_the_grid_and_enclose_the_list_price(base, floor, step, expected):
    mode = PricingMode(lowest_percent=80, highest_percent=130, step=Decimal(step))

    found = mode.bounds(Decimal(base), floor=Decimal(floor))

    assert found == tuple(map(Decimal, expected))


@pytest.mark.parametrize(("expected_at_base", "location", "bound"), [(900.0, "500", "450"), (5.0, "150", None)])
@pytest.mark.parametrize("minimum", ["280", "300", "310"])
def test_a_price_reaches_its_bounds_and_never_leaves_them(expected_at_base, location, bound, minimum):
    base = Decimal("350.00")
    quoted = price_quote(
        {
            "base_price": str(base),
            "bounds": multipliers(base, Decimal(minimum), Decimal("450")),
            "capacity": 150,
            "sold": 0,
            "days_left": 3.0,
            "history": [],
            "forecast": {
                "expected_at_base": expected_at_base,
                "levels": [[1.0, 1.0]],
                "curve": [[0, 0.0], [9, 1.0]],
            },
            "demand": {"kind": "logit", "location": location, "scale": "40", "base": "350", "shift": []},
            "config": {"step": "10.00", "max_change_per_day": None, "enabled": True, "version": "1"},
        }
    )

    assert Decimal(quoted["price"]) == Decimal(bound or minimum)
