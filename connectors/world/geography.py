"""Where the world's distribution centres and customers are: real cities, in whole micro degrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from domain.ids import NodeId, ZoneId
from domain.network import Place

EARTH_RADIUS_KM = 6371.0
MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class City:
    """A city with its state, the first digits of its postcodes, its delivery zone and position."""

    name: str
    state: str
    postcode: str
    zone: str
    latitude: float
    longitude: float

    @property
    def place(self) -> Place:
        """The point on the map."""
        return Place(
            name=f"{self.name}, {self.state}",
            latitude_micro=round(self.latitude * MICRO),
            longitude_micro=round(self.longitude * MICRO),
        )

    @property
    def zone_id(self) -> ZoneId:
        """The delivery zone it lies in."""
        return ZoneId(self.zone)


@dataclass(frozen=True, slots=True)
class Site:
    """A distribution centre: its code, city, time zone and standard offset from UTC in hours."""

    code: str
    city: City
    timezone: str
    utc_offset_hours: int

    @property
    def node_id(self) -> NodeId:
        """The id of its node."""
        return NodeId(f"DC-{self.code}")


SITES: tuple[Site, ...] = (
    Site("RNO", City("Reno", "NV", "895", "Z-MTN", 39.5296, -119.8138), "America/Los_Angeles", -8),
    Site("ONT", City("Ontario", "CA", "917", "Z-PAC", 34.0633, -117.6509), "America/Los_Angeles", -8),
    Site("DFW", City("Dallas", "TX", "752", "Z-TEX", 32.7767, -96.7970), "America/Chicago", -6),
    Site("MEM", City("Memphis", "TN", "381", "Z-MSO", 35.1495, -90.0490), "America/Chicago", -6),
    Site("JOL", City("Joliet", "IL", "604", "Z-MWE", 41.5250, -88.0817), "America/Chicago", -6),
    Site("CMH", City("Columbus", "OH", "432", "Z-MWE", 39.9612, -82.9988), "America/New_York", -5),
    Site("ATL", City("Atlanta", "GA", "303", "Z-SEA", 33.7490, -84.3880), "America/New_York", -5),
    Site("ABE", City("Allentown", "PA", "181", "Z-MAT", 40.6023, -75.4714), "America/New_York", -5),
    Site("DEN", City("Denver", "CO", "802", "Z-MTN", 39.7392, -104.9903), "America/Denver", -7),
    Site("SEA", City("Kent", "WA", "980", "Z-NWE", 47.3809, -122.2348), "America/Los_Angeles", -8),
    Site("MIA", City("Miami", "FL", "331", "Z-FLA", 25.7617, -80.1918), "America/New_York", -5),
    Site("MSP", City("Minneapolis", "MN", "554", "Z-NCE", 44.9778, -93.2650), "America/Chicago", -6),
)

CITIES: tuple[City, ...] = (
    City("Los Angeles", "CA", "900", "Z-PAC", 34.0522, -118.2437),
    City("San Diego", "CA", "921", "Z-PAC", 32.7157, -117.1611),
    City("Fresno", "CA", "937", "Z-PAC", 36.7378, -119.7871),
    City("San Jose", "CA", "951", "Z-PAC", 37.3382, -121.8863),
    City("Oakland", "CA", "946", "Z-PAC", 37.8044, -122.2712),
    City("Sacramento", "CA", "958", "Z-PAC", 38.5816, -121.4944),
    City("Bakersfield", "CA", "933", "Z-PAC", 35.3733, -119.0187),
    City("Las Vegas", "NV", "891", "Z-MTN", 36.1699, -115.1398),
    City("Phoenix", "AZ", "850", "Z-MTN", 33.4484, -112.0740),
    City("Tucson", "AZ", "857", "Z-MTN", 32.2226, -110.9747),
    City("Albuquerque", "NM", "871", "Z-MTN", 35.0844, -106.6504),
    City("Salt Lake City", "UT", "841", "Z-MTN", 40.7608, -111.8910),
    City("Boise", "ID", "837", "Z-MTN", 43.6150, -116.2023),
    City("Colorado Springs", "CO", "809", "Z-MTN", 38.8339, -104.8214),
    City("Billings", "MT", "591", "Z-MTN", 45.7833, -108.5007),
    City("Seattle", "WA", "981", "Z-NWE", 47.6062, -122.3321),
    City("Spokane", "WA", "992", "Z-NWE", 47.6588, -117.4260),
    City("Portland", "OR", "972", "Z-NWE", 45.5152, -122.6784),
    City("Eugene", "OR", "974", "Z-NWE", 44.0521, -123.0868),
    City("Houston", "TX", "770", "Z-TEX", 29.7604, -95.3698),
    City("San Antonio", "TX", "782", "Z-TEX", 29.4241, -98.4936),
    City("Austin", "TX", "787", "Z-TEX", 30.2672, -97.7431),
    City("El Paso", "TX", "799", "Z-TEX", 31.7619, -106.4850),
    City("Lubbock", "TX", "794", "Z-TEX", 33.5779, -101.8552),
    City("Laredo", "TX", "780", "Z-TEX", 27.5036, -99.5076),
    City("Oklahoma City", "OK", "731", "Z-TEX", 35.4676, -97.5164),
    City("Tulsa", "OK", "741", "Z-TEX", 36.1540, -95.9928),
    City("Little Rock", "AR", "722", "Z-MSO", 34.7465, -92.2896),
    City("New Orleans", "LA", "701", "Z-MSO", 29.9511, -90.0715),
    City("Shreveport", "LA", "711", "Z-MSO", 32.5252, -93.7502),
    City("Jackson", "MS", "392", "Z-MSO", 32.2988, -90.1848),
    City("Nashville", "TN", "372", "Z-MSO", 36.1627, -86.7816),
    City("Knoxville", "TN", "379", "Z-MSO", 35.9606, -83.9207),
    City("Louisville", "KY", "402", "Z-MSO", 38.2527, -85.7585),
    City("Chicago", "IL", "606", "Z-MWE", 41.8781, -87.6298),
    City("Springfield", "IL", "627", "Z-MWE", 39.7817, -89.6501),
    City("Indianapolis", "IN", "462", "Z-MWE", 39.7684, -86.1581),
    City("Fort Wayne", "IN", "468", "Z-MWE", 41.0793, -85.1394),
    City("Detroit", "MI", "482", "Z-MWE", 42.3314, -83.0458),
    City("Grand Rapids", "MI", "495", "Z-MWE", 42.9634, -85.6681),
    City("Cleveland", "OH", "441", "Z-MWE", 41.4993, -81.6944),
    City("Cincinnati", "OH", "452", "Z-MWE", 39.1031, -84.5120),
    City("Milwaukee", "WI", "532", "Z-NCE", 43.0389, -87.9065),
    City("Madison", "WI", "537", "Z-NCE", 43.0731, -89.4012),
    City("Saint Paul", "MN", "551", "Z-NCE", 44.9537, -93.0900),
    City("Duluth", "MN", "558", "Z-NCE", 46.7867, -92.1005),
    City("Fargo", "ND", "581", "Z-NCE", 46.8772, -96.7898),
    City("Sioux Falls", "SD", "571", "Z-NCE", 43.5460, -96.7313),
    City("Omaha", "NE", "681", "Z-NCE", 41.2565, -95.9345),
    City("Des Moines", "IA", "503", "Z-NCE", 41.5868, -93.6250),
    City("Kansas City", "MO", "641", "Z-NCE", 39.0997, -94.5786),
    City("Saint Louis", "MO", "631", "Z-NCE", 38.6270, -90.1994),
    City("Wichita", "KS", "672", "Z-NCE", 37.6872, -97.3301),
    City("Birmingham", "AL", "352", "Z-SEA", 33.5186, -86.8104),
    City("Savannah", "GA", "314", "Z-SEA", 32.0809, -81.0912),
    City("Charlotte", "NC", "282", "Z-SEA", 35.2271, -80.8431),
    City("Raleigh", "NC", "276", "Z-SEA", 35.7796, -78.6382),
    City("Greenville", "SC", "296", "Z-SEA", 34.8526, -82.3940),
    City("Charleston", "SC", "294", "Z-SEA", 32.7765, -79.9311),
    City("Jacksonville", "FL", "322", "Z-FLA", 30.3322, -81.6557),
    City("Orlando", "FL", "328", "Z-FLA", 28.5383, -81.3792),
    City("Tampa", "FL", "336", "Z-FLA", 27.9506, -82.4572),
    City("Tallahassee", "FL", "323", "Z-FLA", 30.4383, -84.2807),
    City("Richmond", "VA", "232", "Z-MAT", 37.5407, -77.4360),
    City("Baltimore", "MD", "212", "Z-MAT", 39.2904, -76.6122),
    City("Washington", "DC", "200", "Z-MAT", 38.9072, -77.0369),
    City("Philadelphia", "PA", "191", "Z-MAT", 39.9526, -75.1652),
    City("Pittsburgh", "PA", "152", "Z-MAT", 40.4406, -79.9959),
    City("Newark", "NJ", "071", "Z-MAT", 40.7357, -74.1724),
    City("New York", "NY", "100", "Z-NEA", 40.7128, -74.0060),
    City("Albany", "NY", "122", "Z-NEA", 42.6526, -73.7562),
    City("Buffalo", "NY", "142", "Z-NEA", 42.8864, -78.8784),
    City("Hartford", "CT", "061", "Z-NEA", 41.7658, -72.6734),
    City("Boston", "MA", "021", "Z-NEA", 42.3601, -71.0589),
    City("Manchester", "NH", "031", "Z-NEA", 42.9956, -71.4548),
    City("Portland", "ME", "041", "Z-NEA", 43.6591, -70.2568),
)

ZONES: tuple[str, ...] = tuple(sorted({city.zone for city in CITIES}))


def sites_of(count: int) -> tuple[Site, ...]:
    """That many centres, spread over the country."""
    return SITES if count >= len(SITES) else SITES[:: len(SITES) // count][:count]


def distance_km(one: City, other: City) -> float:
    """Great-circle distance."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def zone_distance_km(site: Site, zone: str) -> float:
    """Mean distance from a site to the cities of a zone."""
    cities = [city for city in CITIES if city.zone == zone]
    return sum(distance_km(site.city, city) for city in cities) / len(cities)
