"""Pure geography: numbers, frames and shapes in; numbers, frames and shapes out."""
