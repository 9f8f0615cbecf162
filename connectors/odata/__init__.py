"""OData V2 and V4 services (SAP and others), read and written by profiles of the site."""
