"""The limits from which the catalogue's conditions count, as the shipped policies have them.

They are written down a second time on purpose: the truth asks nothing of the tower it judges. Shares are
basis points (10000 = all), money is cents.
"""

from __future__ import annotations

from datetime import timedelta

ALL_BP = 10_000

# Order entry.
PICK_LEAD = timedelta(hours=4)
SAME_PO_WITHIN = timedelta(days=60)
SAME_LINES_WITHIN = timedelta(hours=72)
SAME_LINES_LEAST = 2
UNUSUAL_QUANTITY_BP = 73_891
UNUSUAL_QUANTITY_LEAST_LINES = 12
UNUSUAL_QUANTITY_FLOOR_CENTS = 50_000
PACK_FLOOR_CENTS = 0
PRICE_TOLERANCE_BP = 200
PRICE_TOLERANCE_CENTS = 500
ENTERED_AT_MOST = timedelta(hours=24)
EMBARGOED_COUNTRIES = frozenset({"CU", "IR", "KP", "SY"})
FRAUD_POINTS = 60
FRAUD_WINDOW = timedelta(hours=24)
FRAUD_RUSH = timedelta(hours=48)
FRAUD_VALUE_BP = 30_000
FRAUD_ORDERS_IN_WINDOW = 4
NEW_SHIP_TO_POINTS = 30
PAYMENT_CHANGED_POINTS = 25
CONTACT_CHANGED_POINTS = 20
RUSH_POINTS = 15
VALUE_POINTS = 20
VELOCITY_POINTS = 15

# Allocation and supply.
INBOUND_LATE = timedelta(hours=24)
ASN_DUE_BEFORE = timedelta(hours=24)
INBOUND_SHORT_BP = 100
INBOUND_SHORT_UNITS = 0
STRANDED_AFTER = timedelta(hours=24)
OVERDUE_AFTER = timedelta(days=5)
SPLIT_FREIGHT_CENTS = 2_000
SPLIT_MARGIN_BP = 5_000
BACKORDER_AGED_AFTER = {
    1: timedelta(days=3),
    2: timedelta(days=5),
    3: timedelta(days=7),
    4: timedelta(days=10),
}

# Warehouse.
COUNT_TOLERANCE_UNITS = 2
COUNT_TOLERANCE_BP = 100
BIN_SHORT_PICKS = 2
BIN_SHORT_WITHIN = timedelta(days=7)
SHIFT = timedelta(minutes=480)
LABOUR_CLEAR_BP = 9_000
LABOUR_EXCESS = timedelta(minutes=30)
OUTAGE_LEAST_PICKS = 3
DOCK_AT_MOST = timedelta(hours=4)

# Invoicing.
BILLED_QUANTITY_BP = 100
BILLED_QUANTITY_CENTS = 100
BILLED_PRICE_BP = 50
BILLED_PRICE_CENTS = 100
POD_MISSING_AFTER = timedelta(hours=24)
UNBILLED_AFTER = timedelta(hours=24)
DEDUCTION_CENTS = 100

# Returns.
RETURN_EXPECTED_WITHIN = timedelta(days=14)
RETURN_GRACE = timedelta(hours=24)
DISPOSITION_WITHIN = timedelta(hours=48)
RETURN_CREDIT_WITHIN = timedelta(hours=48)
RETURN_WINDOW = timedelta(days=14)
RETURN_SIGMAS = 3
RETURN_LEAST_COUNT = 5
RETURN_LEAST_BP = 1_000
RETURN_USUAL_BP = 300
RETURN_USUAL_OF_CATEGORY_BP = {"apparel": 800}

# Data quality.
CONFLICT_GRACE = timedelta(hours=2)
FUTURE_TOLERANCE = timedelta(minutes=15)
ORDER_TOLERANCE = timedelta(minutes=15)
LEAD_RECEIPTS = 40
LEAD_LEAST = 20
LEAD_TOLERANCE = timedelta(hours=24)
LEAD_SHARE_BP = ((100, 6_700), (60, 7_200), (40, 7_750), (30, 8_000), (25, 8_800), (20, 9_000))
BULKY_CATEGORIES = frozenset({"bulky", "oversize", "furniture"})

# Transport. Silence is allowed by the days a service takes; a delivery tour takes a day.
TENDER_BEFORE_PICKUP = timedelta(hours=24)
PICKUP_GRACE = timedelta(minutes=120)
SILENCE_BY_TRANSIT_DAYS = {
    0: timedelta(hours=24),
    1: timedelta(hours=24),
    2: timedelta(hours=36),
    3: timedelta(hours=48),
    4: timedelta(hours=60),
}
SILENCE_AT_MOST = timedelta(hours=72)
SILENCE_ON_TOUR = timedelta(hours=14)
CARRIER_SLACK = timedelta(hours=6)
CARRIER_WINDOW = timedelta(hours=48)
CARRIER_PAST = timedelta(days=30)
CARRIER_USUAL_LEAST_BP = 500
CARRIER_USUAL_MOST_BP = 3_000
CARRIER_USUAL_WEIGHT = 20
CARRIER_OPEN_ODDS = 10_000
CARRIER_CLEAR_ODDS = 100
CARRIER_CASES = 10
CARRIER_CASES_BP = 2_500
FREIGHT_OVER_QUOTE_BP = 200
FREIGHT_OVER_QUOTE_CENTS = 500
FREIGHT_OF_MARGIN_BP = 5_000
FREIGHT_OF_MARGIN_CENTS = 5_000
