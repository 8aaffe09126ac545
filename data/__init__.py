"""Storage and use cases: the ledger, its queries and actions."""
