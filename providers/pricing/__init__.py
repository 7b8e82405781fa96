"""Prices: dated figures with their sources, and where each region stands."""

from providers.pricing.book import FIGURES, HOURS_A_MONTH, Figure, Instance, PriceBook, Source
from providers.pricing.refusal import PriceBookRefused
from providers.pricing.regions import REGIONS, Region, continent_of, countries_of, regions_for, regions_named
from providers.pricing.staleness import STALE_DAYS, SourceAge, ages, with_staleness

__all__ = [
    "FIGURES",
    "HOURS_A_MONTH",
    "REGIONS",
    "STALE_DAYS",
    "Figure",
    "Instance",
    "PriceBook",
    "PriceBookRefused",
    "Region",
    "Source",
    "SourceAge",
    "ages",
    "continent_of",
    "countries_of",
    "regions_for",
    "regions_named",
    "with_staleness",
]
