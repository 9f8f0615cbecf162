"""Every kind of disruption there is."""

from __future__ import annotations

from connectors.world.disruptions.billing_fault import BILLING_FAULT
from connectors.world.disruptions.carrier_capacity import CARRIER_CAPACITY_CUT
from connectors.world.disruptions.carrier_strike import CARRIER_STRIKE
from connectors.world.disruptions.centre_trouble import DC_OUTAGE, LABOUR_SHORTAGE, RECEIVING_DELAY
from connectors.world.disruptions.credit_limit_cut import CREDIT_LIMIT_CUT
from connectors.world.disruptions.demand_surge import DEMAND_SURGE
from connectors.world.disruptions.disruption import DisruptionKind
from connectors.world.disruptions.edi_replay import DUPLICATE_EDI_REPLAY
from connectors.world.disruptions.eta_optimism import ETA_OPTIMISM
from connectors.world.disruptions.feed_trouble import FEED_OUTAGE, TIME_ZONE_SHIFT
from connectors.world.disruptions.fraud_ring import FRAUD_RING
from connectors.world.disruptions.kind import KindOfDisruption
from connectors.world.disruptions.master_data_loss import MASTER_DATA_LOSS
from connectors.world.disruptions.return_wave import RETURN_WAVE
from connectors.world.disruptions.stock_trouble import BIN_SHRINK, LOT_RECALL
from connectors.world.disruptions.supplier_trouble import SUPPLIER_SHORT_SHIP, SUPPLIER_SLIP
from connectors.world.disruptions.weather import WEATHER
from connectors.world.disruptions.wrong_price_list import WRONG_PRICE_LIST

KINDS: tuple[KindOfDisruption, ...] = (
    CARRIER_STRIKE,
    CARRIER_CAPACITY_CUT,
    ETA_OPTIMISM,
    DC_OUTAGE,
    LABOUR_SHORTAGE,
    RECEIVING_DELAY,
    SUPPLIER_SLIP,
    SUPPLIER_SHORT_SHIP,
    DEMAND_SURGE,
    BIN_SHRINK,
    LOT_RECALL,
    WRONG_PRICE_LIST,
    CREDIT_LIMIT_CUT,
    MASTER_DATA_LOSS,
    DUPLICATE_EDI_REPLAY,
    FEED_OUTAGE,
    TIME_ZONE_SHIFT,
    WEATHER,
    BILLING_FAULT,
    RETURN_WAVE,
    FRAUD_RING,
)
KIND_OF: dict[DisruptionKind, KindOfDisruption] = {kind.kind: kind for kind in KINDS}
