"""The hundred cities of generated backlogs: place in degrees, largest first; the first fifty hold nodes."""

from __future__ import annotations

ZONE_CITIES: tuple[tuple[str, float, float], ...] = (
    ("New York", 40.71, -74.01), ("Los Angeles", 34.05, -118.24), ("Chicago", 41.88, -87.63),
    ("Dallas", 32.78, -96.80), ("Houston", 29.76, -95.37), ("Washington", 38.91, -77.04),
    ("Philadelphia", 39.95, -75.17), ("Atlanta", 33.75, -84.39), ("Miami", 25.76, -80.19),
    ("Phoenix", 33.45, -112.07), ("Boston", 42.36, -71.06), ("Riverside", 33.95, -117.40),
    ("San Francisco", 37.77, -122.42), ("Detroit", 42.33, -83.05), ("Seattle", 47.61, -122.33),
    ("Minneapolis", 44.98, -93.27), ("Tampa", 27.95, -82.46), ("San Diego", 32.72, -117.16),
    ("Denver", 39.74, -104.99), ("Baltimore", 39.29, -76.61), ("Orlando", 28.54, -81.38),
    ("Charlotte", 35.23, -80.84), ("St. Louis", 38.63, -90.20), ("San Antonio", 29.42, -98.49),
    ("Portland", 45.52, -122.68), ("Austin", 30.27, -97.74), ("Pittsburgh", 40.44, -79.99),
    ("Sacramento", 38.58, -121.49), ("Las Vegas", 36.17, -115.14), ("Cincinnati", 39.10, -84.51),
    ("Kansas City", 39.10, -94.58), ("Columbus", 39.96, -83.00), ("Cleveland", 41.50, -81.69),
    ("Indianapolis", 39.77, -86.16), ("Nashville", 36.16, -86.78), ("San Jose", 37.34, -121.89),
    ("Virginia Beach", 36.85, -75.98), ("Jacksonville", 30.33, -81.66), ("Providence", 41.82, -71.41),
    ("Milwaukee", 43.04, -87.91), ("Raleigh", 35.78, -78.64), ("Oklahoma City", 35.47, -97.52),
    ("Louisville", 38.25, -85.76), ("Richmond", 37.54, -77.44), ("Memphis", 35.15, -90.05),
    ("Salt Lake City", 40.76, -111.89), ("Birmingham", 33.52, -86.80), ("Fresno", 36.74, -119.79),
    ("Grand Rapids", 42.96, -85.67), ("Buffalo", 42.89, -78.88), ("Hartford", 41.77, -72.67),
    ("Tucson", 32.22, -110.97), ("Rochester", 43.16, -77.61), ("Tulsa", 36.15, -95.99),
    ("Omaha", 41.26, -95.93), ("New Orleans", 29.95, -90.07), ("Greenville", 34.85, -82.40),
    ("Knoxville", 35.96, -83.92), ("Albuquerque", 35.08, -106.65), ("Bakersfield", 35.37, -119.02),
    ("Albany", 42.65, -73.75), ("McAllen", 26.20, -98.23), ("Baton Rouge", 30.45, -91.19),
    ("El Paso", 31.76, -106.49), ("Allentown", 40.61, -75.49), ("Columbia", 34.00, -81.03),
    ("Charleston", 32.78, -79.93), ("Boise", 43.62, -116.20), ("Dayton", 39.76, -84.19),
    ("Greensboro", 36.07, -79.79), ("Little Rock", 34.75, -92.29), ("Des Moines", 41.59, -93.62),
    ("Stockton", 37.96, -121.29), ("Colorado Springs", 38.83, -104.82), ("Syracuse", 43.05, -76.15),
    ("Madison", 43.07, -89.40), ("Wichita", 37.69, -97.34), ("Toledo", 41.65, -83.54),
    ("Spokane", 47.66, -117.43), ("Jackson", 32.30, -90.18), ("Harrisburg", 40.27, -76.88),
    ("Scranton", 41.41, -75.66), ("Chattanooga", 35.05, -85.31), ("Portland ME", 43.66, -70.26),
    ("Lansing", 42.73, -84.56), ("Savannah", 32.08, -81.09), ("Reno", 39.53, -119.81),
    ("Amarillo", 35.22, -101.83), ("Lubbock", 33.58, -101.86), ("Mobile", 30.69, -88.04),
    ("Shreveport", 32.53, -93.75), ("Sioux Falls", 43.54, -96.73), ("Fargo", 46.88, -96.79),
    ("Billings", 45.78, -108.50), ("Duluth", 46.79, -92.10), ("Burlington", 44.48, -73.21),
    ("Missoula", 46.87, -113.99), ("Rapid City", 44.08, -103.23), ("Yuma", 32.69, -114.63),
    ("Bangor", 44.80, -68.77),
)  # fmt: skip

NODE_CITIES: tuple[str, ...] = (
    "Chicago", "Riverside", "Dallas", "Atlanta", "Harrisburg", "Columbus", "Memphis", "Reno", "Seattle",
    "Jacksonville", "Indianapolis", "Phoenix", "Kansas City", "Allentown", "Denver", "Houston", "Louisville",
    "Charlotte", "Salt Lake City", "Stockton", "Minneapolis", "Philadelphia", "Nashville", "Portland",
    "Tampa", "Detroit", "St. Louis", "San Antonio", "Cincinnati", "Las Vegas", "Boston", "Baltimore",
    "Orlando", "Sacramento", "Oklahoma City", "Richmond", "Greensboro", "Omaha", "Savannah", "Fresno", "Albuquerque",
    "Buffalo", "Birmingham", "Little Rock", "Scranton", "El Paso", "Milwaukee", "Boise", "Hartford", "Toledo",
)  # fmt: skip
