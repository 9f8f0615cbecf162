DROP TABLE dirty_kind
