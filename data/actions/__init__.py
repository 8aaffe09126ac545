"""Use cases that write or that are recorded: one a module, named by its verb."""
