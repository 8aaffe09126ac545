"""Reading the ledger: a viewer in, plain frames and frozen values out."""
