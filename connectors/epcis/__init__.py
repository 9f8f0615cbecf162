"""GS1 EPCIS 2.0 (JSON-LD): what happened to goods, read as milestones and written from them."""
