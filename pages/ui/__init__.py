"""What pages share: who visits, the filter, the map, cards and tables, caches, failures."""
