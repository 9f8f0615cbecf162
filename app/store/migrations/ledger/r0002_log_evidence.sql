CREATE TABLE checkpoint_seen (
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  PRIMARY KEY (origin)
)
 STRICT;

CREATE TABLE log_fork (
  fork_id INTEGER NOT NULL,
  origin TEXT NOT NULL,
  accepted_note TEXT NOT NULL,
  other_note TEXT NOT NULL,
  why TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  PRIMARY KEY (fork_id)
)
 STRICT;

CREATE TRIGGER log_fork_no_update BEFORE UPDATE ON log_fork BEGIN SELECT RAISE(ABORT, 'log_fork is append-only'); END;

CREATE TRIGGER log_fork_no_delete BEFORE DELETE ON log_fork BEGIN SELECT RAISE(ABORT, 'log_fork is append-only'); END;

CREATE TABLE blob (
  sha256 TEXT NOT NULL,
  deflated BLOB NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (sha256)
)
 STRICT;
