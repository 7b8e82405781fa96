"""Where each cloud region stands: city, country (ISO 3166-1) and bloc, from the clouds' own region lists."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.constraints import Cloud

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_COUNTRIES = frozenset(_EU.split(" "))
EEA_ONLY = frozenset({"IS", "LI", "NO"})

_TABLE = """
aws us-east-1 US Virginia
aws us-east-2 US Ohio
aws us-west-1 US California
aws us-west-2 US Oregon
aws ca-central-1 CA Montreal
aws sa-east-1 BR São Paulo
aws eu-west-1 IE Dublin
aws eu-west-2 GB London
aws eu-west-3 FR Paris
aws eu-central-1 DE Frankfurt
aws eu-central-2 CH Zurich
aws eu-north-1 SE Stockholm
aws eu-south-1 IT Milan
aws eu-south-2 ES Aragon
aws me-south-1 BH Bahrain
aws me-central-1 AE Dubai
aws af-south-1 ZA Cape Town
aws ap-south-1 IN Mumbai
aws ap-northeast-1 JP Tokyo
aws ap-northeast-2 KR Seoul
aws ap-northeast-3 JP Osaka
aws ap-southeast-1 SG Singapore
aws ap-southeast-2 AU Sydney
aws ap-southeast-3 ID Jakarta
gcp us-central1 US Iowa
gcp us-east1 US South Carolina
gcp us-east4 US Virginia
gcp us-west1 US Oregon
gcp us-west2 US Los Angeles
gcp northamerica-northeast1 CA Montreal
gcp southamerica-east1 BR São Paulo
gcp europe-north1 FI Hamina
gcp europe-southwest1 ES Madrid
gcp europe-west1 BE Saint-Ghislain
gcp europe-west2 GB London
gcp europe-west3 DE Frankfurt
gcp europe-west4 NL Eemshaven
gcp europe-west6 CH Zurich
gcp europe-west8 IT Milan
gcp europe-west9 FR Paris
gcp europe-central2 PL Warsaw
gcp asia-south1 IN Mumbai
gcp asia-northeast1 JP Tokyo
gcp asia-northeast3 KR Seoul
gcp asia-southeast1 SG Singapore
gcp australia-southeast1 AU Sydney
azure eastus US Virginia
azure eastus2 US Virginia
azure centralus US Iowa
azure westus US California
azure westus2 US Washington
azure westus3 US Arizona
azure canadacentral CA Toronto
azure brazilsouth BR São Paulo
azure northeurope IE Dublin
azure westeurope NL Amsterdam
azure uksouth GB London
azure francecentral FR Paris
azure germanywestcentral DE Frankfurt
azure switzerlandnorth CH Zurich
azure swedencentral SE Gävle
azure norwayeast NO Oslo
azure italynorth IT Milan
azure polandcentral PL Warsaw
azure spaincentral ES Madrid
azure centralindia IN Pune
azure japaneast JP Tokyo
azure koreacentral KR Seoul
azure southeastasia SG Singapore
azure australiaeast AU Sydney
"""

_COUNTRY_WORDS = {
    "AE": ("uae", "united arab emirates"),
    "AU": ("australia",),
    "BE": ("belgium",),
    "BR": ("brazil",),
    "CA": ("canada",),
    "CH": ("switzerland", "swiss"),
    "DE": ("germany", "deutschland"),
    "ES": ("spain",),
    "FI": ("finland",),
    "FR": ("france",),
    "GB": ("uk", "united kingdom", "britain", "great britain", "england"),
    "IE": ("ireland",),
    "IN": ("india",),
    "IT": ("italy",),
    "JP": ("japan",),
    "KR": ("korea", "south korea"),
    "NL": ("netherlands", "the netherlands", "holland"),
    "NO": ("norway",),
    "PL": ("poland",),
    "SE": ("sweden",),
    "SG": ("singapore",),
    "US": ("usa", "u.s.", "united states", "united states of america", "america"),
    "ZA": ("south africa",),
}
_BLOC_WORDS = {
    "EU": ("eu", "european union", "europe"),
    "EEA": ("eea", "european economic area"),
    "APAC": ("apac", "asia pacific", "asia-pacific", "asia"),
    "NA": ("north america",),
}
_BLOC_COUNTRIES = {
    "EU": EU_COUNTRIES,
    "EEA": EU_COUNTRIES | EEA_ONLY,
    "APAC": frozenset({"AU", "ID", "IN", "JP", "KR", "SG"}),
    "NA": frozenset({"CA", "US"}),
}


_CONTINENTS = {
    "Europe": EU_COUNTRIES | EEA_ONLY | {"CH", "GB"},
    "North America": frozenset({"CA", "US"}),
    "South America": frozenset({"BR"}),
    "Asia": frozenset({"AE", "BH", "ID", "IN", "JP", "KR", "SG"}),
    "Oceania": frozenset({"AU"}),
    "Africa": frozenset({"ZA"}),
}
_CONTINENT_OF = {country: name for name, countries in _CONTINENTS.items() for country in countries}


@dataclass(frozen=True, slots=True)
class Region:
    cloud: Cloud
    name: str
    country: str
    city: str

    @property
    def bloc(self) -> str:
        """EU, or the country where no bloc of ours holds it (UK for Great Britain)."""
        if self.country in EU_COUNTRIES:
            return "EU"
        return "UK" if self.country == "GB" else self.country


def _parsed() -> dict[tuple[str, str], Region]:
    parsed: dict[tuple[str, str], Region] = {}
    for line in _TABLE.strip().splitlines():
        cloud, name, country, city = line.split(" ", 3)
        parsed[cloud, name] = Region(cloud, name, country, city)  # pyright: ignore[reportArgumentType]
    return parsed


REGIONS = _parsed()
_COUNTRY_OF_WORD = {word: code for code, words in _COUNTRY_WORDS.items() for word in (*words, code.lower())}
_BLOC_OF_WORD = {word: bloc for bloc, words in _BLOC_WORDS.items() for word in words}


def countries_of(residency: str) -> frozenset[str]:
    """The countries a residency allows, "EU or UK" those of both; empty for a word we do not know, which then allows
    nothing."""
    if len(either := residency.split(" or ")) > 1:
        return frozenset().union(*map(countries_of, either))
    word = residency.strip().lower()
    if bloc := _BLOC_OF_WORD.get(word):
        return _BLOC_COUNTRIES[bloc]
    if country := _COUNTRY_OF_WORD.get(word):
        return frozenset({country})
    return frozenset({region.country for region in REGIONS.values() if region.country.lower() == word})


def continent_of(country: str) -> str:
    """Empty for a country without a region."""
    return _CONTINENT_OF.get(country, "")


def regions_for(residency: str) -> frozenset[tuple[str, str]]:
    """(cloud, region) pairs that keep data where `residency` says; empty for a word we do not know."""
    countries = countries_of(residency)
    return frozenset(key for key, region in REGIONS.items() if region.country in countries)


def regions_named(word: str) -> frozenset[tuple[str, str]]:
    """(cloud, region) pairs meant by a region's own name or by a city; a country or bloc stands for all of its own."""
    plain = word.strip().lower()
    exact = frozenset(key for key, region in REGIONS.items() if plain in (region.name, region.city.lower()))
    return exact or regions_for(word)
