"""Regions of the three clouds with the places they are called after, and countries and blocs.

Source: the region lists that AWS, Google Cloud and Microsoft Azure publish in their documentation.
"""

from __future__ import annotations

from typing import Literal

CloudName = Literal["aws", "gcp", "azure"]

_AWS = """
us-east-1: northern virginia, n. virginia, virginia, ashburn
us-east-2: ohio, columbus
us-west-1: northern california, n. california, san francisco
us-west-2: oregon, portland
us-gov-west-1: govcloud west
us-gov-east-1: govcloud east
ca-central-1: montreal, montréal
ca-west-1: calgary
mx-central-1: querétaro
sa-east-1: são paulo, sao paulo
eu-west-1: ireland, dublin, irland
eu-west-2: london
eu-west-3: paris
eu-central-1: frankfurt, frankfurt am main
eu-central-2: zurich, zürich
eu-north-1: stockholm
eu-south-1: milan, mailand, milano
eu-south-2: aragón, zaragoza
ap-south-1: mumbai
ap-south-2: hyderabad
ap-southeast-1: singapore, singapur
ap-southeast-2: sydney
ap-southeast-3: jakarta
ap-southeast-4: melbourne
ap-southeast-5: kuala lumpur
ap-southeast-7: bangkok
ap-northeast-1: tokyo, tokio
ap-northeast-2: seoul
ap-northeast-3: osaka
ap-east-1: hong kong
me-south-1: bahrain
me-central-1: uae
il-central-1: tel aviv
af-south-1: cape town
cn-north-1: beijing
cn-northwest-1: ningxia
"""
_GCP = """
us-central1: iowa, council bluffs
us-east1: south carolina
us-east4: northern virginia, n. virginia, virginia, ashburn
us-east5: columbus, ohio
us-west1: oregon
us-west2: los angeles
us-west3: salt lake city
us-west4: las vegas
us-south1: dallas
northamerica-northeast1: montreal, montréal
northamerica-northeast2: toronto
southamerica-east1: são paulo, sao paulo
southamerica-west1: santiago
europe-west1: belgium, st. ghislain, belgien
europe-west2: london
europe-west3: frankfurt, frankfurt am main
europe-west4: netherlands, eemshaven, niederlande
europe-west6: zurich, zürich
europe-west8: milan, mailand, milano
europe-west9: paris
europe-west10: berlin
europe-west12: turin
europe-north1: finland, hamina, finnland
europe-north2: stockholm
europe-central2: warsaw, warschau
europe-southwest1: madrid
asia-east1: taiwan
asia-east2: hong kong
asia-northeast1: tokyo, tokio
asia-northeast2: osaka
asia-northeast3: seoul
asia-south1: mumbai
asia-south2: delhi
asia-southeast1: singapore, singapur
asia-southeast2: jakarta
australia-southeast1: sydney
australia-southeast2: melbourne
me-west1: tel aviv
me-central1: doha
africa-south1: johannesburg
"""
_AZURE = """
eastus: virginia
eastus2: virginia
centralus: iowa
northcentralus: illinois, chicago
southcentralus: texas, san antonio
westcentralus: wyoming
westus: california
westus2: washington
westus3: phoenix, arizona
canadacentral: toronto
canadaeast: quebec
brazilsouth: são paulo, sao paulo
northeurope: ireland, dublin
westeurope: netherlands, amsterdam
uksouth: london
ukwest: cardiff
francecentral: paris
germanywestcentral: frankfurt, frankfurt am main
switzerlandnorth: zurich, zürich
switzerlandwest: geneva
swedencentral: gävle, stockholm
norwayeast: oslo
polandcentral: warsaw
italynorth: milan, mailand, milano
spaincentral: madrid
southeastasia: singapore, singapur
eastasia: hong kong
japaneast: tokyo, tokio
japanwest: osaka
koreacentral: seoul
centralindia: pune
southindia: chennai
australiaeast: sydney
australiasoutheast: melbourne
uaenorth: dubai
qatarcentral: doha
southafricanorth: johannesburg
israelcentral: tel aviv
"""


def _table(lines: str) -> dict[str, list[str]]:
    rows = (line.split(":", 1) for line in lines.strip().splitlines())
    return {code: [place.strip() for place in places.split(",")] for code, places in rows}


REGIONS: dict[CloudName, dict[str, list[str]]] = {"aws": _table(_AWS), "gcp": _table(_GCP), "azure": _table(_AZURE)}

CLOUD_OF: dict[str, CloudName] = {code: cloud for cloud, regions in REGIONS.items() for code in regions}

