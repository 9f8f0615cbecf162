CREATE TABLE pick_task (
  id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  bin_code TEXT NOT NULL,
  requested_quantity INTEGER NOT NULL,
  picked_quantity INTEGER NOT NULL,
  status TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX pick_task_by_order ON pick_task (order_id);

CREATE INDEX pick_task_by_line ON pick_task (line_id);

CREATE INDEX pick_task_by_status ON pick_task (status);

CREATE TABLE shipment (
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  order_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  origin_node_id TEXT NOT NULL,
  status TEXT NOT NULL,
  planned_pickup_at INTEGER NOT NULL,
  window_end_at INTEGER NOT NULL,
  eta_at INTEGER,
  service_id TEXT,
  scac TEXT NOT NULL,
  freight_cost_cents INTEGER NOT NULL,
  weight_grams INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX shipment_by_order ON shipment (order_id);

CREATE INDEX shipment_by_origin ON shipment (origin_node_id, planned_pickup_at);

CREATE INDEX shipment_by_status ON shipment (status);

CREATE TABLE shipment_line (
  shipment_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  line_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (shipment_id, ordinal)
) WITHOUT ROWID;

CREATE INDEX shipment_line_by_line ON shipment_line (line_id);

CREATE TABLE milestone (
  id TEXT NOT NULL,
  shipment_id TEXT NOT NULL,
  code TEXT NOT NULL,
  raw_code TEXT NOT NULL,
  reason_code TEXT NOT NULL,
  happened_at INTEGER NOT NULL,
  place_name TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX milestone_by_shipment ON milestone (shipment_id, happened_at);

CREATE TABLE carrier_booking (
  id TEXT NOT NULL,
  shipment_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  scac TEXT NOT NULL,
  status TEXT NOT NULL,
  booked_at INTEGER NOT NULL,
  cost_cents INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX carrier_booking_by_shipment ON carrier_booking (shipment_id);

CREATE INDEX carrier_booking_by_service ON carrier_booking (service_id, status);

CREATE TABLE invoice (
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  order_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  shipment_id TEXT,
  status TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX invoice_by_order ON invoice (order_id);

CREATE INDEX invoice_by_shipment ON invoice (shipment_id);

CREATE TABLE invoice_line (
  invoice_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  line_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  unit_price_cents INTEGER NOT NULL,
  credited_quantity INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, ordinal)
) WITHOUT ROWID;

CREATE TABLE proof_of_delivery (
  id TEXT NOT NULL,
  shipment_id TEXT NOT NULL,
  delivered_at INTEGER NOT NULL,
  signed_by TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX proof_of_delivery_by_shipment ON proof_of_delivery (shipment_id);

CREATE TABLE pod_line (
  pod_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  line_id TEXT NOT NULL,
  delivered_quantity INTEGER NOT NULL,
  condition TEXT NOT NULL,
  PRIMARY KEY (pod_id, ordinal)
) WITHOUT ROWID;

CREATE TABLE return_authorisation (
  id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  reason_code TEXT NOT NULL,
  status TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX return_authorisation_by_order ON return_authorisation (order_id);

CREATE TABLE node (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  place_name TEXT NOT NULL,
  latitude_micro INTEGER NOT NULL,
  longitude_micro INTEGER NOT NULL,
  country TEXT NOT NULL,
  kind TEXT NOT NULL,
  timezone TEXT NOT NULL,
  working_weekdays TEXT NOT NULL,
  cutoff_minute_of_day INTEGER NOT NULL,
  pick_capacity_units_per_day INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE lane (
  id TEXT NOT NULL,
  origin_node_id TEXT NOT NULL,
  zone_id TEXT NOT NULL,
  transit_days INTEGER NOT NULL,
  fixed_cost_cents INTEGER NOT NULL,
  rate_cents_per_kg INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX lane_by_zone ON lane (zone_id);

CREATE INDEX lane_by_origin ON lane (origin_node_id, zone_id);

CREATE TABLE carrier_service (
  id TEXT NOT NULL,
  scac TEXT NOT NULL,
  name TEXT NOT NULL,
  transit_days INTEGER NOT NULL,
  fixed_cost_cents INTEGER NOT NULL,
  rate_cents_per_kg INTEGER NOT NULL,
  pickups_per_day INTEGER NOT NULL,
  pickup_weekdays TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE item (
  id TEXT NOT NULL,
  sku TEXT NOT NULL,
  name TEXT NOT NULL,
  weight_grams INTEGER NOT NULL,
  list_price_cents INTEGER NOT NULL,
  landed_cost_cents INTEGER NOT NULL,
  case_pack_quantity INTEGER NOT NULL,
  substitutes TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE customer (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  tier INTEGER NOT NULL,
  zone_id TEXT NOT NULL,
  place_name TEXT NOT NULL,
  latitude_micro INTEGER NOT NULL,
  longitude_micro INTEGER NOT NULL,
  country TEXT NOT NULL,
  limit_cents INTEGER,
  open_receivables_cents INTEGER NOT NULL,
  days_past_due INTEGER NOT NULL,
  on_hold INTEGER NOT NULL,
  late_penalty_bp_per_day INTEGER NOT NULL,
  fixed_penalty_cents INTEGER NOT NULL,
  penalty_cap_bp INTEGER NOT NULL,
  cancel_probability_bp INTEGER NOT NULL,
  max_shipments INTEGER NOT NULL,
  ship_complete INTEGER NOT NULL,
  required_fields TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE contract_price (
  id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  unit_price_cents INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_until INTEGER,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX contract_price_by_pair ON contract_price (customer_id, item_id);

CREATE TABLE sales_order (
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  status TEXT NOT NULL,
  credit_status TEXT NOT NULL,
  ordered_at INTEGER NOT NULL,
  requested_at INTEGER NOT NULL,
  promised_at INTEGER NOT NULL,
  ship_to_name TEXT NOT NULL,
  ship_to_street TEXT NOT NULL,
  ship_to_postcode TEXT NOT NULL,
  ship_to_city TEXT NOT NULL,
  ship_to_country TEXT NOT NULL,
  ship_to_contact TEXT NOT NULL,
  ship_from_node_id TEXT,
  channel TEXT NOT NULL,
  currency TEXT NOT NULL,
  total_cents INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX sales_order_by_number ON sales_order (number);

CREATE INDEX sales_order_by_status ON sales_order (status, credit_status);

CREATE INDEX sales_order_by_customer ON sales_order (customer_id);

CREATE TABLE order_line (
  id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  item_id TEXT NOT NULL,
  ordered_quantity INTEGER NOT NULL,
  shipped_quantity INTEGER NOT NULL,
  unit_price_cents INTEGER NOT NULL,
  requested_at INTEGER NOT NULL,
  promised_at INTEGER NOT NULL,
  node_id TEXT,
  cancelled INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX order_line_by_order ON order_line (order_id);

CREATE INDEX order_line_by_item ON order_line (item_id, node_id);

CREATE TABLE inventory_position (
  id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  on_hand_quantity INTEGER NOT NULL,
  safety_stock_quantity INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX inventory_position_by_item ON inventory_position (item_id, node_id);

CREATE TABLE allocation (
  id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  status TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX allocation_by_line ON allocation (line_id);

CREATE INDEX allocation_by_item ON allocation (item_id, node_id);

CREATE TABLE inbound_supply (
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  item_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  ordered_quantity INTEGER NOT NULL,
  received_quantity INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  eta_at INTEGER NOT NULL,
  supplier_name TEXT NOT NULL,
  origin_node_id TEXT,
  cancelled INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX inbound_supply_by_item ON inbound_supply (item_id, node_id);

CREATE TABLE recommendation (
  case_id TEXT NOT NULL,
  recommendation_id TEXT NOT NULL,
  computed_at INTEGER NOT NULL,
  best_label TEXT NOT NULL,
  best_delta_cents INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (case_id)
) WITHOUT ROWID;

CREATE TABLE exception_case (
  case_id TEXT NOT NULL,
  code TEXT NOT NULL,
  entity_kind TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  state TEXT NOT NULL,
  state_at INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  title TEXT NOT NULL,
  consequence TEXT NOT NULL,
  loss_cents INTEGER NOT NULL,
  low_cents INTEGER NOT NULL,
  high_cents INTEGER NOT NULL,
  avoidable_cents INTEGER NOT NULL,
  effort_minutes INTEGER NOT NULL,
  penalty_cents INTEGER NOT NULL,
  margin_cents INTEGER NOT NULL,
  rework_cents INTEGER NOT NULL,
  assumed TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  rule_version INTEGER NOT NULL,
  correlation_key TEXT NOT NULL,
  evidence TEXT NOT NULL,
  order_ids TEXT NOT NULL,
  node_id TEXT,
  breach_at INTEGER,
  parent_case_id TEXT,
  owner TEXT NOT NULL,
  state_reason TEXT NOT NULL,
  closed_at INTEGER,
  snoozed_until INTEGER,
  episode INTEGER NOT NULL,
  dq_flags TEXT NOT NULL,
  sources TEXT NOT NULL,
  facts_sha256 TEXT NOT NULL,
  clean_checks INTEGER NOT NULL,
  PRIMARY KEY (case_id)
);

CREATE INDEX exception_case_by_entity ON exception_case (entity_kind, entity_id);

CREATE INDEX exception_case_open ON exception_case (code, state) WHERE closed_at IS NULL;

CREATE TABLE case_loss (
  case_id TEXT NOT NULL,
  loss_key TEXT NOT NULL,
  loss_cents INTEGER NOT NULL,
  PRIMARY KEY (case_id, loss_key)
) WITHOUT ROWID;

CREATE INDEX case_loss_by_key ON case_loss (loss_key);

CREATE TABLE case_event (
  event_id INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  episode INTEGER NOT NULL,
  kind TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (event_id)
);

CREATE INDEX case_event_by_case ON case_event (case_id, event_id);

CREATE TABLE source_state (
  source TEXT NOT NULL,
  title TEXT NOT NULL,
  kinds TEXT NOT NULL,
  interval_seconds INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,
  last_attempt_at INTEGER,
  last_success_at INTEGER,
  failures_in_row INTEGER NOT NULL,
  why TEXT NOT NULL,
  next_attempt_at INTEGER,
  last_sweep_at INTEGER,
  rows_read INTEGER NOT NULL,
  PRIMARY KEY (source)
) WITHOUT ROWID;

CREATE TABLE stream_state (
  source TEXT NOT NULL,
  stream TEXT NOT NULL,
  cursor TEXT NOT NULL,
  rows_read INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (source, stream)
) WITHOUT ROWID;

CREATE TABLE quarantine (
  source TEXT NOT NULL,
  stream TEXT NOT NULL,
  external_id TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  raw BLOB NOT NULL,
  raw_sha256 TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  resolved_at INTEGER,
  PRIMARY KEY (source, stream, external_id)
);

CREATE INDEX quarantine_open ON quarantine (source, code) WHERE resolved_at IS NULL;

CREATE TABLE tombstone (
  kind TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  source TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL,
  PRIMARY KEY (kind, entity_id)
) WITHOUT ROWID;

CREATE TABLE missing_record (
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  first_missed_at INTEGER NOT NULL,
  PRIMARY KEY (source, kind, entity_id)
) WITHOUT ROWID;

CREATE TABLE dirty_kind (
  kind TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (kind)
) WITHOUT ROWID;

CREATE TABLE detection_state (
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (name)
) WITHOUT ROWID;

CREATE TABLE kpi_sample (
  name TEXT NOT NULL,
  hour_at INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name, hour_at)
) WITHOUT ROWID;

CREATE TABLE peg_short (
  line_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  demand_quantity INTEGER NOT NULL,
  short_quantity INTEGER NOT NULL,
  on_hand_quantity INTEGER NOT NULL,
  inbound_quantity INTEGER NOT NULL,
  next_eta_at INTEGER,
  PRIMARY KEY (line_id, node_id)
) WITHOUT ROWID;

CREATE INDEX peg_short_by_item ON peg_short (item_id);

CREATE TABLE peg_late (
  supply_id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  waiting_quantity INTEGER NOT NULL,
  PRIMARY KEY (supply_id, line_id)
) WITHOUT ROWID;

CREATE INDEX peg_late_by_line ON peg_late (line_id);

CREATE TABLE peg_offer (
  item_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  available_quantity INTEGER NOT NULL,
  source TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  PRIMARY KEY (item_id, node_id)
) WITHOUT ROWID;
