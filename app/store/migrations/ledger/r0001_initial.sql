CREATE TABLE known_key (
  keyid TEXT NOT NULL,
  user_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  spki BLOB NOT NULL,
  vouched_by TEXT NOT NULL,
  registered_at INTEGER NOT NULL,
  PRIMARY KEY (keyid)
)
 STRICT;

CREATE TABLE note (
  note_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  author TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (note_id)
)
 STRICT;

CREATE INDEX note_by_case ON note (case_id);

CREATE TRIGGER note_no_update BEFORE UPDATE ON note BEGIN SELECT RAISE(ABORT, 'note is append-only'); END;

CREATE TRIGGER note_no_delete BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'note is append-only'); END;

CREATE TABLE feed_position (
  hub_keyid TEXT NOT NULL,
  hub_index INTEGER NOT NULL,
  PRIMARY KEY (hub_keyid)
)
 STRICT;

CREATE TABLE audit_entry (
  entry_id INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  keyid TEXT NOT NULL,
  seq INTEGER NOT NULL,
  prev TEXT NOT NULL,
  predicate_type TEXT NOT NULL,
  action_id TEXT NOT NULL,
  envelope BLOB NOT NULL,
  appended_at INTEGER NOT NULL,
  PRIMARY KEY (entry_id),
  UNIQUE (keyid, seq),
  UNIQUE (sha256),
  FOREIGN KEY(keyid) REFERENCES known_key (keyid)
)
 STRICT;

CREATE INDEX audit_entry_by_action ON audit_entry (action_id);

CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;

CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;

CREATE TABLE hub_receipt (
  entry_sha256 TEXT NOT NULL,
  hub_index INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  PRIMARY KEY (entry_sha256),
  FOREIGN KEY(entry_sha256) REFERENCES audit_entry (sha256)
)
 STRICT;

CREATE TRIGGER hub_receipt_no_update BEFORE UPDATE ON hub_receipt BEGIN SELECT RAISE(ABORT, 'hub_receipt is append-only'); END;

CREATE TRIGGER hub_receipt_no_delete BEFORE DELETE ON hub_receipt BEGIN SELECT RAISE(ABORT, 'hub_receipt is append-only'); END;

CREATE TABLE approval_case (
  action_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  code TEXT NOT NULL,
  remedy TEXT NOT NULL,
  state TEXT NOT NULL,
  rev INTEGER NOT NULL,
  why TEXT NOT NULL,
  proposal_sha256 TEXT NOT NULL,
  min_approvers INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  case_told TEXT NOT NULL,
  PRIMARY KEY (action_id),
  FOREIGN KEY(proposal_sha256) REFERENCES audit_entry (sha256)
)
 STRICT;

CREATE INDEX approval_case_by_case ON approval_case (case_id);

CREATE TABLE outbox (
  outbox_id INTEGER NOT NULL,
  entry_sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  rev INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  why TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (outbox_id),
  UNIQUE (entry_sha256),
  FOREIGN KEY(entry_sha256) REFERENCES audit_entry (sha256)
)
 STRICT;

CREATE INDEX outbox_waiting ON outbox (state) WHERE state IN ('pending', 'sent');

CREATE TABLE state_event (
  event_id INTEGER NOT NULL,
  machine TEXT NOT NULL,
  object_id TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT NOT NULL,
  at INTEGER NOT NULL,
  entry_sha256 TEXT,
  PRIMARY KEY (event_id),
  FOREIGN KEY(entry_sha256) REFERENCES audit_entry (sha256)
)
 STRICT;

CREATE INDEX state_event_by_object ON state_event (machine, object_id);

CREATE TRIGGER state_event_no_update BEFORE UPDATE ON state_event BEGIN SELECT RAISE(ABORT, 'state_event is append-only'); END;

CREATE TRIGGER state_event_no_delete BEFORE DELETE ON state_event BEGIN SELECT RAISE(ABORT, 'state_event is append-only'); END;

CREATE TABLE decision (
  entry_sha256 TEXT NOT NULL,
  action_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  standing TEXT NOT NULL,
  why TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  PRIMARY KEY (entry_sha256),
  FOREIGN KEY(entry_sha256) REFERENCES audit_entry (sha256),
  FOREIGN KEY(action_id) REFERENCES approval_case (action_id)
)
 STRICT;

CREATE INDEX decision_by_action ON decision (action_id);

CREATE TABLE command (
  "key" TEXT NOT NULL,
  action_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  source TEXT NOT NULL,
  verb TEXT NOT NULL,
  state TEXT NOT NULL,
  rev INTEGER NOT NULL,
  why TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  probes INTEGER NOT NULL,
  started_at INTEGER,
  due_at INTEGER,
  upstream_version TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  FOREIGN KEY(action_id) REFERENCES approval_case (action_id)
)
 STRICT;

CREATE INDEX command_by_action ON command (action_id, ordinal);
