CREATE TABLE contact (
  id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  language TEXT NOT NULL,
  preferred INTEGER NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE service_case (
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  status TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  order_id TEXT,
  contact_id TEXT,
  closed_at INTEGER,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  fields_sha256 TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX contact_by_customer ON contact (customer_id);

CREATE INDEX service_case_by_customer ON service_case (customer_id)
