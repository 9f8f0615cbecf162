ALTER TABLE allocation ADD COLUMN lot_id TEXT NOT NULL DEFAULT '';

ALTER TABLE allocation ADD COLUMN allocated_at INTEGER;

ALTER TABLE carrier_booking ADD COLUMN expires_at INTEGER;

ALTER TABLE customer ADD COLUMN routing_scacs TEXT NOT NULL DEFAULT '[]';

ALTER TABLE customer ADD COLUMN routing_chargeback_cents INTEGER NOT NULL DEFAULT 0;

ALTER TABLE customer ADD COLUMN minimum_shelf_life_days INTEGER NOT NULL DEFAULT 0;

ALTER TABLE customer ADD COLUMN allows_substitutes INTEGER NOT NULL DEFAULT 1;

ALTER TABLE customer ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';

ALTER TABLE exception_case ADD COLUMN scope_key TEXT NOT NULL DEFAULT '';

ALTER TABLE exception_case ADD COLUMN suppressed_by TEXT NOT NULL DEFAULT '';

ALTER TABLE exception_case ADD COLUMN flap_count INTEGER NOT NULL DEFAULT 0;

ALTER TABLE exception_case ADD COLUMN flapping INTEGER NOT NULL DEFAULT 0;

ALTER TABLE exception_case ADD COLUMN snooze_loss_cents INTEGER;

ALTER TABLE exception_case ADD COLUMN waiting_on TEXT NOT NULL DEFAULT '';

ALTER TABLE exception_case ADD COLUMN waiting_until INTEGER;

ALTER TABLE exception_case ADD COLUMN acknowledged_at INTEGER;

ALTER TABLE exception_case ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;

ALTER TABLE exception_case ADD COLUMN incident_id TEXT;

ALTER TABLE exception_case ADD COLUMN churn_cents INTEGER NOT NULL DEFAULT 0;

ALTER TABLE exception_case ADD COLUMN dispute_cents INTEGER NOT NULL DEFAULT 0;

ALTER TABLE exception_case ADD COLUMN action_cost_cents INTEGER NOT NULL DEFAULT 0;

ALTER TABLE exception_case ADD COLUMN responsible_at INTEGER;

ALTER TABLE exception_case ADD COLUMN about TEXT NOT NULL DEFAULT '[]';

ALTER TABLE exception_case ADD COLUMN correlation_version INTEGER NOT NULL DEFAULT 0;

ALTER TABLE inbound_supply ADD COLUMN ordered_at INTEGER;

ALTER TABLE inbound_supply ADD COLUMN confirmed_quantity INTEGER;

ALTER TABLE inbound_supply ADD COLUMN shipped_quantity INTEGER;

ALTER TABLE inbound_supply ADD COLUMN asn_at INTEGER;

ALTER TABLE inbound_supply ADD COLUMN dock_at INTEGER;

ALTER TABLE inbound_supply ADD COLUMN received_at INTEGER;

ALTER TABLE inventory_position ADD COLUMN pick_face_quantity INTEGER;

ALTER TABLE invoice ADD COLUMN paid_cents INTEGER;

ALTER TABLE invoice ADD COLUMN paid_at INTEGER;

ALTER TABLE invoice ADD COLUMN deduction_code TEXT NOT NULL DEFAULT '';

ALTER TABLE invoice ADD COLUMN deduction_closed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE item ADD COLUMN category TEXT NOT NULL DEFAULT '';

ALTER TABLE item ADD COLUMN lifecycle TEXT NOT NULL DEFAULT 'active';

ALTER TABLE item ADD COLUMN unit_of_measure TEXT NOT NULL DEFAULT 'ea';

ALTER TABLE item ADD COLUMN minimum_order_quantity INTEGER NOT NULL DEFAULT 0;

ALTER TABLE item ADD COLUMN volume_cm3 INTEGER NOT NULL DEFAULT 0;

ALTER TABLE item ADD COLUMN restricted_countries TEXT NOT NULL DEFAULT '[]';

ALTER TABLE milestone ADD COLUMN corrects_id TEXT NOT NULL DEFAULT '';

