"""The hub: the shared record of what was proposed, decided and executed, upstream of every desk."""
