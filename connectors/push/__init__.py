"""Events that systems push: CloudEvents over HTTP or NATS JetStream, kept as a change feed."""