ALTER TABLE milestone ADD COLUMN received_at INTEGER;

ALTER TABLE order_line ADD COLUMN quantity_confirmed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE order_line ADD COLUMN price_approved INTEGER NOT NULL DEFAULT 0;

ALTER TABLE pick_task ADD COLUMN wave_id TEXT NOT NULL DEFAULT '';

ALTER TABLE pick_task ADD COLUMN released_at INTEGER;

ALTER TABLE pick_task ADD COLUMN work_minutes INTEGER NOT NULL DEFAULT 0;

ALTER TABLE pick_task ADD COLUMN quality TEXT NOT NULL DEFAULT 'none';

ALTER TABLE pick_task ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';

ALTER TABLE return_authorisation ADD COLUMN lot_id TEXT NOT NULL DEFAULT '';

ALTER TABLE return_authorisation ADD COLUMN expected_by INTEGER;

ALTER TABLE return_authorisation ADD COLUMN received_at INTEGER;

ALTER TABLE return_authorisation ADD COLUMN received_quantity INTEGER;

ALTER TABLE return_authorisation ADD COLUMN claimed_quantity INTEGER;

ALTER TABLE return_authorisation ADD COLUMN disposition TEXT NOT NULL DEFAULT '';

ALTER TABLE return_authorisation ADD COLUMN disposed_at INTEGER;

ALTER TABLE return_authorisation ADD COLUMN credited_at INTEGER;

ALTER TABLE return_authorisation ADD COLUMN node_id TEXT NOT NULL DEFAULT '';

ALTER TABLE sales_order ADD COLUMN customer_po TEXT NOT NULL DEFAULT '';

ALTER TABLE sales_order ADD COLUMN status_at INTEGER;

ALTER TABLE sales_order ADD COLUMN screening TEXT NOT NULL DEFAULT 'none';

ALTER TABLE sales_order ADD COLUMN licence_number TEXT NOT NULL DEFAULT '';

ALTER TABLE sales_order ADD COLUMN ship_to_is_new INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sales_order ADD COLUMN payment_changed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sales_order ADD COLUMN contact_changed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sales_order ADD COLUMN reviewed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sales_order ADD COLUMN billing_block TEXT NOT NULL DEFAULT '';

ALTER TABLE shipment ADD COLUMN document_status TEXT NOT NULL DEFAULT 'none';

ALTER TABLE shipment ADD COLUMN document_error TEXT NOT NULL DEFAULT '';

ALTER TABLE shipment ADD COLUMN quote_cents INTEGER;

ALTER TABLE shipment ADD COLUMN claim_filed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE shipment ADD COLUMN zone_id TEXT NOT NULL DEFAULT '';

ALTER TABLE shipment ADD COLUMN shipped_at INTEGER;

ALTER TABLE shipment ADD COLUMN delivered_at INTEGER;

CREATE TABLE also_affected (
  case_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (case_id, incident_id)
) WITHOUT ROWID;

CREATE TABLE case_about (
  case_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  own INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (case_id, kind, id)
) WITHOUT ROWID;

