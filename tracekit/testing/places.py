"""Where the synthetic world stands: real divisions of GB/T 2260, platforms of three levels, and made-up names."""

from typing import NamedTuple


class City(NamedTuple):
    """A city with its province and the counties in which its nodes stand."""

    code: str
    name: str
    province: str
    counties: tuple[str, ...]
    plate: str

    @property
    def platform(self) -> str:
        """The code of the city's platform."""
        return f"city-{self.code}"


class Platform(NamedTuple):
    """One platform of the synthetic country; `parent` is empty for the nation."""

    code: str
    name: str
    role: str
    region: str
    parent: str


NATION = Platform("nation", "国家重要产品追溯平台（示范）", "nation", "*", "")

PROVINCES = {"370000": "山东省", "320000": "江苏省"}

CITIES = (
    City("370600", "烟台市", "370000", ("370602", "370611", "370681"), "鲁F"),
    City("371300", "临沂市", "370000", ("371302", "371311", "371324"), "鲁Q"),
    City("320300", "徐州市", "320000", ("320303", "320311", "320382"), "苏C"),
)
"""The last city has no slaughterhouse: its pork comes over the border from the second."""


def platforms(cities: tuple[City, ...] = CITIES) -> tuple[Platform, ...]:
    """The nation, the provinces of the cities, and the cities, parents first."""
    provinces = dict.fromkeys(city.province for city in cities)
    return (
        NATION,
        *(Platform(f"province-{code}", f"{PROVINCES[code]}追溯平台（示范）", "province", code, NATION.code) for code in provinces),
        *(Platform(city.platform, f"{city.name}追溯平台（示范）", "city", city.code, f"province-{city.province}") for city in cities),
    )
