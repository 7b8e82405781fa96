"""Prices: dated figures with their sources, and where each region stands."""

from providers.pricing.book import FIGURES, HOURS_A_MONTH, Figure, Instance, PriceBook, Source
from providers.pricing.refusal import PriceBookRefused
from providers.pricing.regions import REGIONS, Region, countries_of, regions_for, regions_named

__all__ = [
    "FIGURES",
    "HOURS_A_MONTH",
    "REGIONS",
    "Figure",
    "Instance",
    "PriceBook",
    "PriceBookRefused",
    "Region",
    "Source",
    "countries_of",
    "regions_for",
    "regions_named",
]
