"""Rules of the domain as plain functions: they know frames and dates, and no database."""