_BY_PLACE: dict[CloudName, dict[str, str]] = {
    cloud: {place: code for code, places in reversed(regions.items()) for place in places}
    for cloud, regions in REGIONS.items()
}
PLACES: frozenset[str] = frozenset(place for places in _BY_PLACE.values() for place in places)


def region_of(place: str, cloud: CloudName) -> str | None:
    """The cloud's region that is called after a city or state; None when it has none there."""
    return _BY_PLACE[cloud].get(place)


JURISDICTIONS: dict[str, str] = {
    "EU": (
        r"(?:the )?(?:eu(?=-(?:only|hosted|based|resident|region|wide|data))|eu(?![-\w])|e\.u\.|european union|"
        r"europe|eea|europa|europäischen union|european(?= (?:region|data ?cent|soil|hosting|cloud|server)))"
    ),
    "UK": (
        r"(?:the )?(?:uk(?=-(?:only|hosted|based|resident))|uk(?![-\w])|u\.k\.|united kingdom|great britain|"
        r"britain|england|großbritannien)"
    ),
    "US": (
        r"(?:the )?(?:usa?(?=-(?:only|hosted|based|resident))|usa?(?![-\w])|u\.s\.a?\.?|"
        r"united states(?: of america)?|american? soil)"
    ),
    "Switzerland": r"switzerland|swiss(?= (?:only|soil|data|hosting|region|territory))|(?:der )?schweiz|swiss-only",
    "Germany": r"germany|deutschland|german(?= (?:only|soil|data ?cent|hosting|region|territory))|german-only",
    "France": r"france(?! télécom)|frankreich",
    "Ireland": r"ireland|irland",
    "Austria": r"austria|österreich",
    "Netherlands": r"(?:the )?netherlands|niederlande",
    "Belgium": r"belgium|belgien",
    "Spain": r"spain|spanien",
    "Italy": r"italy|italien",
    "Poland": r"poland|polen",
    "Sweden": r"sweden|schweden",
    "Norway": r"norway|norwegen",
    "Denmark": r"denmark|dänemark",
    "Finland": r"finland|finnland",
    "Canada": r"canada|canadian(?= (?:soil|data|region)|-only)|kanada",
    "Australia": r"australia|australien",
    "India": r"india|indien",
    "Japan": r"japan",
    "Singapore": r"singapore|singapur",
    "Brazil": r"brazil|brasilien",
    "China": r"(?:mainland )?china",
    "South Korea": r"south korea|südkorea",
    "Israel": r"israel",
    "South Africa": r"south africa|südafrika",
    "North America": r"north america|nordamerika",
    "South America": r"(?:south|latin) america|südamerika",
    "Asia": r"asia(?:[- ]pacific)?(?![\w-])|apac|asien",
    "Africa": r"(?<!south )africa|afrika",
    "Middle East": r"(?:the )?middle east",
    "New Zealand": r"new zealand|neuseeland",
    "Portugal": r"portugal",
    "Luxembourg": r"luxembourg|luxemburg",
    "Czechia": r"czechia|(?:the )?czech republic|tschechien",
    "Slovakia": r"slovakia|slowakei",
    "Slovenia": r"slovenia|slowenien",
    "Hungary": r"hungary|ungarn",
    "Romania": r"romania|rumänien",
    "Bulgaria": r"bulgaria|bulgarien",
    "Croatia": r"croatia|kroatien",
    "Greece": r"greece|griechenland",
    "Estonia": r"estonia|estland",
    "Latvia": r"latvia|lettland",
    "Lithuania": r"lithuania|litauen",
    "Iceland": r"iceland|island(?= bleiben)",
    "Ukraine": r"ukraine",
    "Turkey": r"türkiye|türkei|turkey",
    "Mexico": r"mexico|mexiko",
    "Argentina": r"argentina|argentinien",
    "Chile": r"chile",
    "Colombia": r"colombia|kolumbien",
    "United Arab Emirates": r"(?:the )?(?:uae|united arab emirates|emirates)",
    "Saudi Arabia": r"saudi arabia|saudi-arabien|ksa",
    "Qatar": r"qatar",
    "Indonesia": r"indonesia|indonesien",
    "Malaysia": r"malaysia",
    "Thailand": r"thailand",
    "Vietnam": r"vietnam",
    "Philippines": r"(?:the )?philippines",
    "Hong Kong": r"hong kong",
    "Taiwan": r"taiwan",
    "Kenya": r"kenya",
    "Nigeria": r"nigeria",
    "Egypt": r"egypt|ägypten",
}
"""What data residency may name, and how it is said."""
