"""The versions of the policy that computes prices. A stored quote names its own, so that its price can be computed
again after the policy has changed: a change of these numbers is a new entry, and an entry never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    #: Plausible booking curves, (factor, power, weight): the share to come is curve(days * factor) ** power. A factor
    #: above 1 books later, below 1 earlier. docs/steering.md tells what the weights cost and gain.
    variants: Sequence[tuple[float, float, float]]
    #: A share of what is earned. The list price stays where another earns at most so much more: luck decides then which
    #: of them would have made more. None: every gain counts.
    not_worth_a_change: float | None


_FORMS = ((1.0, 1.0), (1.5, 1.0), (2.5, 1.0), (0.67, 1.0), (0.35, 1.0), (0.08, 1.0), (1.0, 0.65), (1.0, 1.6))


def _weighed(*weights: float) -> Sequence[tuple[float, float, float]]:
    return tuple((factor, power, weight) for (factor, power), weight in zip(_FORMS, weights, strict=True))


CURRENT = Policy("fluid-bayes-2", _weighed(0.45, 0.11, 0.11, 0.11, 0.065, 0.045, 0.055, 0.055), 0.002)
_EARLIER = (Policy("fluid-bayes-1", _weighed(0.5, 0.1, 0.1, 0.1, 0.06, 0.04, 0.05, 0.05), None),)
POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in (CURRENT, *_EARLIER)}
