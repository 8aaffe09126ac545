"""Side-by-side speed comparisons in a real browser, printed as ratios."""