CREATE TABLE cycle_count (
  id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  bin_code TEXT NOT NULL,
  item_id TEXT NOT NULL,
  system_quantity INTEGER NOT NULL,
  counted_quantity INTEGER NOT NULL,
  counted_at INTEGER NOT NULL,
  adjusted INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE dirty_scope (
  path TEXT NOT NULL,
  "key" TEXT NOT NULL,
  PRIMARY KEY (path, "key")
) WITHOUT ROWID;

CREATE TABLE edi_message (
  id TEXT NOT NULL,
  partner TEXT NOT NULL,
  transaction_set TEXT NOT NULL,
  reference TEXT NOT NULL,
  status TEXT NOT NULL,
  segment TEXT NOT NULL,
  error_code TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  order_id TEXT,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE incident (
  incident_id TEXT NOT NULL,
  title TEXT NOT NULL,
  basis TEXT NOT NULL,
  correlation_key TEXT NOT NULL,
  correlation_version INTEGER NOT NULL,
  root_case_id TEXT,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  orders INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  loss_cents INTEGER NOT NULL,
  avoidable_cents INTEGER NOT NULL,
  effort_minutes INTEGER NOT NULL,
  action_label TEXT NOT NULL,
  PRIMARY KEY (incident_id)
);

CREATE TABLE incident_member (
  case_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  basis TEXT NOT NULL,
  why TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (case_id)
) WITHOUT ROWID;

CREATE TABLE incident_override (
  case_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (case_id)
) WITHOUT ROWID;

CREATE TABLE line_priority (
  line_id TEXT NOT NULL,
  confirmation_class TEXT NOT NULL,
  rank INTEGER,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (line_id)
) WITHOUT ROWID;

CREATE TABLE lot (
  id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  expires_at INTEGER,
  quality TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE order_change (
  id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  line_id TEXT,
  change TEXT NOT NULL,
  new_quantity INTEGER,
  requested_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE policy_in_force (
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  body TEXT NOT NULL,
  loaded_at INTEGER NOT NULL,
  problem TEXT NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE route_event (
  id TEXT NOT NULL,
  reason_code TEXT NOT NULL,
  title TEXT NOT NULL,
  node_ids TEXT NOT NULL,
  zone_ids TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE silence (
  silence_id TEXT NOT NULL,
  code TEXT NOT NULL,
  node_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (silence_id)
) WITHOUT ROWID;

CREATE INDEX allocation_by_lot ON allocation (lot_id) WHERE lot_id <> '';

CREATE INDEX also_affected_by_incident ON also_affected (incident_id);

CREATE INDEX case_about_by_thing ON case_about (kind, id, code);

CREATE INDEX cycle_count_by_bin ON cycle_count (node_id, bin_code);

CREATE INDEX cycle_count_by_item ON cycle_count (item_id, node_id);

CREATE INDEX edi_message_by_order ON edi_message (order_id);

CREATE INDEX edi_message_by_partner ON edi_message (partner, received_at);

CREATE INDEX exception_case_by_incident ON exception_case (incident_id) WHERE incident_id IS NOT NULL;

CREATE INDEX exception_case_by_parent ON exception_case (parent_case_id) WHERE parent_case_id IS NOT NULL;

CREATE INDEX exception_case_by_scope ON exception_case (code, scope_key);

CREATE INDEX exception_case_by_suppressor ON exception_case (suppressed_by) WHERE suppressed_by <> '';

CREATE INDEX exception_case_on_the_clock ON exception_case (code, opened_at) WHERE closed_at IS NULL AND escalated = 0;

CREATE INDEX exception_case_waiting ON exception_case (waiting_until) WHERE waiting_until IS NOT NULL;

CREATE INDEX incident_open ON incident (correlation_key) WHERE closed_at IS NULL;

CREATE INDEX incident_member_by_incident ON incident_member (incident_id);

CREATE INDEX invoice_line_by_line ON invoice_line (line_id);

CREATE INDEX lot_by_item ON lot (item_id, node_id);

CREATE INDEX milestone_by_corrected ON milestone (corrects_id) WHERE corrects_id <> '';

CREATE INDEX order_change_by_line ON order_change (line_id);

CREATE INDEX order_change_by_order ON order_change (order_id);

CREATE INDEX pick_task_by_bin ON pick_task (node_id, bin_code);

CREATE INDEX pick_task_by_wave ON pick_task (node_id, wave_id) WHERE wave_id <> '';

CREATE INDEX pod_line_by_line ON pod_line (line_id);

CREATE INDEX return_authorisation_by_line ON return_authorisation (line_id);

CREATE INDEX return_authorisation_by_lot ON return_authorisation (lot_id) WHERE lot_id <> '';

CREATE INDEX sales_order_by_customer_po ON sales_order (customer_id, customer_po) WHERE customer_po <> '';

CREATE INDEX shipment_by_carrier ON shipment (scac, origin_node_id);

CREATE INDEX shipment_by_lane ON shipment (origin_node_id, zone_id);

CREATE INDEX silence_by_code ON silence (code, expires_at);
