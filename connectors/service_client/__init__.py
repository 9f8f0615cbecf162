"""The desktop's connector to a connector service."""
