"""The usual ways to draw the same map, written the way their users write them."""
