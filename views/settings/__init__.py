"""The settings page: appearance, desk, versions and licences, messages, diagnostics."""
