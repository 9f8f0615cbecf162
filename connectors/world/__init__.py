"""A living, seeded distributor behind four systems (ERP, WMS, TMS, supplier portal): demo and test bed."""
