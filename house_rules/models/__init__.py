from house_rules.models.face import ChainFace
from house_rules.models.pages import AgreedTerms, ChainPage, PageVersion
from house_rules.models.rules import BOUNDS, HouseRules

__all__ = ["BOUNDS", "AgreedTerms", "ChainFace", "ChainPage", "HouseRules", "PageVersion"]
